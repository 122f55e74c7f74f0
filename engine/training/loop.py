"""What all trainings share: a place in the run that survives a kill, a bound in steps or minutes, a log.

A training gives its networks, its optimisers and one function that does an update. Everything drawn in update ``n``
follows from the seed and ``n``, so that a resumed run sees what an unbroken one would have seen. The learning rate
rises over the first twelfth of the run and falls along a cosine to a thousandth (Loshchilov & Hutter 2017, eq. 5);
how far the run is, is told by its steps, or by the clock where it is bounded in minutes. The clock leaves out the
first update after each start, in which a GPU's kernels are compiled.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import nn

from engine.errors import InputError

WARM_UP = 1 / 12
FEWEST_WARM_STEPS = 200  # of a run bounded in minutes, whose first steps may be slow
LOWEST_SHARE = 1e-3
FEWEST_STEPS = 10
LOG_NAME = "log.jsonl"


@dataclass(frozen=True)
class Bounds:
    """How long a training may take.

    Attributes:
        steps: updates in all; None leaves the end to ``minutes``.
        minutes: of wall time over all resumptions; None leaves the end to ``steps``.
        save_every: updates from one checkpoint to the next.
        log_every: updates from one line of the log to the next.
        save_every_s: a checkpoint is written after so many seconds at the latest.
    """

    steps: int | None
    minutes: float | None = None
    save_every: int = 500
    log_every: int = 100
    save_every_s: float = 120.0

    def __post_init__(self) -> None:
        if self.steps is None and self.minutes is None:
            raise InputError("a training needs a bound: steps, minutes, or both")
        if self.steps is not None and self.steps < FEWEST_STEPS:
            raise InputError(f"{self.steps} steps; at least {FEWEST_STEPS} are needed")
        if self.minutes is not None and not self.minutes > 0:
            raise InputError(f"minutes is {self.minutes:g}; accepted is above 0")


class Run:
    """A training that is under way.

    Attributes:
        averages: the EMA of the networks that `Run` was told to follow, by name; what ships.
        step: updates done.
        seconds: wall time spent, over all resumptions, less the first update after each start.
    """

    def __init__(
        self,
        folder: Path,
        recipe: str,
        bounds: Bounds,
        networks: Mapping[str, nn.Module],
        optimisers: Mapping[str, torch.optim.Optimizer],
        averaged: Mapping[str, float],
    ) -> None:
        """Begin, or go on from the last checkpoint in ``folder``.

        Args:
            recipe: all choices that the weights follow from, as one line of text; another one's checkpoint is refused.
            networks, optimisers: by name; the optimisers' learning rates are the highest of the run.
            averaged: the decay of the EMA of each network that is to be followed.

        Raises:
            InputError: the checkpoint was made by another recipe.
        """
        self.folder, self.recipe, self.bounds = folder, recipe, bounds
        self._networks, self._optimisers, self._decays = dict(networks), dict(optimisers), dict(averaged)
        self._top_rates = {
            name: [group["lr"] for group in optimiser.param_groups] for name, optimiser in optimisers.items()
        }
        self.averages = {name: copy.deepcopy(networks[name]).eval().requires_grad_(False) for name in averaged}
        self.step, self.seconds = 0, 0.0
        folder.mkdir(parents=True, exist_ok=True)
        self._resume()

    @property
    def progress(self) -> float:
        """How far the run is, 0 to 1."""
        shares = [0.0]
        if self.bounds.steps is not None:
            shares.append(self.step / self.bounds.steps)
        if self.bounds.minutes is not None:
            shares.append(self.seconds / 60 / self.bounds.minutes)
        return min(1.0, max(shares))

    def go(
        self,
        update: Callable[[np.random.Generator, torch.Generator], Mapping[str, float | torch.Tensor]],
        seed: int,
        report: Callable[[str], None],
    ) -> None:
        """Train to the end.

        Args:
            update: does one update, drawing from the generators alone, and returns what the log is to hold; tensors
                are read only when a line is written, so that a GPU is not waited for.
            seed: of every draw.
            report: takes the lines of the log.
        """
        sums: dict[str, Any] = {}
        counted = 0
        began, earlier, saved = time.monotonic(), self.seconds, time.monotonic()
        compiled = False
        while self.progress < 1:
            self._set_rates()
            rng = np.random.default_rng((seed, self.step))
            for name, value in update(rng, torch.Generator().manual_seed(seed * 1_000_003 + self.step)).items():
                sums[name] = sums.get(name, 0.0) + value
            self._follow()
            self.step, counted = self.step + 1, counted + 1
            if not compiled:
                began, compiled = time.monotonic(), True
            self.seconds = earlier + time.monotonic() - began
            ended = self.progress >= 1
            if self.step % self.bounds.log_every == 0 or ended:
                self._log({name: float(value) / counted for name, value in sums.items()}, report)
                sums, counted = {}, 0
            late = time.monotonic() - saved > self.bounds.save_every_s
            if self.step % self.bounds.save_every == 0 or late or ended:
                self.save()
                saved = time.monotonic()

    def save(self) -> None:
        """Write a checkpoint beside the last one, then take its place; the one before is kept."""
        last, before, new = (self.folder / name for name in ("last.pt", "before.pt", "new.pt"))
        torch.save(self._state(), new)
        if last.exists():
            last.replace(before)
        new.replace(last)

    def _state(self) -> dict[str, Any]:
        return {
            "networks": {name: network.state_dict() for name, network in self._networks.items()},
            "averages": {name: network.state_dict() for name, network in self.averages.items()},
            "optimisers": {name: optimiser.state_dict() for name, optimiser in self._optimisers.items()},
            "step": self.step,
            "seconds": self.seconds,
            "recipe": self.recipe,
        }

    def _resume(self) -> None:
        state = next((found for name in ("last.pt", "before.pt") if (found := _read(self.folder / name))), None)
        if state is None:
            (self.folder / LOG_NAME).unlink(missing_ok=True)
            return
        if state["recipe"] != self.recipe:
            raise InputError(
                f"the checkpoint in {self.folder} was made by another recipe; accepted: the same, or an empty folder"
            )
        for kind, owners in (
            ("networks", self._networks),
            ("averages", self.averages),
            ("optimisers", self._optimisers),
        ):
            for name, owner in owners.items():
                owner.load_state_dict(state[kind][name])
        self.step, self.seconds = state["step"], state["seconds"]
        self._cut_log()

    def _cut_log(self) -> None:
        """Drop the lines of what is going to be done again."""
        path = self.folder / LOG_NAME
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text("".join(line for line in lines if json.loads(line)["step"] <= self.step), encoding="utf-8")

    def _set_rates(self) -> None:
        share = rate_share(self.progress)
        if self.bounds.minutes is not None:
            share = min(share, (self.step + 1) / FEWEST_WARM_STEPS)
        for name, optimiser in self._optimisers.items():
            for group, top in zip(optimiser.param_groups, self._top_rates[name], strict=True):
                group["lr"] = top * share

    @torch.no_grad()
    def _follow(self) -> None:
        for name, mean in self.averages.items():
            decay = min(self._decays[name], (1 + self.step) / (10 + self.step))
            network = self._networks[name]
            for held, value in zip(mean.parameters(), network.parameters(), strict=True):
                held.lerp_(value, 1 - decay)
            for kept, now in zip(mean.buffers(), network.buffers(), strict=True):
                kept.copy_(now)

    def _log(self, values: Mapping[str, float], report: Callable[[str], None]) -> None:
        row = {"step": self.step, "minutes": round(self.seconds / 60, 3), **values}
        with (self.folder / LOG_NAME).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        text = "  ".join(f"{name} {value:8.3f}" for name, value in values.items())
        of = f" of {self.bounds.steps}" if self.bounds.steps else ""
        report(f"step {self.step:6d}{of}  {text}  {self.seconds / 60:6.1f} min")


def descend(network: nn.Module, optimiser: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """One update, its gradient's norm at most 1; a gradient that is not finite counts as zero."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    finite = torch.isfinite(nn.utils.clip_grad_norm_(network.parameters(), 1.0))
    for parameter in network.parameters():
        if parameter.grad is not None:
            parameter.grad = torch.where(finite, parameter.grad, 0.0)
    optimiser.step()


def _read(path: Path) -> dict[str, Any] | None:
    """The checkpoint in ``path``; None where there is none, or where it is damaged."""
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, UnpicklingError):
        return None
    return state


def rate_share(progress: float) -> float:
    """The learning rate at ``progress`` (0..1) as a share of the highest."""
    if progress < WARM_UP:
        return max(LOWEST_SHARE, progress / WARM_UP)
    falling = (progress - WARM_UP) / (1 - WARM_UP)
    return LOWEST_SHARE + (1 - LOWEST_SHARE) * 0.5 * (1 + math.cos(math.pi * falling))

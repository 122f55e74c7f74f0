from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import InputError
from engine.training import loop
from engine.training.loop import Bounds, Run, descend, rate_share


class Fit:
    """A line fitted to noisy points, small enough to run in a moment."""

    def __init__(self, folder: Path, bounds: Bounds, recipe: str = "line", stop_at: int | None = None) -> None:
        torch.manual_seed(0)
        self.network = torch.nn.Linear(1, 1)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=0.2)
        self.stop_at = stop_at
        self.run = Run(folder, recipe, bounds, {"net": self.network}, {"net": self.optimiser}, {"net": 0.8})

    def update(self, rng: np.random.Generator, noise: torch.Generator) -> dict[str, torch.Tensor]:
        if self.run.step == self.stop_at:
            raise KeyboardInterrupt
        x = torch.from_numpy(rng.standard_normal((8, 1)).astype(np.float32))
        y = 3 * x + 1 + 0.1 * torch.randn(8, 1, generator=noise)
        loss = (self.network(x) - y).square().mean()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return {"loss": loss.detach()}

    def go(self) -> torch.Tensor:
        lines: list[str] = []
        self.run.go(self.update, 7, lines.append)
        return torch.cat([p.flatten() for p in self.run.averages["net"].parameters()])


STEPS = Bounds(steps=60, save_every=10, log_every=20)


def test_a_run_that_was_killed_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    straight = Fit(tmp_path / "straight", STEPS).go()
    with pytest.raises(KeyboardInterrupt):
        Fit(tmp_path / "killed", STEPS, stop_at=34).go()
    resumed = Fit(tmp_path / "killed", STEPS)
    assert resumed.run.step == 30
    assert torch.equal(resumed.go(), straight)


def test_the_average_comes_near_what_is_learned(tmp_path: Path) -> None:
    weight, bias = Fit(tmp_path, STEPS).go().tolist()
    assert weight == pytest.approx(3, abs=0.4)
    assert bias == pytest.approx(1, abs=0.4)


def test_a_checkpoint_lost_in_the_middle_of_rotation_leaves_the_one_before(tmp_path: Path) -> None:
    Fit(tmp_path, STEPS).go()
    (tmp_path / "last.pt").unlink()
    assert Fit(tmp_path, STEPS).run.step == 50


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path) -> None:
    Fit(tmp_path, STEPS).go()
    with pytest.raises(InputError, match="made by another recipe"):
        Fit(tmp_path, STEPS, recipe="curve")


class Clock:
    """A clock that an update moves on, the first one by as long as a compilation takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(loop.time, "monotonic", lambda: self.now)

    def move(self, run: Run) -> None:
        self.now += 60.0 if self.now == 100.0 else 0.001


def timed(fit: Fit, clock: Clock) -> list[float]:
    """Go, and return the learning rate of each step."""
    rates: list[float] = []

    def update(rng: np.random.Generator, noise: torch.Generator) -> dict[str, torch.Tensor]:
        rates.append(fit.optimiser.param_groups[0]["lr"])
        clock.move(fit.run)
        return fit.update(rng, noise)

    fit.run.go(update, 7, print)
    return rates


def test_a_run_bounded_in_minutes_ends_with_the_lowest_rate(tmp_path: Path, monkeypatch) -> None:
    fit, clock = Fit(tmp_path, Bounds(steps=None, minutes=0.01)), Clock(monkeypatch)
    rates = timed(fit, clock)
    assert len(rates) == pytest.approx(600, abs=5)
    assert fit.run.progress == 1
    assert rates[-1] < 0.2 * 0.01


def test_compiling_in_the_first_update_takes_nothing_from_the_run_or_its_warm_up(tmp_path: Path, monkeypatch) -> None:
    rates = timed(Fit(tmp_path, Bounds(steps=None, minutes=0.01)), Clock(monkeypatch))
    assert max(rates[:20]) < 0.2 * 0.11


def test_a_gradient_that_is_not_finite_changes_nothing(tmp_path: Path) -> None:
    network = torch.nn.Linear(1, 1)
    before = network.weight.detach().clone()
    descend(network, torch.optim.SGD(network.parameters(), lr=1.0), network(torch.full((1, 1), torch.nan)).sum())
    assert torch.equal(network.weight, before)


def test_a_damaged_checkpoint_leaves_the_one_before_and_its_log(tmp_path: Path) -> None:
    Fit(tmp_path, STEPS).go()
    (tmp_path / "last.pt").write_bytes((tmp_path / "last.pt").read_bytes()[:300])
    assert Fit(tmp_path, STEPS).run.step == 50
    assert [json.loads(row)["step"] for row in (tmp_path / "log.jsonl").read_text().splitlines()] == [20, 40]


def test_the_log_has_the_mean_of_the_steps_between_its_lines(tmp_path: Path) -> None:
    Fit(tmp_path, STEPS).go()
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [20, 40, 60]
    assert rows[2]["loss"] < rows[0]["loss"]


@pytest.mark.parametrize(
    "steps, minutes, word", [(None, None, "bound"), (3, None, "at least 10"), (None, 0.0, "above 0")]
)
def test_a_run_without_end_is_refused(steps: int | None, minutes: float | None, word: str) -> None:
    with pytest.raises(InputError, match=word):
        Bounds(steps=steps, minutes=minutes)


def test_the_rate_rises_then_falls_to_next_to_nothing() -> None:
    rates = [rate_share(progress) for progress in np.linspace(0, 1, 101)]
    assert max(rates) == pytest.approx(1, abs=0.02)
    assert int(np.argmax(rates)) in {8, 9}
    assert rates[-1] == pytest.approx(1e-3)

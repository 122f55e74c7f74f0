"""Samplers: from a noisy latent and what the model believes of it to a less noisy one.

All work on the belief about the clean latent, so a method may change that belief before it is followed. `ddim` is what
AudioLDM2 is published with; the other two look back at earlier beliefs, and need fewer of them for the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from torch import Tensor

from engine.model.schedule import Schedule, ddim_step


class Sampler(Protocol):
    """One walk down from noise; it may remember the steps before."""

    def step(self, z: Tensor, x0: Tensor, eps: Tensor, t: int, t_next: int) -> Tensor:
        """The latent at ``t_next``, -1 for the clean one.

        Args:
            z: the latent at ``t``.
            x0: what is believed of the clean one, same shape.
            eps: what is believed of the noise, same shape.
        """


class Ddim:
    """Song, Meng & Ermon 2021, eq. 12 and 16.

    Attributes:
        noise: draws unit normal noise of the latent's shape; asked where ``eta`` is above 0.
    """

    def __init__(self, schedule: Schedule, eta: float, noise: Callable[[], Tensor]) -> None:
        self.schedule, self.eta, self.noise = schedule, eta, noise

    def step(self, z: Tensor, x0: Tensor, eps: Tensor, t: int, t_next: int) -> Tensor:
        return ddim_step(x0, eps, self.schedule, t, t_next, self.eta, self.noise() if self.eta > 0 else x0)


class DpmSolver:
    """DPM-Solver++(2M): Lu et al. 2022, DPM-Solver++, algorithm 2; the first step and the last are of first order."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._before: tuple[Tensor, float] | None = None  # the belief before, and its lambda

    def step(self, z: Tensor, x0: Tensor, eps: Tensor, t: int, t_next: int) -> Tensor:
        before, here = self._before, log_snr(self.schedule, t)
        self._before = x0, here
        if t_next < 0:
            return x0
        _, spread = self.schedule.weights(t)
        signal_next, spread_next = self.schedule.weights(t_next)
        h = log_snr(self.schedule, t_next) - here
        slope = x0
        if before is not None:
            r = (here - before[1]) / h
            slope = x0 + (x0 - before[0]) / (2 * r)
        stepped: Tensor = (spread_next / spread) * z - signal_next * math.expm1(-h) * slope
        return stepped


class UniPc:
    """UniPC of second order with B(h) = e^h - 1: Zhao et al. 2023, algorithms 5 and 6 with UniC, on the clean latent.

    Each belief first corrects the step that led to it, then the next one is predicted.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._beliefs: list[tuple[Tensor, float]] = []  # the last two, with their lambdas
        self._from: tuple[Tensor, int] | None = None  # the corrected latent before, and its step

    def step(self, z: Tensor, x0: Tensor, eps: Tensor, t: int, t_next: int) -> Tensor:
        if self._from is not None:
            z = self._corrected(x0, t)
        self._beliefs = [*self._beliefs[-1:], (x0, log_snr(self.schedule, t))]
        self._from = z, t
        if t_next < 0:
            return x0
        base, weight, h = self._plain(z, x0, t, t_next)
        if len(self._beliefs) < 2:
            return base
        (old, old_at), (_, here) = self._beliefs
        r = (old_at - here) / h
        return base - weight * 0.5 * (old - x0) / r

    def _plain(self, z: Tensor, x0: Tensor, t: int, t_next: int) -> tuple[Tensor, float, float]:
        """The step of first order; what the others' weights are scaled with; the step in lambda."""
        _, spread = self.schedule.weights(t)
        signal_next, spread_next = self.schedule.weights(t_next)
        h = log_snr(self.schedule, t_next) - log_snr(self.schedule, t)
        weight = signal_next * math.expm1(-h)
        base: Tensor = (spread_next / spread) * z - weight * x0
        return base, weight, h

    def _corrected(self, x0: Tensor, t: int) -> Tensor:
        """The latent at ``t`` once more, now that its belief is known."""
        assert self._from is not None
        z, came_from = self._from
        known, here = self._beliefs[-1]
        base, weight, h = self._plain(z, known, came_from, t)
        if len(self._beliefs) < 2:
            return base - weight * 0.5 * (x0 - known)
        old, old_at = self._beliefs[0]
        r = (old_at - here) / h
        first, second = corrector_weights(r, -h)
        return base - weight * (first * (old - known) / r + second * (x0 - known))


def corrector_weights(r: float, hh: float) -> tuple[float, float]:
    """Of the older belief and of the newest one: Zhao et al. 2023, eq. 10, solved for two."""
    phi = math.expm1(hh)
    one = (phi / hh - 1) / phi
    two = 2 * ((phi / hh - 1) / hh - 0.5) / phi
    first = (two - one) / (r - 1)
    return first, one - first


def log_snr(schedule: Schedule, t: int) -> float:
    """lambda: half the logarithm of the ratio of the signal's power to the noise's."""
    signal, spread = schedule.weights(t)
    return math.log(signal / spread) if signal > 0 else -math.inf  # pure noise, in a schedule that reaches it


def sampler_named(name: str, schedule: Schedule, eta: float, noise: Callable[[], Tensor]) -> Sampler:
    """The sampler of one of `engine.settings.SAMPLERS`."""
    makers: dict[str, Callable[[], Sampler]] = {
        "ddim": lambda: Ddim(schedule, eta, noise),
        "dpm++": lambda: DpmSolver(schedule),
        "unipc": lambda: UniPc(schedule),
    }
    return makers[name]()

"""Noise schedules: how much of a latent is left at each step, and what the UNet's answer means there.

``z_t = sqrt(abar_t) x0 + sqrt(1 - abar_t) eps`` (Ho, Jain & Abbeel 2020, eq. 4). The UNet answers with ``eps``, with
``x0`` itself, or with ``v = sqrt(abar_t) eps - sqrt(1 - abar_t) x0`` (Salimans & Ho 2022, appendix D); which one,
and the schedule, are read from the model's folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.errors import ModelError

NEEDED = ("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "prediction_type")
PREDICTIONS = ("epsilon", "v_prediction", "sample")


@dataclass(frozen=True)
class Schedule:
    """A noise schedule.

    Attributes:
        abar: (T,) float64 on the CPU, the share of the signal's power at each training step, falling.
        prediction: what the UNet answers with, one of `PREDICTIONS`.
    """

    abar: Tensor
    prediction: str

    def split(self, output: Tensor, z: Tensor, t: int) -> tuple[Tensor, Tensor]:
        """The UNet's ``output`` for the noisy latent ``z`` at step ``t`` as (x0, eps), same shapes."""
        signal, noise = self.weights(t)
        if self.prediction == "v_prediction":
            return signal * z - noise * output, noise * z + signal * output
        if self.prediction == "sample":
            return output, (z - signal * output) / max(noise, 1e-6)
        return (z - noise * output) / max(signal, 1e-6), output

    def weights(self, t: int) -> tuple[float, float]:
        """``sqrt(abar_t)`` and ``sqrt(1 - abar_t)``; 1 and 0 for the clean latent, t = -1."""
        abar = float(self.abar[t]) if t >= 0 else 1.0
        return abar**0.5, (1 - abar) ** 0.5

    def steps_from(self, start: float, count: int) -> list[int]:
        """``count`` training steps, evenly spaced and falling, the first at ``start`` (0..1) of the way to pure noise.

        At least one step; no step twice.
        """
        first = max(0, round(start * len(self.abar)) - 1)
        steps = torch.linspace(first, first / count if count > 1 else first, count).round().long()
        return sorted(set(steps.tolist()), reverse=True)


def schedule_from(config: dict[str, Any]) -> Schedule:
    """Build the schedule that a diffusers scheduler's configuration describes.

    Raises:
        ModelError: a key is missing, or holds what isn't known.
    """
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler

    if missing := [key for key in NEEDED if key not in config]:
        raise ModelError(
            f"the model's scheduler_config.json lacks {', '.join(missing)}; diffusion needs a noise schedule"
        )
    prediction = config["prediction_type"]
    if prediction not in PREDICTIONS:
        raise ModelError(
            f"scheduler_config.json: prediction_type is {prediction!r}; accepted: {', '.join(PREDICTIONS)}"
        )
    try:
        scheduler = DDIMScheduler.from_config(config)
    except (ValueError, TypeError, NotImplementedError) as error:
        raise ModelError(f"scheduler_config.json can't be used: {error}") from error
    return Schedule(scheduler.alphas_cumprod.double(), prediction)


def noised(latent: Tensor, noise: Tensor, schedule: Schedule, t: int) -> Tensor:
    """``latent`` at step ``t``: what the UNet would see of it."""
    signal, spread = schedule.weights(t)
    return signal * latent + spread * noise


def ddim_step(x0: Tensor, eps: Tensor, schedule: Schedule, t: int, t_next: int, eta: float, noise: Tensor) -> Tensor:
    """One step from ``t`` to ``t_next`` (Song, Meng & Ermon 2021, eq. 12 and 16); ``eta`` 0 draws nothing.

    Args:
        noise: unit normal, used where ``eta`` is above 0.
    """
    _, spread = schedule.weights(t)
    signal, spread_next = schedule.weights(t_next)
    sigma = 0.0
    if eta > 0 and spread_next > 0:
        abar, abar_next = float(schedule.abar[t]), signal**2
        sigma = eta * (spread_next / spread) * max(0.0, 1 - abar / abar_next) ** 0.5
    direction = max(0.0, spread_next**2 - sigma**2) ** 0.5
    stepped: Tensor = signal * x0 + direction * eps + sigma * noise
    return stepped

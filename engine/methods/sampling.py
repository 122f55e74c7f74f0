"""The loop that all diffusion methods share: from a noisy latent down to a clean one, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.methods.canvas import Belief, Canvas
from engine.methods.samplers import sampler_named
from engine.model.schedule import noised
from engine.progress import Control

Steer = Callable[[Tensor, int, int], Tensor]
"""``steer(x0, index, t) -> x0``: what a method makes of the belief at a step before it is followed."""


def descended(
    canvas: Canvas,
    z: Tensor,
    times: Sequence[int],
    belief: Belief,
    generator: torch.Generator,
    control: Control,
    *,
    sampler: str = "ddim",
    eta: float = 0.0,
    steer: Steer | None = None,
    of: int | None = None,
) -> Tensor:
    """Denoise ``z`` along ``times``, and return the clean latent.

    Args:
        z: shaped as the canvas' latent, noised to ``times[0]``.
        times: training steps, falling; see `engine.model.schedule.Schedule.steps_from`.
        belief: from `Canvas.believe`.
        generator: of the noise, where ``eta`` is above 0.
        sampler: one of `engine.settings.SAMPLERS`.
        eta: of the sampler `ddim`: 0 draws no noise on the way, 1 as much as DDPM.
        steer: changes the believed clean latent at each step; the noise that is implied follows.
        of: steps of the whole method, for the progress, where others follow these.

    Raises:
        Cancelled: the user stopped.
    """
    schedule = canvas.schedule
    if eta > 0 and sampler != "ddim":
        control.note(f"sampler {sampler} draws no noise on the way; eta is not used")
    drawn = canvas.noises(generator, len(times)) if eta > 0 and sampler == "ddim" else iter(())
    walk = sampler_named(sampler, schedule, eta, drawn.__next__)
    for index, t in enumerate(times):
        control.step("taking again", index, of or len(times))
        x0, eps = belief(z, t)
        if steer is not None:
            x0 = steer(x0, index, t)
            signal, spread = schedule.weights(t)
            eps = (z - signal * x0) / spread
        t_next = times[index + 1] if index + 1 < len(times) else -1
        z = walk.step(z, x0, eps, t, t_next)
    return z


def finished(
    canvas: Canvas,
    belief: Belief,
    strength: float,
    steps: int,
    generator: torch.Generator,
    control: Control,
    *,
    sampler: str = "ddim",
    eta: float = 0.0,
    steer: Steer | None = None,
    of: int | None = None,
) -> Tensor:
    """Noise the canvas' latent, a guess, and let the model finish it (SDEdit: Meng et al. 2022, algorithm 1).

    Args:
        strength: in 0..1, how far the latent is noised; 1 forgets it.
        steps: how many times ``belief`` is asked.

    The others, what is returned and what is raised are those of `descended`.
    """
    times = canvas.schedule.steps_from(strength, steps)
    z = noised(canvas.latent, canvas.noise(generator), canvas.schedule, times[0])
    return descended(canvas, z, times, belief, generator, control, sampler=sampler, eta=eta, steer=steer, of=of)

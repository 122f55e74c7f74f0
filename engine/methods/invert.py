"""The method `invert`: find the noise that the recording would be made of, and make it again as another kind.

Edit-friendly DDPM inversion (Huberman-Spiegelglas, Kulikov & Michaeli 2024, section 3; on sound: Manor & Michaeli
2024). Each ``x_t`` is the recording with noise of its own, and the noise map ``z_t`` is what brings the model's step
from ``x_t`` to ``x_{t-1}``. Replayed under the kind that the recording was taken for, the maps give it back exactly;
under another kind its course stays and its sound changes.

``sigma_t z_t = x_{t-1} - mu_t(x_t)`` is all that the replay needs of a map, so both walks go side by side and nothing
is kept: memory doesn't grow with the steps, however long the recording. It also makes the last step, whose sigma is
0, exact, and holds for every ``eta``.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.methods.canvas import Belief, Canvas, canvas_for
from engine.model.load import Model
from engine.model.schedule import ddim_step, noised
from engine.progress import Control
from engine.settings import InvertSettings
from engine.targets import Target


def take(
    target: Target, model: Model, settings: InvertSettings, generator: torch.Generator, control: Control
) -> Tensor:
    """Invert and replay; (T, bands) -> (T, bands). With the source's kind and guidance it is the VAE's round trip.

    Raises:
        ModelError: the model can't denoise.
        InputError: it doesn't know a kind.
        Cancelled: the user stopped.
    """
    canvas = canvas_for(target, model, control)
    told = torch.maximum(canvas.trust * settings.belief, canvas.trust * canvas.keep)

    source, replay = (
        canvas.held(canvas.believe(control, description, trust=told), told)
        for description in (settings.source_description, settings.description)
    )
    times = canvas.schedule.steps_from(1.0, settings.steps)
    kept = times[min(round(settings.skip * len(times)), len(times) - 1) :]
    return canvas.decoded(replayed(canvas, kept, source, replay, generator, control, settings.eta), control)


def replayed(
    canvas: Canvas,
    times: list[int],
    source: Belief,
    replay: Belief,
    generator: torch.Generator,
    control: Control,
    eta: float,
) -> Tensor:
    """Walk down ``times`` twice at once: along the recording's noisy versions, and along the replay.

    Args:
        times: training steps, falling.
        source, replay: beliefs that the recording is inverted and replayed with.
        generator: of the noise of each ``x_t``.
        eta: 1 is DDPM, as in the paper.

    Returns:
        The replay's clean latent.

    Raises:
        Cancelled: the user stopped.
    """
    schedule = canvas.schedule

    def mean(belief: Belief, z: Tensor, t: int, t_next: int) -> Tensor:
        """``mu_t``: a step without its noise."""
        x0, eps = belief(z, t)
        return ddim_step(x0, eps, schedule, t, t_next, eta, torch.zeros_like(x0))

    x = y = noised(canvas.latent, canvas.noise(generator), schedule, times[0])
    for index, t in enumerate(times):
        control.step("taking again", index, len(times))
        t_next = times[index + 1] if index + 1 < len(times) else -1
        x_next = noised(canvas.latent, canvas.noise(generator), schedule, t_next)
        y = mean(replay, y, t, t_next) + (x_next - mean(source, x, t, t_next))
        x = x_next
    return y

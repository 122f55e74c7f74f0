"""The method `optimise`: the latent itself moved until it decodes to the target, as far as the VAE can say it.

Adam on the squared error of the decoded mel, from the encoded latent on. The decoder and the latent's size set the
limit, not the encoder: this is the ceiling of reconstruction with a VAE, and no way to imagine anything. Cells that
aren't trusted don't pull, and cells that the renderer keeps don't either.
"""

from __future__ import annotations

import torch

from engine.methods.canvas import canvas_for
from engine.methods.gradient import aim_at, refined
from engine.model.load import Model
from engine.progress import Control
from engine.settings import OptimiseSettings
from engine.targets import Target


def take(
    target: Target, model: Model, settings: OptimiseSettings, generator: torch.Generator, control: Control
) -> torch.Tensor:
    """Optimise the target's latent; (T, bands) -> (T, bands).

    Raises:
        Cancelled: the user stopped.
    """
    canvas = canvas_for(target, model, control)
    counts = canvas.trust * (1 - canvas.keep)
    aim = aim_at(canvas, canvas.mel, counts, canvas.latent, settings, control)
    latent = canvas.latent
    if aim is not None:
        latent = refined(canvas, latent, aim, settings, control, steps=settings.steps)
    return canvas.decoded(latent, control)

"""The method `partial`: noise what is to be taken again up to a chosen strength, and denoise it back.

SDEdit (Meng et al. 2022, algorithm 1). Where the renderer keeps the recording, the model is told it and holds it; where
it doesn't, the model is told what the task trusts, times ``belief``: 0 lets it imagine, 1 lets it follow the target.
"""

from __future__ import annotations

import torch

from engine.methods.canvas import canvas_for
from engine.methods.sampling import finished
from engine.model.load import Model
from engine.progress import Control
from engine.settings import PartialSettings
from engine.targets import Target


def take(
    target: Target, model: Model, settings: PartialSettings, generator: torch.Generator, control: Control
) -> torch.Tensor:
    """Noise and denoise the target's latent; (T, bands) -> (T, bands).

    Raises:
        ModelError: the model can't denoise.
        InputError: it doesn't know the kind.
        Cancelled: the user stopped.
    """
    canvas = canvas_for(target, model, control)
    told = torch.maximum(canvas.trust * settings.belief, canvas.trust * canvas.keep)
    belief = canvas.held(canvas.believe(control, settings.description, trust=told), told)
    strength, steps, sampler, eta = settings.strength, settings.steps, settings.sampler, settings.eta
    latent = finished(canvas, belief, strength, steps, generator, control, sampler=sampler, eta=eta)
    return canvas.decoded(latent, control)

"""The method `generate`: forget what is to be taken again, and let the model make something of a kind in its place.

Sampling from pure noise (Ho, Jain & Abbeel 2020, algorithm 2; DDIM where ``eta`` is 0). What the renderer keeps of the
recording is told and held, as context; of the rest the model is told what the context alone suggests, and where a
window has no context, nothing.
"""

from __future__ import annotations

import dataclasses

import torch

from engine.guess import interpolated
from engine.methods.canvas import canvas_for
from engine.methods.sampling import descended
from engine.model.load import Model
from engine.progress import Control
from engine.settings import GenerateSettings
from engine.targets import Target


def take(
    target: Target, model: Model, settings: GenerateSettings, generator: torch.Generator, control: Control
) -> torch.Tensor:
    """Make a mel of noise; (T, bands) -> (T, bands).

    Raises:
        ModelError: the model can't denoise.
        InputError: it doesn't know the kind.
        Cancelled: the user stopped.
    """
    known = target.trust * target.keep
    canvas = canvas_for(dataclasses.replace(target, mel=interpolated(target.mel, known)), model, control)
    told = canvas.trust * canvas.keep
    belief = canvas.held(canvas.believe(control, settings.description, trust=told), told)
    times = canvas.schedule.steps_from(1.0, settings.steps)
    z = canvas.noise(generator)
    sampler, eta = settings.sampler, settings.eta
    latent = descended(canvas, z, times, belief, generator, control, sampler=sampler, eta=eta)
    return canvas.decoded(latent, control)

"""The method `hybrid`: the VAE's round trip below a crossover, diffusion above it.

The VAE is true where a recording has its energy, and smooths what lies high. So the model is told, and holds, what
lies below the crossover, makes the rest anew from a chosen noise level (SDEdit: Meng et al. 2022, algorithm 1), and
both are cross-faded over the mel bands. What the task doesn't trust is made anew in all bands.

With ``cascade`` one follows the other instead: the VAE's round trip is encoded again, noised a little, and a few steps
of diffusion finish it, in all bands. What the VAE takes for noise and what it takes for sound is then decided twice.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import Tensor

from engine.errors import InputError
from engine.filterbank import mel_edges_hz
from engine.mel import MelSpec
from engine.methods.canvas import canvas_for
from engine.methods.sampling import finished
from engine.model.load import Model
from engine.progress import Control
from engine.settings import HybridSettings
from engine.targets import Target

LOWEST_HZ = 20.0  # where octaves begin


def take(
    target: Target, model: Model, settings: HybridSettings, generator: torch.Generator, control: Control
) -> Tensor:
    """Round trip and diffusion, one above or after the other; (T, bands) -> (T, bands).

    Raises:
        ModelError: the model can't denoise.
        InputError: it doesn't know the kind, or the crossover lies above its bands.
        Cancelled: the user stopped.
    """
    share = torch.ones(model.spec.bands) if settings.cascade else diffused_share(model.spec, settings)
    share = share.to(target.mel)
    canvas = canvas_for(target, model, control)
    plain = canvas.decoded(canvas.latent, control)
    if settings.cascade:
        if settings.crossover_hz != HybridSettings.crossover_hz:
            control.note("cascade works in all bands; crossover_hz is not used")
        canvas = canvas_for(dataclasses.replace(target, mel=plain), model, control)
    kept = torch.where(share > 0, canvas.keep, torch.ones_like(canvas.keep))
    told = torch.maximum(canvas.trust * settings.belief, canvas.trust * kept)
    belief = canvas.held(canvas.believe(control, settings.description, trust=told), told)
    strength, steps, sampler, eta = settings.strength, settings.steps, settings.sampler, settings.eta
    latent = finished(canvas, belief, strength, steps, generator, control, sampler=sampler, eta=eta)
    diffused = canvas.decoded(latent, control)
    # What isn't trusted is no better for having been through the VAE.
    return torch.lerp(plain, diffused, torch.maximum(share.expand_as(plain), 1 - target.trust))


def diffused_share(spec: MelSpec, settings: HybridSettings) -> Tensor:
    """How much of each band is diffusion's, (bands,): a raised cosine over the logarithm of frequency.

    Raises:
        InputError: the crossover lies above the bands.
    """
    if settings.crossover_hz >= spec.high_hz:
        raise InputError(
            f"crossover_hz is {settings.crossover_hz:g}; accepted is 0 to below {spec.high_hz:g}, "
            "where the model's bands end"
        )
    if settings.crossover_hz <= LOWEST_HZ:
        return torch.ones(spec.bands)
    centres_hz = mel_edges_hz(spec.bands, spec.low_hz, spec.high_hz)[1:-1]
    octaves = np.log2(np.maximum(centres_hz, LOWEST_HZ) / settings.crossover_hz)
    rise = np.clip(octaves / max(settings.overlap_octaves, 1e-9) + 0.5, 0.0, 1.0)
    return torch.from_numpy(0.5 - 0.5 * np.cos(np.pi * rise))

"""The method `ddcm`: the target's mel coded at a bit rate and decoded, by `engine.ddcm`.

What the codes cost, and so the sound of a `.ddcm` file, can be heard with every renderer. Cells count as far as the
target trusts them; where it trusts nothing, the model invents. The VAE's round trip (`vae`) is the ceiling.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.ddcm import coding
from engine.ddcm.plan import plan_for
from engine.ddcm.soft import softly_quantised
from engine.methods.canvas import canvas_for
from engine.model.denoiser import latent_trust
from engine.model.load import Model
from engine.progress import Control
from engine.settings import LARGEST_SEED, DdcmSettings
from engine.targets import Target

STAGE = "taking again"


def take(target: Target, model: Model, settings: DdcmSettings, generator: torch.Generator, control: Control) -> Tensor:
    """Code and decode the target's latent; (T, bands) -> (T, bands).

    Raises:
        ModelError: the model can't denoise, or its schedule doesn't suit.
        InputError: it doesn't know the kind, or the rate can't be had with these settings.
        Cancelled: the user stopped.
    """
    canvas = canvas_for(target, model, control)
    weight = latent_trust(canvas.trust, canvas.factor).to(canvas.latent)
    if settings.variant == "soft":
        entries, temperature = settings.soft_entries, settings.soft_temperature
        latent = softly_quantised(canvas.latent, weight, entries, temperature, generator, control)
        return canvas.decoded(latent, control)
    length_s = len(target.mel) * model.spec.hop / model.spec.rate
    plan = plan_for(settings, len(target.mel), length_s)
    seed = int(torch.randint(LARGEST_SEED, (), generator=generator))
    latent, codes = coding.encode_latent(canvas.latent, weight, model, plan, seed, settings.description, control, STAGE)
    control.note(f"coded in {len(codes)} bytes, {8 * len(codes) / length_s / 1000:.2f} kbps")
    return canvas.decoded(latent, control)

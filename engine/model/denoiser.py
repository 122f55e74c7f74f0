"""The UNet with all that it is told, and sampling with it: from a classical guess to what the model makes of it.

A model of our own takes ``[z_t, latent of the guess, trust]`` (like inpainting checkpoints: Rombach et al. 2022,
appendix G.5) and a kind; AudioLDM2's own take ``z_t`` alone and a prompt. What such a model isn't told it still
follows, because methods hold what is trusted (`engine.methods.canvas.Canvas.held`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import InputError, ModelError
from engine.model.conditions import Conditions, conditions_for
from engine.model.load import Model
from engine.model.schedule import Schedule, ddim_step, noised, schedule_from
from engine.progress import Control
from engine.settings import Description

EROSION_CELLS = 3  # a cell and its neighbours: the VAE's receptive field carries damage over a border


def latent_trust(trust: Tensor, factor: int) -> Tensor:
    """Trust (B, 1, T, bands) of the mel -> (B, 1, T', bands') of its latent, eroded by one latent cell.

    A latent cell is trusted as far as the least trusted of the mel cells that it and its neighbours stand for.
    """
    least = -F.max_pool2d(-trust, factor)
    return -F.max_pool2d(-least, EROSION_CELLS, stride=1, padding=EROSION_CELLS // 2)


def told_latent(latent: Tensor, trust: Tensor) -> Tensor:
    """What stands beside the noisy latent: the guess' latent and its trust, (B, C + 1, T', bands').

    Where nothing at all of an item is trusted there is no guess either, and zeros take its place.
    """
    something = (trust.amax(dim=(1, 2, 3), keepdim=True) > 0).to(latent)
    return torch.cat([latent * something, trust], dim=1)


@dataclass(frozen=True)
class Denoiser:
    """A UNet, its schedule and what it is told; what methods call.

    Attributes:
        model: with its UNet loaded.
        schedule: of the model's folder.
        told: (B, C + 1, T', bands') from `told_latent`; None for a UNet that takes the noisy latent alone.
        conditions: of B items.
    """

    model: Model
    schedule: Schedule
    told: Tensor | None
    conditions: Conditions

    @torch.inference_mode()
    def __call__(self, z: Tensor, t: int) -> tuple[Tensor, Tensor]:
        """The model's belief about the noisy latent ``z`` at step ``t``: (x0, eps), same shapes, float32."""
        seen = z if self.told is None else torch.cat([z, self.told], dim=1)
        guidance = self.conditions.guidance
        if guidance == 1:
            return self.schedule.split(self.model.predict(seen, t, self.conditions), z, t)
        wanted, other = self.model.predict(seen, t, self.conditions).chunk(2)
        return self.schedule.split(other + guidance * (wanted - other), z, t)


def scaled_latent(model: Model, mel: Tensor) -> Tensor:
    """Log-mel (B, 1, T, bands) -> its latent at the scale that the UNet was trained on."""
    return model.encode(mel) * float(model.vae.config.scaling_factor)


def decoded(model: Model, latent: Tensor) -> Tensor:
    """Latent as `scaled_latent` gives it -> log-mel (B, 1, T, bands)."""
    return model.decode(latent / float(model.vae.config.scaling_factor))


def denoiser_for(model: Model, latent: Tensor, trust: Tensor, conditions: Conditions) -> Denoiser:
    """A denoiser that is told conditions, and where its UNet takes them, a guess and its trust.

    Args:
        latent: (B, C, T', bands') of the guess, scaled.
        trust: (B, 1, T, bands) of the mel.
        conditions: of B items.

    Raises:
        ModelError: the UNet takes another number of channels.
    """
    schedule = schedule_from(model.scheduler)
    alone, with_guess = latent.shape[1], 2 * latent.shape[1] + 1
    takes = model.unet.config.in_channels
    if takes == alone:
        return Denoiser(model, schedule, None, conditions)
    if takes != with_guess:
        raise ModelError(
            f"the UNet of model {model.folder.name} takes {takes} channels; accepted are {alone}, the noisy latent, "
            f"and {with_guess}, with the guess' latent and its trust"
        )
    told = told_latent(latent, latent_trust(trust, trust.shape[-1] // latent.shape[-1]).to(latent))
    return Denoiser(model, schedule, told, conditions)


def sample_mel(
    model: Model,
    guess: Tensor,
    trust: Tensor,
    *,
    kind: str = "any",
    steps: int = 20,
    start: float = 1.0,
    guidance: float = 1.0,
    eta: float = 0.0,
    hold: bool = True,
    generator: torch.Generator,
    report: Callable[[int], None] | None = None,
) -> Tensor:
    """Let the model finish a guess: encode it, noise it, and denoise it again (Meng et al. 2022, algorithm 1).

    Args:
        guess: (B, T, bands) log-mel, T a multiple of 32.
        trust: (B, T, bands) in 0..1.
        kind: one that the model knows.
        steps: how many times the UNet is asked.
        start: in 0..1, how far the guess is noised; 1 forgets it but for what the UNet is told.
        guidance: of classifier-free guidance toward the kind.
        eta: 0 draws no noise on the way (DDIM), 1 as much as DDPM.
        hold: whether latent cells that are wholly trusted, after erosion, stay those of the guess all the way; else
            the model is free everywhere.
        generator: of all noise, on the CPU.
        report: told the number of steps done, before each.

    Returns:
        (B, T, bands) log-mel, float32.

    Raises:
        InputError: a value is out of range.
        ModelError: the model can't do this.
    """
    if steps < 1 or not 0 < start <= 1:
        raise InputError(f"steps is {steps} and start {start:g}; accepted are 1 or more, and above 0 up to 1")
    latent = scaled_latent(model, guess[:, None])
    conditions = conditions_for(model, Description(kind=kind, guidance=guidance), Control())
    denoiser = denoiser_for(model, latent, trust[:, None], conditions.of(len(latent)))
    schedule = denoiser.schedule
    known = latent_trust(trust[:, None], guess.shape[-1] // latent.shape[-1]) >= 1
    known = known.to(latent.device)

    def noise() -> Tensor:
        return torch.randn(latent.shape, generator=generator).to(latent)

    times = schedule.steps_from(start, steps)
    z = noised(latent, noise(), schedule, times[0])
    for index, t in enumerate(times):
        if report is not None:
            report(index)
        x0, eps = denoiser(z, t)
        if hold:
            signal, spread = schedule.weights(t)
            x0, eps = torch.where(known, latent, x0), torch.where(known, (z - signal * latent) / spread, eps)
        t_next = times[index + 1] if index + 1 < len(times) else -1
        z = ddim_step(x0, eps, schedule, t, t_next, eta, noise() if eta > 0 else x0)
    return decoded(model, z)[:, 0]

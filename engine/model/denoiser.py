"""The UNet with all that it is told, and sampling with it: from a classical guess to what the model makes of it.

A model of our own takes ``[z_t, latent of the guess, trust]`` (like inpainting checkpoints: Rombach et al. 2022,
appendix G.5) and a kind; one in AudioLDM2's published layout takes ``z_t`` alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import InputError, ModelError
from engine.model.conditioning import Kinds, read_kinds
from engine.model.load import Model
from engine.model.schedule import Schedule, ddim_step, noised, schedule_from

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
        tokens: (B, N, width) for the cross-attention.
        against: tokens to steer away from, same shape.
        guidance: of classifier-free guidance (Ho & Salimans 2022, eq. 6); 1 is none.
    """

    model: Model
    schedule: Schedule
    told: Tensor | None
    tokens: Tensor
    against: Tensor
    guidance: float

    @torch.inference_mode()
    def __call__(self, z: Tensor, t: int) -> tuple[Tensor, Tensor]:
        """The model's belief about the noisy latent ``z`` at step ``t``: (x0, eps), same shapes, float32."""
        seen = z if self.told is None else torch.cat([z, self.told], dim=1)
        tokens = self.tokens
        if self.guidance != 1:
            seen, tokens = torch.cat([seen, seen]), torch.cat([self.tokens, self.against])
        output = self.model.predict(seen, t, tokens)
        if self.guidance != 1:
            wanted, other = output.chunk(2)
            output = other + self.guidance * (wanted - other)
        return self.schedule.split(output, z, t)


def kinds_of(model: Model) -> Kinds:
    """The kinds that ``model`` knows.

    Raises:
        ModelError: it has none, or no UNet is loaded.
    """
    if model.unet is None:
        raise ModelError(f"diffusion needs a unet, which model {model.folder.name} was loaded without")
    kinds = read_kinds(model.folder.path)
    if kinds is None:
        raise ModelError(f"model {model.folder.name} has no conditioning.json; kinds are known by models that have one")
    return kinds


def scaled_latent(model: Model, mel: Tensor) -> Tensor:
    """Log-mel (B, 1, T, bands) -> its latent at the scale that the UNet was trained on."""
    return model.encode(mel) * float(model.vae.config.scaling_factor)


def decoded(model: Model, latent: Tensor) -> Tensor:
    """Latent as `scaled_latent` gives it -> log-mel (B, 1, T, bands)."""
    return model.decode(latent / float(model.vae.config.scaling_factor))


def denoiser_for(model: Model, latent: Tensor, trust: Tensor, kind: str, guidance: float) -> Denoiser:
    """A denoiser that is told a guess, its trust and a kind.

    Args:
        latent: (B, C, T', bands') of the guess, scaled.
        trust: (B, 1, T, bands) of the mel.

    Raises:
        ModelError: the model lacks a UNet or kinds, or its UNet takes another number of channels.
        InputError: the kind is unknown.
    """
    kinds = kinds_of(model)
    told = told_latent(latent, latent_trust(trust, trust.shape[-1] // latent.shape[-1]).to(latent))
    expected = latent.shape[1] + told.shape[1]
    if model.unet.config.in_channels != expected:
        raise ModelError(
            f"the UNet of model {model.folder.name} takes {model.unet.config.in_channels} channels; "
            f"{expected} are expected: the noisy latent, the guess' latent and its trust"
        )
    index = torch.full((len(latent),), kinds.index(kind), device=latent.device)
    if not index.any():
        guidance = 1.0  # steered from any sound to any sound it would be asked twice for the same
    return Denoiser(
        model,
        schedule_from(model.scheduler),
        told,
        kinds.tokens(index),
        kinds.tokens(torch.zeros_like(index)),
        guidance,
    )


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
    denoiser = denoiser_for(model, latent, trust[:, None], kind, guidance)
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

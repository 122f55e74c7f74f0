"""Training of the bundled UNet: a diffusion model that is told the classical guess and how far to believe it.

``v`` prediction (Salimans & Ho 2022) on AudioLDM2's schedule rescaled to zero terminal signal-to-noise ratio (Lin et
al. 2024, algorithm 1): with ``eps`` on the plain schedule, a short training leaves useless samples at a good loss. The
latents are made on the fly by the frozen VAE from damaged crops (`engine.training.degradations`); cells that are not
trusted weigh more, because the others only have to be copied. A share of the rows is told no kind, for
classifier-free guidance.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.pipelines.audioldm2.modeling_audioldm2 import AudioLDM2UNet2DConditionModel
from torch import Tensor

from engine.model.conditioning import Kinds
from engine.model.denoiser import latent_trust, told_latent
from engine.model.schedule import schedule_from
from engine.training.crops import KINDS, Crops
from engine.training.data import Corpus
from engine.training.degradations import damaged_batch
from engine.training.loop import Bounds, Run, descend
from engine.training.vae import SPEC

CONDITIONING = Kinds(KINDS, 8)
SCHEDULER = {
    "_class_name": "DDIMScheduler",
    "num_train_timesteps": 1000,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.0015,
    "beta_end": 0.0195,
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
    "clip_sample": False,
    "set_alpha_to_one": True,
    "steps_offset": 0,
}


@dataclass(frozen=True)
class UnetRecipe:
    """Every choice that the weights follow from, but for how long.

    Attributes:
        seed: of weights, crops, damage and noise.
        size, frames: of a batch, in crops and mel frames.
        echoes: updates on each batch, with new noise, because damage and encoding cost nearly as much as an update.
        channels: of the network's levels.
        attention: which levels have attention.
        top_rate: the highest learning rate.
        kindless: share of the rows that are told no kind.
        trusted_weight: of the loss in cells that are wholly trusted, 1 being that of the others.
        averaging: decay of the EMA.
    """

    seed: int = 0
    size: int = 6
    frames: int = 256
    echoes: int = 2
    channels: tuple[int, ...] = (96, 128, 192)
    attention: tuple[bool, ...] = (False, True, True)
    top_rate: float = 5e-4
    kindless: float = 0.15
    trusted_weight: float = 1.0
    averaging: float = 0.9995

    def continued(self) -> UnetRecipe:
        """The recipe for going on from weights that are good already: half of the rate."""
        return dataclasses.replace(self, top_rate=self.top_rate / 2)


# A GPU is fed more at once.
ON_GPU = UnetRecipe(size=96, top_rate=1e-3, averaging=0.9995)


def build_unet(recipe: UnetRecipe) -> AudioLDM2UNet2DConditionModel:
    """The bundled UNet's network: AudioLDM2's class, told the guess and the trust beside the noisy latent."""
    down = tuple("CrossAttnDownBlock2D" if has else "DownBlock2D" for has in recipe.attention)
    up = tuple("CrossAttnUpBlock2D" if has else "UpBlock2D" for has in reversed(recipe.attention))
    return AudioLDM2UNet2DConditionModel(
        in_channels=17,
        out_channels=8,
        down_block_types=down,
        up_block_types=up,
        block_out_channels=recipe.channels,
        layers_per_block=1,
        cross_attention_dim=CONDITIONING.width,
        attention_head_dim=tuple(channels // 32 for channels in recipe.channels),
        norm_num_groups=16,
    )


@dataclass(frozen=True)
class Lesson:
    """A batch in the latent: clean (B, 8, T', 16), told (B, 9, T', 16), kinds (B,)."""

    clean: Tensor
    told: Tensor
    kinds: Tensor


@torch.no_grad()
def lesson_from(crops: Crops, vae: AutoencoderKL, rng: np.random.Generator, size: int, frames: int) -> Lesson:
    """Draw and damage crops, and encode both sides with the frozen VAE."""
    damaged = damaged_batch(crops, rng, size, frames)
    both = SPEC.to_model(torch.cat([damaged.clean, damaged.guess]))[:, None]
    both = both.contiguous(memory_format=torch.channels_last)
    with torch.autocast(both.device.type, dtype=torch.bfloat16):
        latents = vae.encode(both).latent_dist.mode()
    clean, guess = (latents.float() * float(vae.config.scaling_factor)).chunk(2)
    trust = latent_trust(damaged.trust[:, None], SPEC.bands // clean.shape[-1])
    return Lesson(clean, told_latent(guess, trust), damaged.kinds)


def unet_loss(
    unet: Any, lesson: Lesson, abar: Tensor, recipe: UnetRecipe, rng: np.random.Generator, noise: torch.Generator
) -> tuple[Tensor, Mapping[str, Tensor]]:
    """The weighted error of ``v`` for one batch, and its parts for the log."""
    clean, device = lesson.clean, lesson.clean.device
    size = len(clean)
    # Stratified over the batch: every update sees the whole schedule.
    share = (torch.from_numpy(rng.permutation(size)) + torch.from_numpy(rng.random(size))) / size
    t = (share * len(abar)).long().clamp(0, len(abar) - 1).to(device)
    signal, spread = (part[t][:, None, None, None] for part in (abar.sqrt(), (1 - abar).sqrt()))
    eps = torch.randn(clean.shape, generator=noise).to(device)
    z = signal * clean + spread * eps
    told_kind = torch.from_numpy(rng.random(size) >= recipe.kindless).to(device)
    tokens = CONDITIONING.tokens(lesson.kinds * told_kind)
    seen = torch.cat([z, lesson.told], dim=1).contiguous(memory_format=torch.channels_last)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        output = unet(seen, t, encoder_hidden_states=tokens).sample
    error = (output.float() - (signal * eps - spread * clean)).square()
    trust = lesson.told[:, -1:]
    weight = (1 - (1 - recipe.trusted_weight) * trust).expand_as(error)
    loss = (error * weight).sum() / weight.sum()
    with torch.no_grad():
        late = t >= len(abar) // 2
        unknown = (trust < 0.5).expand_as(error)
        parts = {
            "loss": loss,
            "unknown_early": _mean(error, unknown & ~late[:, None, None, None]),
            "unknown_late": _mean(error, unknown & late[:, None, None, None]),
            "known": _mean(error, ~unknown),
        }
    return loss, {name: value.detach() for name, value in parts.items()}


def _mean(values: Tensor, where: Tensor) -> Tensor:
    return (values * where).sum() / where.sum().clamp_min(1)


def train_unet(
    recipe: UnetRecipe,
    bounds: Bounds,
    folder: Path,
    corpus: Corpus,
    vae: AutoencoderKL,
    device: torch.device,
    report: Callable[[str], None],
    start_from: AudioLDM2UNet2DConditionModel | None = None,
    origin: str = "",
) -> AudioLDM2UNet2DConditionModel:
    """Train, or go on from the checkpoint in ``folder``, and return the average of the weights.

    Args:
        vae: the one whose latent the UNet is to work in; its ``scaling_factor`` is applied.
        start_from: a network to go on from in place of random weights; it must have the recipe's shape.
        origin: what else the weights follow from, as text: a checkpoint of another origin is refused.

    Raises:
        InputError: the checkpoint in ``folder`` was made by another recipe.
    """
    torch.manual_seed(recipe.seed)
    unet = build_unet(recipe)
    if start_from is not None:
        unet.load_state_dict(start_from.state_dict())
    unet.to(device, memory_format=torch.channels_last)
    vae = vae.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)
    optimiser = torch.optim.AdamW(unet.parameters(), lr=recipe.top_rate, betas=(0.9, 0.99), weight_decay=0.01)
    run = Run(
        folder,
        f"unet {json.dumps(asdict(recipe))} {origin}",
        bounds,
        networks={"unet": unet},
        optimisers={"unet": optimiser},
        averaged={"unet": recipe.averaging},
    )
    if device.type == "cuda":
        unet.compile()
        vae.encoder.compile()
    crops = Crops(corpus, SPEC, recipe.frames, device)
    abar = schedule_from(SCHEDULER).abar.float().to(device)
    held: dict[int, Lesson] = {}

    def lesson_for(step: int) -> Lesson:
        number = step // recipe.echoes
        if number not in held:
            held.clear()
            drawn = np.random.default_rng((recipe.seed, 1, number))
            held[number] = lesson_from(crops, vae, drawn, recipe.size, recipe.frames)
        return held[number]

    def update(rng: np.random.Generator, noise: torch.Generator) -> Mapping[str, Tensor]:
        loss, parts = unet_loss(unet, lesson_for(run.step), abar, recipe, rng, noise)
        descend(unet, optimiser, loss)
        return parts

    run.go(update, recipe.seed, report)
    average: AudioLDM2UNet2DConditionModel = run.averages["unet"]
    return average

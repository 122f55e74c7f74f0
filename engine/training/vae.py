"""Training of the bundled VAE.

AdamW, an average of the weights (EMA), bfloat16 autocast. Short and long crops are mixed because the network's group
norms see the whole window. The loss is the mean mel error, the error of the sound that the gain renderer makes (of
the whole crop, and of each stretch of it whatever its level), the energy kept above 4 kHz, and a light KL term.
Afterwards each channel of the latent is brought to mean 0 and deviation 1 on the corpus, which the 1x1 convolutions
around the latent take in without a change of what is decoded.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor

from engine.bands import bin_weights
from engine.mel import MelSpec, log_mel_from_magnitude
from engine.training.crops import Crops
from engine.training.data import Corpus
from engine.training.loop import Bounds, Run, descend
from engine.training.losses import energy_kept, kl_divergence, mel_error, rendered_error

SPEC = MelSpec(shift=-5.8, scale=2.9)
ABOVE_HZ = 4000.0
LEAST_DEVIATION = 1e-3  # of a latent's channel; a dead one stays as it is


@dataclass(frozen=True)
class VaeRecipe:
    """Every choice that the weights follow from, but for how long.

    Attributes:
        seed: of weights, crops and posterior noise.
        shapes: (batch size, frames) drawn, with ``shares``.
        channels: of the network's levels.
        top_rate: the highest learning rate.
        kl, sound, high: weights of the KL, rendered sound and high-band terms beside the mel error.
        averaging: decay of the EMA.
    """

    seed: int = 0
    shapes: tuple[tuple[int, int], ...] = ((4, 128), (2, 256), (1, 512))
    shares: tuple[float, ...] = (0.7, 0.2, 0.1)
    channels: tuple[int, ...] = (32, 64, 128)
    top_rate: float = 1.5e-3
    kl: float = 1e-4
    sound: float = 0.15
    high: float = 0.02
    averaging: float = 0.999

    def continued(self) -> VaeRecipe:
        """The recipe for going on from weights that are good already: an eighth of the rate."""
        return dataclasses.replace(self, top_rate=self.top_rate / 8)


# A GPU is fed sixteen times as much at once, in one shape, which is compiled once.
ON_GPU = VaeRecipe(shapes=((16, 512),), shares=(1.0,), top_rate=3e-3)


def build_vae(channels: tuple[int, ...]) -> AutoencoderKL:
    """The bundled VAE's network: AudioLDM2's layout, narrow, and without attention."""
    return AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        block_out_channels=channels,
        layers_per_block=1,
        latent_channels=8,
        norm_num_groups=8,
        mid_block_add_attention=False,
        sample_size=SPEC.bands,
    )


def analysis_weights(spec: MelSpec, device: torch.device) -> Tensor:
    """`bin_weights` of the analysis' own bins, (bins, bands), on ``device``."""
    bins_hz = np.linspace(0, spec.rate / 2, spec.n_fft // 2 + 1)
    return torch.from_numpy(bin_weights(bins_hz, spec.bands, spec.low_hz, spec.high_hz)).to(device)


def vae_loss(
    vae: AutoencoderKL, magnitudes: Tensor, weights: Tensor, recipe: VaeRecipe, generator: torch.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss of one batch of (B, bins, T) magnitudes, and its parts for the log."""
    mel = log_mel_from_magnitude(magnitudes, SPEC)
    with torch.autocast(magnitudes.device.type, dtype=torch.bfloat16):
        posterior = vae.encode(SPEC.to_model(mel)[:, None]).latent_dist
        decoded = vae.decode(posterior.sample(generator)).sample[:, 0]
    difference = decoded.float() * SPEC.scale + SPEC.shift - mel
    above_bin = round(ABOVE_HZ / SPEC.rate * SPEC.n_fft)
    mel_term = mel_error(difference, SPEC).mean()
    whole, stretches = (term.mean() for term in rendered_error(difference, magnitudes, weights))
    high_term = energy_kept(difference, magnitudes, weights, above_bin).abs().mean()
    kl_term = kl_divergence(posterior.mean.float(), posterior.logvar.float())
    sound_term = 0.5 * (whole + stretches)
    loss = mel_term + recipe.sound * sound_term + recipe.high * high_term + recipe.kl * kl_term
    parts = {
        "mel_db": mel_term * SPEC.scale * 8.685890,
        "sound_db": whole * 4.342945,
        "stretch_db": stretches * 4.342945,
        "high_db": high_term * 4.342945,
        "kl": kl_term,
    }
    return loss, {name: value.detach() for name, value in parts.items()}


def train_vae(
    recipe: VaeRecipe,
    bounds: Bounds,
    folder: Path,
    corpus: Corpus,
    device: torch.device,
    report: Callable[[str], None],
    start_from: AutoencoderKL | None = None,
    origin: str = "",
) -> AutoencoderKL:
    """Train, or go on from the checkpoint in ``folder``, and return the average of the weights.

    Args:
        start_from: a network to go on from in place of random weights; it must have the recipe's shape.
        origin: what else the weights follow from, as text: a checkpoint of another origin is refused.

    Raises:
        InputError: the checkpoint in ``folder`` was made by another recipe.
    """
    torch.manual_seed(recipe.seed)
    vae = build_vae(recipe.channels)
    if start_from is not None:
        vae.load_state_dict(start_from.state_dict())
    vae.to(device, memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(vae.parameters(), lr=recipe.top_rate, betas=(0.9, 0.99))
    run = Run(
        folder,
        f"vae {json.dumps(asdict(recipe))} {origin}",
        bounds,
        networks={"vae": vae},
        optimisers={"vae": optimiser},
        averaged={"vae": recipe.averaging},
    )
    if device.type == "cuda":
        vae.encoder.compile()
        vae.decoder.compile()
    crops = Crops(corpus, SPEC, max(frames for _, frames in recipe.shapes), device)
    weights = analysis_weights(SPEC, device)

    def update(rng: np.random.Generator, noise: torch.Generator) -> Mapping[str, Tensor]:
        size, frames = recipe.shapes[int(rng.choice(len(recipe.shapes), p=recipe.shares))]
        loss, parts = vae_loss(vae, crops.batch(rng, size, frames), weights, recipe, noise)
        descend(vae, optimiser, loss)
        return parts

    run.go(update, recipe.seed, report)
    average: AutoencoderKL = run.averages["vae"]
    return average


@torch.no_grad()
def level_latent(vae: AutoencoderKL, corpus: Corpus, device: torch.device, batches: int = 32) -> AutoencoderKL:
    """Bring each channel of the latent to mean 0 and deviation 1 on the corpus; what is decoded stays the same."""
    crops, rng = Crops(corpus, SPEC, 128, device), np.random.default_rng(0)
    latents = []
    for _ in range(batches):
        mel = log_mel_from_magnitude(crops.batch(rng, 8, 128), SPEC)
        latents.append(vae.encode(SPEC.to_model(mel)[:, None]).latent_dist.mode().float())
    deviation, mean = torch.std_mean(torch.cat(latents), dim=(0, 2, 3))
    deviation = deviation.clamp_min(LEAST_DEVIATION)
    channels = len(mean)
    inner, outer = vae.quant_conv, vae.post_quant_conv
    inner.bias[:channels] = (inner.bias[:channels] - mean) / deviation
    inner.weight[:channels] /= deviation[:, None, None, None]
    inner.bias[channels:] -= 2 * deviation.log()  # the posterior's log variance
    outer.bias += outer.weight[:, :, 0, 0] @ mean
    outer.weight *= deviation[None, :, None, None]
    return vae

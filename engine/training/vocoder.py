"""Training of the bundled vocoder: HiFi-GAN's generator (Kong, Kim & Bae 2020), small, in AudioLDM2's layout.

Spectral losses alone bring it most of the way; then discriminators join, which take away the buzz that spectra leave.
AdamW, an average of the weights (EMA), bfloat16 for the networks and float32 for the spectra.

The network takes the log-mel as it is. That its bands lie around -5.8 with a deviation of 2.9 is in the first
weights, so that the layout needs no normalisation.

For training the network is computed as two-dimensional convolutions over (B, C, 1, T), channels last: oneDNN
computes those without reordering, in about three quarters of the time of the network's own one-dimensional ones.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

from engine.mel import MelSpec, log_mel_from_magnitude
from engine.training.crops import LEVELS, Crops
from engine.training.data import Corpus
from engine.training.discriminators import Discriminators, at_one_level
from engine.training.loop import Bounds, Run, descend
from engine.training.sound_losses import (
    adversarial_loss,
    discriminator_loss,
    feature_distance,
    mel_distance,
    spectral_distance,
)

SPEC = MelSpec()
TYPICAL, SPREAD = -5.8, 2.9  # mean and deviation of the log-mel, nepers
LOUDER_SHARE = 0.15
LOUDER_DB = 6.0
JUDGED_TERMS = ("judges", "fooled", "features")  # in the log, 0 until the discriminators join
LAST_SLOPE = 0.01  # of the network's last activation, which transformers leaves at torch's


@dataclass(frozen=True)
class VocoderRecipe:
    """Every choice that the weights follow from, but for how long.

    Attributes:
        seed: of weights and crops.
        size, frames: of a batch, and of each crop in mel frames.
        channels: after the first layer; each of the five stages has half of those before.
        kernels, dilations: of the residual blocks, as in HiFi-GAN.
        top_rate, judging_rate: the highest learning rates of the network and of the discriminators.
        judged_after: share of the run after which the discriminators join.
        judged: how many of a batch they hear; they cost more than the network.
        mel, spectra, adversarial, features: weights of the losses.
        averaging: decay of the EMA.
    """

    seed: int = 0
    size: int = 8
    frames: int = 40
    channels: int = 256
    kernels: tuple[int, ...] = (3, 7, 11)
    dilations: tuple[int, ...] = (1, 3)
    top_rate: float = 5e-4
    judging_rate: float = 5e-4
    judged_after: float = 0.4
    judged: int = 4
    mel: float = 1.0
    spectra: float = 1.0
    adversarial: float = 0.1
    features: float = 0.5
    averaging: float = 0.999

    def continued(self) -> VocoderRecipe:
        """The recipe for going on from weights that are good already: a quarter of the rate."""
        return dataclasses.replace(self, top_rate=self.top_rate / 4)


# A GPU is fed twelve times as much at once.
ON_GPU = VocoderRecipe(size=48, frames=80, judged=48)


def build_vocoder(
    channels: int = VocoderRecipe.channels,
    kernels: tuple[int, ...] = VocoderRecipe.kernels,
    dilations: tuple[int, ...] = VocoderRecipe.dilations,
) -> SpeechT5HifiGan:
    """The bundled vocoder's network: AudioLDM2's layout (cvssp/audioldm2, vocoder/config.json), narrow."""
    network = SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=SPEC.bands,
            sampling_rate=SPEC.rate,
            upsample_initial_channel=channels,
            upsample_rates=[5, 4, 2, 2, 2],
            upsample_kernel_sizes=[16, 16, 8, 4, 4],
            resblock_kernel_sizes=list(kernels),
            resblock_dilation_sizes=[list(dilations)] * len(kernels),
            normalize_before=False,
        )
    )
    _start(network)
    return network


@torch.no_grad()
def _start(network: SpeechT5HifiGan) -> None:
    """Draw the first weights so that every stage keeps the deviation of what it is given (He et al. 2015)."""

    def draw(layer: nn.Module, inputs: float, gain: float) -> None:
        layer.weight.normal_(0, gain / inputs**0.5)  # type: ignore[operator]
        layer.bias.zero_()  # type: ignore[operator]

    first = network.conv_pre
    draw(first, first.in_channels * first.kernel_size[0], 1.0)
    first.weight /= SPREAD
    first.bias -= TYPICAL * first.weight.sum(dim=(1, 2))
    for layer in network.upsampler:
        draw(layer, layer.in_channels * layer.kernel_size[0] / layer.stride[0], 2**0.5)
    for block in network.resblocks:
        for layer in block.convs1:
            draw(layer, layer.in_channels * layer.kernel_size[0], 2**0.5)
        for layer in block.convs2:
            draw(layer, layer.in_channels * layer.kernel_size[0], 0.3)
    last = network.conv_post
    draw(last, last.in_channels * last.kernel_size[0], 0.1)


def sound_of(network: SpeechT5HifiGan, mel: Tensor, dtype: torch.dtype) -> Tensor:
    """What ``network(mel)`` gives, computed in ``dtype`` with channels last: (B, T, bands) -> (B, samples)."""

    def convolved(layer: nn.Conv1d | nn.ConvTranspose1d, hidden: Tensor) -> Tensor:
        weight, bias = layer.weight.to(hidden.dtype)[:, :, None], layer.bias.to(hidden.dtype)  # type: ignore[union-attr]
        padding = (0, int(layer.padding[0]))
        if isinstance(layer, nn.ConvTranspose1d):
            return F.conv_transpose2d(hidden, weight, bias, (1, layer.stride[0]), padding)
        return F.conv2d(hidden, weight, bias, 1, padding, (1, layer.dilation[0]))

    slope = network.config.leaky_relu_slope
    hidden = mel.transpose(1, 2)[:, :, None].to(dtype)  # (B, T, bands) -> (B, bands, 1, T)
    hidden = convolved(network.conv_pre, hidden.contiguous(memory_format=torch.channels_last))
    for stage, upsampler in enumerate(network.upsampler):
        hidden = convolved(upsampler, F.leaky_relu(hidden, slope))
        total = torch.zeros_like(hidden)
        for block in network.resblocks[stage * network.num_kernels : (stage + 1) * network.num_kernels]:
            branch = hidden
            for dilated, plain in zip(block.convs1, block.convs2, strict=True):
                inner = convolved(dilated, F.leaky_relu(branch, slope))
                branch = branch + convolved(plain, F.leaky_relu(inner, slope))
            total = total + branch
        hidden = total / network.num_kernels
    # The last layer in float32: bfloat16's rounding would be a floor 80 dB below the peak.
    return torch.tanh(convolved(network.conv_post, F.leaky_relu(hidden, LAST_SLOPE).float()))[:, 0, 0]


def draw_sounds(crops: Crops, rng: np.random.Generator, size: int, frames: int) -> tuple[Tensor, Tensor]:
    """Draw sounds from 60 dB below the job's level up to full scale.

    Returns:
        Log-mel (size, frames, bands) and the sound that it is centred on, (size, frames * hop).
    """
    padded, _ = crops.sounds(rng, size, frames)
    shares = np.array([share for share, _, _ in LEVELS])
    level = np.array(LEVELS)[rng.choice(len(LEVELS), size=size, p=shares / shares.sum())]
    level_db = np.where(rng.random(size) < LOUDER_SHARE, LOUDER_DB, -rng.uniform(level[:, 1], level[:, 2]))
    padded = padded * torch.from_numpy(10 ** (level_db[:, None] / 20)).to(padded)
    mel = log_mel_from_magnitude(crops.magnitudes(padded), crops.spec)
    return mel, padded[:, crops.spec.pad : padded.shape[1] - crops.spec.pad]


class Judging:
    """The discriminators under training, and what they add to the network's loss.

    Attributes:
        judges: the discriminators.
        optimiser: theirs.
    """

    def __init__(self, recipe: VocoderRecipe, device: torch.device) -> None:
        self.recipe, self.device = recipe, device
        self.judges = Discriminators()
        self.judges.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.AdamW(self.judges.parameters(), lr=recipe.judging_rate, betas=(0.8, 0.99))
        if device.type == "cuda":
            self.judges.compile()

    def judge(self, made: Tensor, wanted: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Teach the discriminators one batch of (B, samples), then return their share of the network's loss."""
        made, wanted = at_one_level(made[: self.recipe.judged], wanted[: self.recipe.judged])
        with self._computing():
            both = self.judges(torch.cat([wanted, made.detach()]))
        of_wanted, of_made = ([[layer.chunk(2)[half] for layer in part] for part in both] for half in (0, 1))
        judging_loss = discriminator_loss(of_wanted, of_made)
        descend(self.judges, self.optimiser, judging_loss)
        self.judges.requires_grad_(False)
        with self._computing():
            of_made = self.judges(made)
            with torch.no_grad():
                of_wanted = self.judges(wanted)
        self.judges.requires_grad_(True)
        adversarial, features = adversarial_loss(of_made), feature_distance(of_wanted, of_made)
        parts = dict(zip(JUDGED_TERMS, (judging_loss, adversarial, features), strict=True))
        return self.recipe.adversarial * adversarial + self.recipe.features * features, parts

    def _computing(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16)


def spectral_loss(made: Tensor, wanted: Tensor, recipe: VocoderRecipe) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss on the spectra of two (B, samples), and its parts for the log."""
    mel = mel_distance(made, wanted, SPEC)
    convergence, logs = spectral_distance(made, wanted)
    # As it is, the convergence of quiet sounds, far above 1 at first, would be all that is learned from.
    grown = torch.log1p(convergence)
    parts = {"mel_db": mel * 8.685890, "convergence": convergence, "log_db": logs * 8.685890}
    return recipe.mel * mel + recipe.spectra * (grown + logs), parts


def train_vocoder(
    recipe: VocoderRecipe,
    bounds: Bounds,
    folder: Path,
    corpus: Corpus,
    device: torch.device,
    report: Callable[[str], None],
    start_from: SpeechT5HifiGan | None = None,
    origin: str = "",
) -> SpeechT5HifiGan:
    """Train, or go on from the checkpoint in ``folder``, and return the average of the weights.

    Args:
        start_from: a network to go on from in place of random weights; it must have the recipe's shape.
        origin: what else the weights follow from, as text: a checkpoint of another origin is refused.

    Raises:
        InputError: the checkpoint in ``folder`` was made by another recipe.
    """
    torch.manual_seed(recipe.seed)
    network = build_vocoder(recipe.channels, recipe.kernels, recipe.dilations)
    if start_from is not None:
        network.load_state_dict(start_from.state_dict())
    network.to(device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.top_rate, betas=(0.8, 0.99))
    judging = Judging(recipe, device)
    run = Run(
        folder,
        f"vocoder {json.dumps(asdict(recipe))} {origin}",
        bounds,
        networks={"vocoder": network, "judges": judging.judges},
        optimisers={"vocoder": optimiser, "judges": judging.optimiser},
        averaged={"vocoder": recipe.averaging},
    )
    heard = torch.compile(sound_of) if device.type == "cuda" else sound_of
    crops = Crops(corpus, SPEC, recipe.frames, device)

    def update(rng: np.random.Generator, _: torch.Generator) -> Mapping[str, Tensor]:
        mel, wanted = draw_sounds(crops, rng, recipe.size, recipe.frames)
        made = heard(network, mel, torch.bfloat16)[:, : wanted.shape[1]]
        loss, parts = spectral_loss(made, wanted, recipe)
        judged = dict.fromkeys(JUDGED_TERMS, torch.zeros_like(loss))
        if run.progress > recipe.judged_after:
            added, judged = judging.judge(made, wanted)
            loss = loss + added
        descend(network, optimiser, loss)
        return {name: value.detach() for name, value in (parts | judged).items()}

    run.go(update, recipe.seed, report)
    average: SpeechT5HifiGan = run.averages["vocoder"]
    return average

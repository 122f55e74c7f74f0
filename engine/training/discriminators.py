"""Discriminators that a vocoder is trained against: of a sound's periods, and of its spectra.

The sound folded at several periods is that of HiFi-GAN (Kong, Kim & Bae 2020, section 2.3), the magnitudes at several
resolutions that of UnivNet (Jang et al. 2021, section 2.2), here as logarithms. Both are much narrower than there,
for training on a CPU. They hear every sound at one level: they are to judge the texture, the level is the spectral
losses' matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from engine.training.sound_losses import floored_magnitudes

PERIODS = (2, 3, 5, 7, 11)
RESOLUTIONS = ((512, 128, 512), (1024, 256, 1024))  # transform, hop and window in samples
SLOPE = 0.1
HEARD_RMS = 0.1
QUIETEST_RMS = 1e-4


class PeriodDiscriminator(nn.Module):
    """Convolutions along a sound that is folded so that samples a period apart lie beside each other."""

    def __init__(self, period: int, channels: Sequence[int] = (16, 32, 64, 128)) -> None:
        super().__init__()
        self.period = period
        sizes = (1, *channels)
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(before, after, (5, 1), (3, 1), (2, 0))) for before, after in pairwise(sizes)
        )
        self.judge = weight_norm(nn.Conv2d(channels[-1], 1, (3, 1), 1, (1, 0)))

    def forward(self, sounds: Tensor) -> list[Tensor]:
        """(B, samples) -> the output of each layer, the judgement last."""
        whole = F.pad(sounds, (0, -sounds.shape[1] % self.period))
        return _through(self.layers, self.judge, whole.view(len(whole), 1, -1, self.period))  # (B, 1, N / p, p)


class SpectrumDiscriminator(nn.Module):
    """Convolutions over time and frequency of log magnitudes at one resolution."""

    def __init__(self, resolution: tuple[int, int, int], channels: Sequence[int] = (16, 32, 32, 32)) -> None:
        super().__init__()
        self.resolution = resolution
        sizes = (1, *channels)
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(before, after, (5, 3), (2, 1), (2, 1))) for before, after in pairwise(sizes)
        )
        self.judge = weight_norm(nn.Conv2d(channels[-1], 1, 3, 1, 1))

    def forward(self, sounds: Tensor) -> list[Tensor]:
        """(B, samples) -> the output of each layer, the judgement last."""
        with torch.autocast(sounds.device.type, enabled=False):
            logs = floored_magnitudes(sounds.float(), *self.resolution).log()
        return _through(self.layers, self.judge, logs[:, None])  # (B, 1, bins, frames)


class Discriminators(nn.Module):
    """All of them, in one network."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleList([PeriodDiscriminator(period) for period in PERIODS])
        self.parts.extend([SpectrumDiscriminator(resolution) for resolution in RESOLUTIONS])

    def forward(self, sounds: Tensor) -> list[list[Tensor]]:
        """(B, samples) -> of each discriminator the output of each layer, the judgement last."""
        return [part(sounds) for part in self.parts]


def at_one_level(made: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Two (B, samples) by the factor that brings each wanted sound to `HEARD_RMS`, as the discriminators hear them."""
    factor = HEARD_RMS / wanted.square().mean(dim=1, keepdim=True).sqrt().clamp_min(QUIETEST_RMS)
    return made * factor, wanted * factor


def _through(layers: nn.ModuleList, judge: nn.Module, hidden: Tensor) -> list[Tensor]:
    outputs = []
    for layer in layers:
        hidden = F.leaky_relu(layer(hidden), SLOPE)
        outputs.append(hidden)
    return [*outputs, judge(hidden)]

"""Gains that take noise away: a Wiener filter whose prior signal-to-noise ratio is the take's mel and the bins' own.

The mel is smooth over time and frequency and knows what the model knows; the bins know the fine structure within a
band, such as the harmonics of a voice. The prior ratio is their weighted geometric mean, ``log xi = w log xi_mel +
(1 - w) log xi_bins``, the latter decision-directed both ways in time (`engine.wiener`). Above the model's band, where
there is no mel, w goes to 0. The gain is ``xi / (1 + xi)``, never above 1, the same for all channels, so that the
image stays.

Measured with a learned profile and noise at 10 dB, on held-out recordings: w 0.3 is 0.3 dB SI-SDR better than the bins
alone on white and pink noise; more than 0.5 loses on recorded noise, whose level moves. Smoothing the prior ratio over
three hops costs 0.03 dB on pink noise and gives 0.3 dB, mean, on recorded noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.bands import bin_weights
from engine.noise import HOPS_PER_WINDOW, LEAST_POWER, Reduction
from engine.render.cells import rows_at
from engine.render.scene import Scene
from engine.wiener import LARGEST_RATIO, LEAST_RATIO, alpha_for, log_ratio_both_ways

MEL_SHARE = 0.3
TIME_CONSTANT_S = 0.4  # of the decision-directed ratio
TAPER_HZ = 250.0  # above the model's band w goes to 0 over this width
LEAD_S = 2.0  # heard on each side, so that where a block begins is forgotten
DB_PER_NEPER = 8.685889638

Gains = Callable[[NDArray[np.floating], Tensor], Tensor]
"""``gains(centres, spectrum) -> (hops, bins)``, of an STFT (channels, bins, hops) with hops centred on ``centres``."""


def gains_by_noise(scene: Scene, noise: Reduction, window: Tensor) -> Gains:
    """Gains in 0..1 that take the noise away."""
    spec, rate = scene.analysis.spec, noise.profile.rate
    bins_hz = np.fft.rfftfreq(len(window), 1 / rate)
    weights = torch.from_numpy(bin_weights(bins_hz, spec.bands, spec.low_hz, spec.high_hz)).to(window.device)
    below_top = np.clip((spec.high_hz + TAPER_HZ - bins_hz) / TAPER_HZ, 0.0, 1.0)
    share = MEL_SHARE * torch.from_numpy(below_top.astype(np.float32)).to(window.device)
    noise_mel = noise.profile.log_mel(spec, scene.analysis.level.gain)

    def gains(centres: NDArray[np.floating], spectrum: Tensor) -> Tensor:
        power = spectrum.abs().square().mean(dim=0).T / window.square().sum()  # (C, bins, hops) -> (hops, bins)
        noise_power = noise.profile.power_at(centres, len(bins_hz))
        alpha = alpha_for(len(window) / HOPS_PER_WINDOW / rate, TIME_CONSTANT_S)
        from_bins = log_ratio_both_ways((power / noise_power).clamp_max(LARGEST_RATIO), alpha)
        at = torch.from_numpy(scene.analysis.mel_positions(centres)).to(scene.mel)
        standing_out = rows_at(scene.mel, at) - noise.profile.rows_at(noise_mel, centres)
        # The ratio in a band, and how much less noise than its band a bin holds.
        noise_of_bands = (noise_power @ (weights / weights.sum(dim=0).clamp_min(1e-9))).clamp_min(LEAST_POWER).log()
        from_mel = (2 * standing_out + noise_of_bands) @ weights.T - noise_power.log()
        log_prior = smoothed(torch.lerp(from_bins, from_mel, share))
        log_prior = log_prior.clamp(math.log(LEAST_RATIO), math.log(LARGEST_RATIO))
        log_gain = F.logsigmoid(log_prior).clamp_min(noise.floor_db / DB_PER_NEPER)
        kept = rows_at(scene.target.keep, at) @ weights.T
        return (noise.amount * log_gain * (1 - kept)).exp()

    return gains


def smoothed(log_ratio: Tensor) -> Tensor:
    """(hops, bins), each hop averaged with its neighbours, so that what flickers is heard less."""
    padded = torch.cat([log_ratio[:1], log_ratio, log_ratio[-1:]])
    return 0.25 * padded[:-2] + 0.5 * log_ratio + 0.25 * padded[2:]

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.mel import MelSpec, log_mel
from engine.noise import LEAST_POWER, NoiseProfile, found_by_minima, learned, minimum_bias, without_lines
from engine.progress import Control

RATE = 16000
CPU = torch.device("cpu")


def reader(sound: np.ndarray):
    return lambda first, last: sound[:, first:last]


def decibels(ratio: torch.Tensor) -> torch.Tensor:
    return 10 * ratio.log10()


def test_the_power_of_white_noise_is_its_variance_in_every_bin(made_noise) -> None:
    profile = learned(reader(made_noise(length_s=8.0, rms=0.2)), 0, 8 * RATE, RATE, CPU)
    assert float(profile.power.mean()) == pytest.approx(0.04, rel=0.02)
    assert float(decibels(profile.power[:, 2:-2] / 0.04).abs().max()) < 2.5


def test_a_stretch_shorter_than_a_window_is_learned_from_too(made_noise) -> None:
    profile = learned(reader(made_noise(length_s=0.05)), 0, 800, RATE, CPU)
    assert torch.isfinite(profile.power).all() and float(profile.power.mean()) > 0


def test_the_mel_of_a_profile_is_the_mel_of_such_noise(made_noise) -> None:
    """Also where the recording's rate is another: what the analysis hears of it is resampled."""
    noise = made_noise(length_s=10.0, rms=0.1)
    heard = log_mel(torch.from_numpy(noise) * 2, MelSpec())
    measured = 0.5 * (2 * heard).exp().mean(dim=0).log()
    at_16k = NoiseProfile(torch.full((1, 641), 0.01), np.zeros(1), 16000).log_mel(MelSpec(), 2.0)[0]
    at_48k = NoiseProfile(torch.full((1, 1921), 0.03), np.zeros(1), 48000).log_mel(MelSpec(), 2.0)[0]
    assert float((at_16k - measured).abs().max()) * 8.686 < 0.6
    torch.testing.assert_close(at_16k, at_48k, atol=1e-4, rtol=0)


def test_minima_find_steady_noise_under_a_sound_that_comes_and_goes(made_noise) -> None:
    noise = made_noise(length_s=8.0, rms=0.02)
    sound = noise.copy()
    for start in range(0, 8 * RATE, RATE):
        sound[:, start : start + RATE // 2] += made_noise(length_s=0.5, rms=0.2, seed=start + 1)
    profile = found_by_minima(reader(sound), 0, 8 * RATE, RATE, CPU, Control())
    assert abs(float(decibels(profile.power.mean() / 0.0004))) < 2.0


def test_minima_follow_noise_that_grows(made_noise) -> None:
    noise = made_noise(length_s=16.0) * np.geomspace(0.1, 1, 16 * RATE, dtype=np.float32)
    profile = found_by_minima(reader(noise), 0, 16 * RATE, RATE, CPU, Control())
    at_ends = profile.power_at(np.array([3.0 * RATE, 13.0 * RATE]), 641).mean(dim=1)
    assert float(decibels(at_ends[1] / at_ends[0])) == pytest.approx(12.5, abs=3)


def test_the_bias_makes_good_what_the_minimum_loses(made_noise) -> None:
    profile = found_by_minima(reader(made_noise(length_s=10.0, rms=0.1)), 0, 10 * RATE, RATE, CPU, Control())
    assert minimum_bias() > 1.5
    assert abs(float(decibels(profile.power.mean() / 0.01))) < 1.0


def test_a_held_tone_is_not_taken_for_noise(made_noise, made_tone) -> None:
    sound = made_noise(length_s=6.0, rms=0.01) + made_tone(frequency_hz=1000, length_s=6.0, peak=0.3)
    profile = found_by_minima(reader(sound), 0, 6 * RATE, RATE, CPU, Control())
    assert float(decibels(profile.power.max() / 0.0001)) < 6


def test_noise_without_lines_stays_as_it_is() -> None:
    slope = torch.linspace(0, -6, 641).exp()[None]
    torch.testing.assert_close(without_lines(slope), slope)


def test_a_profile_is_above_zero_everywhere() -> None:
    nothing = NoiseProfile(torch.zeros(1, 2), np.zeros(1), RATE)
    assert float(nothing.power_at(np.arange(3.0), 641).min()) == pytest.approx(LEAST_POWER)

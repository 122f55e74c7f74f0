from __future__ import annotations

import numpy as np
import pytest

from engine.clipping import Clipping, clipping_at, find_clipping, longest_run
from engine.progress import Control


def found(sound: np.ndarray, subtype: str = "FLOAT") -> Clipping:
    return find_clipping(np.atleast_2d(sound).astype(np.float32), subtype, Control())


def smooth_noise(seed: int = 0, frames: int = 40000) -> np.ndarray:
    noise = np.convolve(np.random.default_rng(seed).standard_normal(frames), np.hanning(24) / 6, mode="same")
    return (0.1 * noise).astype(np.float32)


def test_each_polarity_has_its_own_threshold() -> None:
    clipping = found(np.clip(smooth_noise(), -0.08, 0.13))
    assert float(clipping.upper[0, 0]) == pytest.approx(0.13, rel=1e-3)
    assert float(clipping.lower[0, 0]) == pytest.approx(0.08, rel=1e-3)


def test_only_the_clipped_channel_of_a_stereo_recording_is_clipped() -> None:
    clipping = found(np.stack([smooth_noise(), np.clip(smooth_noise(1), -0.1, 0.1)]))
    assert np.isinf(clipping.upper[0]).all() and np.isinf(clipping.lower[0]).all()
    assert np.isfinite(clipping.upper[1]).all()
    assert clipping.found


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8"])
def test_coarse_steps_are_no_clipping(subtype: str) -> None:
    steps = {"PCM_16": 2**15, "PCM_U8": 2**7}[subtype]
    sound = 4 * smooth_noise()
    assert not found(np.round(sound * steps) / steps, subtype).found
    assert found(np.round(np.clip(sound, -0.4, 0.4) * steps) / steps, subtype).found


@pytest.mark.parametrize("hz", [40, 440, 3000])
def test_a_pure_tone_is_no_clipping(made_tone, hz: int) -> None:
    assert not found(made_tone(frequency_hz=hz, rate=48000, length_s=2.0)).found


def test_clipping_that_a_lossy_coder_roughened_is_found() -> None:
    clipped = np.clip(smooth_noise(), -0.1, 0.1)
    rough = clipped + 2e-5 * np.random.default_rng(1).standard_normal(len(clipped))
    assert float(found(rough).upper[0, 0]) == pytest.approx(0.1, rel=0.01)


def test_a_flat_top_is_the_threshold_to_the_bit() -> None:
    clipped = np.clip(smooth_noise(), -0.1, 0.1)
    assert found(clipped).upper[0, 0] == clipped.max()
    just_below = np.append(clipped, np.nextafter(np.float32(0.1), np.float32(0)))
    assert not found(just_below).hit(just_below[None, -1:]).any()


def test_silence_and_plain_noise_are_not_clipped() -> None:
    assert not found(np.zeros(1000)).found
    assert not found(smooth_noise()).found


def test_a_projection_keeps_what_was_not_clipped_and_holds_the_rest_to_the_threshold() -> None:
    recorded = np.array([[0.1, 0.5, 0.5, -0.5, -0.2]], np.float32)
    guess = np.array([[0.9, 0.7, 0.3, -0.4, -0.6]], np.float32)
    held = clipping_at(0.5, 1).projected(guess, recorded)
    assert held.tolist() == np.array([[0.1, 0.7, 0.5, -0.5, -0.2]], np.float32).tolist()
    assert held.dtype == np.float32


def test_runs_are_counted() -> None:
    assert longest_run(np.array([1, 1, 0, 1, 1, 1, 0, 1], bool)) == 3
    assert longest_run(np.zeros(4, bool)) == 0


def test_peaks_of_one_sample_are_clipped_where_very_many_of_them_are_equal() -> None:
    loud = 0.2 * np.random.default_rng(0).standard_normal(40000)
    assert longest_run(np.clip(loud, -0.45, 0.45) == 0.45) <= 2
    assert float(found(np.clip(loud, -0.45, 0.45)).upper[0, 0]) == pytest.approx(0.45, rel=1e-3)

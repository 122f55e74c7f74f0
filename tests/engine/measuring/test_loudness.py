"""Loudness and true peak, against pyloudnorm and EBU Tech 3341."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from engine.measuring.loudness import Loudness
from engine.metrics import compare
from tests.engine.signals import RATE, noise, programme, sine


def loudness(sound: np.ndarray, rate: int, result: np.ndarray | None = None) -> tuple[float | None, float | None]:
    """Of reference and result, without the costly measures."""
    meter = Loudness(rate, len(sound))
    pair = np.concatenate([sound, sound if result is None else result])
    for start in range(0, pair.shape[1], 65537):
        meter.push(pair[:, start : start + 65537])
    return meter.integrated()


@pytest.mark.parametrize(
    ("channels", "seconds", "rate"),
    [
        (1, 0.4, 48000),
        (1, 2.594, 44100),
        (2, 6.5, 48000),
        (2, 5.07, 44100),
        (1, 3.33, 16000),
        (2, 3, 96000),
        (1, 2.36, 11025),
    ],
)
def test_loudness_equals_pyloudnorm_within_a_hundredth(channels, seconds, rate):
    sound = programme(channels, seconds, rate)
    half = np.float32(0.5) * sound
    expected = [pyloudnorm.Meter(rate).integrated_loudness(s.T.astype(np.float64)) for s in (sound, half)]
    assert loudness(sound, rate, half) == pytest.approx(expected, abs=0.01)


def test_reference_and_result_have_their_own_loudness():
    sound = programme(2, 1, 48000)
    measures = compare(sound, sound * np.float32(0.5), 48000)
    expected = pyloudnorm.Meter(48000).integrated_loudness(sound.T.astype(np.float64))
    assert measures.lufs_reference == pytest.approx(expected, abs=0.01)
    assert measures.lufs_result == pytest.approx(expected - 6.02, abs=0.01)


@pytest.mark.parametrize(
    ("sections", "lufs"),
    [
        ([(-23, 20)], -23.0),  # EBU Tech 3341, case 1
        ([(-33, 20)], -33.0),  # case 2
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),  # case 3
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),  # case 4
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),  # case 5
    ],
)
def test_loudness_of_the_vectors_of_ebu_tech_3341(sections, lufs):
    rate = 48000
    sound = np.concatenate(
        [sine(1000, dbfs=level, seconds=seconds, rate=rate, channels=2) for level, seconds in sections],
        axis=1,
    )
    assert loudness(sound, rate)[0] == pytest.approx(lufs, abs=0.1)


def test_every_channel_beyond_stereo_has_weight_one():
    sound = noise(channels=6, seconds=1)
    stereo = np.stack([sound[0], np.zeros_like(sound[0])])
    each = [loudness(np.stack([channel, np.zeros_like(channel)]), RATE)[0] for channel in sound]
    expected = 10 * np.log10(sum(10 ** (value / 10) for value in each))
    assert loudness(sound, RATE)[0] == pytest.approx(expected, abs=0.01)
    assert loudness(stereo, RATE)[0] == pytest.approx(loudness(sound[:1], RATE)[0], abs=1e-6)


def test_loudness_needs_400_ms():
    short = noise(seconds=0.39)
    assert compare(short, short, RATE).lufs_result is None


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
def test_true_peak_finds_what_lies_between_the_samples(rate):
    # fs/4 at 45 degrees: every sample is at -3 dB, the wave reaches 0 dBTP between them.
    hz = rate / 4 if rate < 192000 else rate / 8
    sound = (
        sine(hz, dbfs=0, seconds=0.2, rate=rate, phase=np.pi / 4)
        * np.hanning(round(0.2 * rate)).astype(np.float32) ** 0.1
    )
    measures = compare(sound, sound, rate)
    if rate == 44100:
        assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-3.01, abs=0.01)
    tolerance_db = 0.1 if rate < 96000 else 0.7  # the worst of 2x and 1x at these frequencies
    assert measures.true_peak_dbtp == pytest.approx(0, abs=tolerance_db)


def test_true_peak_is_the_results_and_never_below_its_samples():
    reference = noise(level=0.01)
    result = reference.copy()
    result[0, 5000] = 0.5
    assert compare(reference, result, RATE).true_peak_dbtp >= 20 * np.log10(0.5)

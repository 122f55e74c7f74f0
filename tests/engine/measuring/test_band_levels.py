import math

import numpy as np
import pytest

from engine.measuring.band_levels import band_levels, levels_of
from engine.metrics import compare

RATE = 44100
TIME_S = np.arange(3 * RATE) / RATE


def reader(sound: np.ndarray):
    return lambda first, last: sound[:, first:last]


def tones(low: float, mid: float, high: float) -> np.ndarray:
    """Sines at 200, 2000 and 9000 Hz with these amplitudes, (1, frames)."""
    parts = [level * np.sin(2 * np.pi * hz * TIME_S) for level, hz in ((low, 200), (mid, 2000), (high, 9000))]
    return np.sum(parts, axis=0, keepdims=True).astype(np.float32)


def test_a_sine_s_level_is_its_rms_in_its_band_alone():
    low, mid, high = levels_of(reader(tones(0, 0.5, 0)), len(TIME_S), RATE, 1)
    assert mid == pytest.approx(20 * math.log10(0.5 / math.sqrt(2)), abs=0.02)
    assert low < mid - 40 and high < mid - 40  # the ends, where the sine is mirrored, hold the rest


def test_the_bands_add_up_to_the_whole():
    noise = (0.1 * np.random.default_rng(0).standard_normal((2, len(TIME_S)))).astype(np.float32)
    levels = levels_of(reader(noise), len(TIME_S), RATE, 2)
    whole = 10 * math.log10(sum(10 ** (level / 10) for level in levels))
    assert whole == pytest.approx(10 * math.log10(np.mean(np.square(noise, dtype=np.float64))), abs=0.03)


def test_the_change_of_a_level_is_the_retention_in_db():
    before, after = tones(0.2, 0.3, 0.1), tones(0.1, 0.3, 0.02)
    levels = band_levels(reader(before), reader(after), len(TIME_S), RATE, 1)
    kept = compare(before, after, RATE).band_retention
    for was_db, is_db, percent in zip(
        levels.reference_db, levels.result_db, (kept.low, kept.mid, kept.high), strict=True
    ):
        assert is_db - was_db == pytest.approx(10 * math.log10(percent / 100), abs=1e-3)


@pytest.mark.parametrize("frames", [0, 1, 5000])
def test_silence_has_no_level(frames):
    assert levels_of(reader(np.zeros((1, frames), np.float32)), frames, RATE, 1) == (None, None, None)

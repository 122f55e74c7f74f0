"""K-weighting, against the tables of ITU-R BS.1770-5 Annex 1 and filters of pyloudnorm."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from scipy.signal import freqz, lfilter

from engine.measuring.k_weighting import PASS_TABLE, SHELF_TABLE, KWeighting, at_rate

TABLES = (SHELF_TABLE, PASS_TABLE)


def reference(sound: np.ndarray) -> np.ndarray:
    """Through the filters of the tables themselves, at 48 kHz."""
    for b, a in TABLES:
        sound = lfilter(b, a, sound)
    return sound


def response_db(rate: int, hz: np.ndarray) -> np.ndarray:
    return sum(20 * np.log10(np.abs(freqz(*at_rate(table, rate), worN=hz, fs=rate)[1])) for table in TABLES)


def test_at_48_khz_it_is_the_filter_of_the_tables() -> None:
    sound = np.random.default_rng(0).standard_normal((2, 48000)) + 1.0
    np.testing.assert_allclose(KWeighting(48000, 2).push(sound), reference(sound), atol=1e-9)


@pytest.mark.parametrize(
    ("rate", "tolerance_db"),
    [(8000, 0.3), (11025, 0.2), (16000, 0.1), (44100, 0.01), (96000, 0.01), (192000, 0.01)],
)
def test_other_rates_have_the_response_of_the_tables(rate: int, tolerance_db: float) -> None:
    """Up to a quarter of the lower rate; the shelf lies so near to half of a low rate that it is bent."""
    hz = np.geomspace(10, 0.25 * min(rate, 48000), 200)
    np.testing.assert_allclose(response_db(rate, hz), response_db(48000, hz), atol=tolerance_db)


@pytest.mark.parametrize("rate", [8000, 44100, 48000, 192000])
def test_it_is_the_filter_that_de_man_derived_of_the_tables(rate: int) -> None:
    """But for the high-pass's gain, which he leaves at that of 48 kHz: 0.4 dB too much at 8 kHz."""
    theirs = pyloudnorm.Meter(rate, filter_class="DeMan")._filters.values()
    for table, expected in zip(TABLES, theirs, strict=True):
        b, a = at_rate(table, rate)
        np.testing.assert_allclose(a, expected.a, atol=1e-9)
        np.testing.assert_allclose(b / b[0], expected.b / expected.b[0], atol=1e-9)


def test_blocks_of_any_size_make_one_sound() -> None:
    sound = np.random.default_rng(0).standard_normal((2, 30000))
    weighting, at, parts = KWeighting(48000, 2), 0, []
    for frames in (1, 2, 5000, 0, 7, 24990):
        parts.append(weighting.push(sound[:, at : at + frames]))
        at += frames
    np.testing.assert_allclose(np.concatenate(parts, axis=1), reference(sound), atol=1e-9)

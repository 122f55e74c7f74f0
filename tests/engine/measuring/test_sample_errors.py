"""Measures of the samples, against signals whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from engine.metrics import compare, summary_line
from tests.engine.signals import RATE, noise, sine


@pytest.mark.parametrize("snr_db", [-10.0, 0.0, 20.0, 60.0])
def test_noise_of_a_known_level_gives_its_snr_and_si_sdr(snr_db):
    reference = sine(1000, dbfs=-6, seconds=1, rate=RATE)
    error = sine(3000, dbfs=-6 - snr_db, seconds=1, rate=RATE)  # orthogonal over whole periods
    measures = compare(reference, reference + error, RATE)
    assert measures.snr_db == pytest.approx(snr_db, abs=1e-3)
    assert measures.si_sdr_db == pytest.approx(snr_db, abs=1e-3)


def test_error_measures_equal_their_definitions():
    reference, result = noise(channels=2, seed=1), noise(channels=2, seed=2)
    wide = reference.astype(np.float64), result.astype(np.float64)
    measures = compare(reference, result, RATE)
    assert measures.mse == pytest.approx(np.mean((wide[0] - wide[1]) ** 2), rel=1e-9)
    assert measures.mae == pytest.approx(np.mean(np.abs(wide[0] - wide[1])), rel=1e-9)
    assert measures.correlation == pytest.approx(np.corrcoef(wide[0].ravel(), wide[1].ravel())[0, 1], abs=1e-9)


def test_si_sdr_forgives_gain_and_offset_but_not_noise():
    reference, error = noise(seed=1), noise(seed=2, level=0.01)
    plain = compare(reference, reference + error, RATE).si_sdr_db
    turned_down = compare(reference, 0.25 * (reference + error) + np.float32(0.125), RATE).si_sdr_db
    assert turned_down == pytest.approx(plain, abs=1e-3)
    assert plain == pytest.approx(20, abs=0.2)


def test_si_sdr_equals_the_equation_of_le_roux():
    reference, error = noise(seed=1).astype(np.float64), noise(seed=2, level=0.03).astype(np.float64)
    result = 0.7 * reference + error
    s, s_hat = (each[0] - each.mean() for each in (reference, result))
    target = (s_hat @ s) / (s @ s) * s  # eq. 5 and 6
    expected = 10 * np.log10((target @ target) / ((target - s_hat) @ (target - s_hat)))
    measures = compare(reference.astype(np.float32), result.astype(np.float32), RATE)
    assert measures.si_sdr_db == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("gain", [0.5, -1.0, -2.0, 0.7])
def test_si_sdr_of_a_mere_gain_is_undefined(gain):
    reference = noise()
    measures = compare(reference, reference * np.float32(gain), RATE)
    assert measures.si_sdr_db is None
    assert measures.correlation == pytest.approx(np.sign(gain))
    assert measures.snr_db == pytest.approx(-20 * np.log10(abs(gain - 1)), abs=1e-3)


def test_a_tiny_error_is_still_measured():
    reference = noise(seconds=1).astype(np.float32)
    result = reference.copy()
    result[0, 100] += np.float32(2**-23)
    measures = compare(reference, result, RATE)
    assert measures.snr_db == pytest.approx(10 * np.log10(np.sum(reference.astype(float) ** 2) / 2**-46), abs=0.01)
    assert measures.si_sdr_db == pytest.approx(measures.snr_db, abs=0.01)


def test_identical_signals_have_no_ratio_but_no_error_either():
    measures = compare(noise(channels=2), noise(channels=2), RATE)
    assert (measures.snr_db, measures.si_sdr_db) == (None, None)
    assert (measures.mse, measures.mae, measures.correlation) == (0, 0, 1)
    assert (measures.mel_db, measures.lsd_db, measures.mrstft) == (0, 0, 0)
    assert summary_line(measures).startswith("identical")

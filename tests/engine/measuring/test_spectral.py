"""Spectral measures, against their definitions."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
from scipy.signal import lfilter

from engine.metrics import compare
from tests.engine.signals import RATE, noise, sine


def test_lsd_equals_its_definition():
    reference, result = noise(seed=1), noise(seed=2, level=0.05)
    power = [
        np.abs(librosa.stft(x[0].astype(np.float64), n_fft=2048, hop_length=512, pad_mode="reflect")) ** 2
        for x in (reference, result)
    ]
    level_db = [10 * np.log10(np.maximum(p, power[0].max() * 1e-8)) for p in power]
    expected = np.sqrt(((level_db[0] - level_db[1]) ** 2).mean(axis=0)).mean()
    assert compare(reference, result, RATE).lsd_db == pytest.approx(expected, abs=1e-3)


def test_what_lies_80_db_below_the_peak_doesnt_count_in_lsd():
    reference = sine(1000, dbfs=0, seconds=1, rate=RATE) * np.hanning(RATE).astype(np.float32)
    quiet = noise(seconds=1, level=1e-6)
    assert compare(reference, reference + quiet, RATE).lsd_db < 0.01


def test_mrstft_equals_its_definition():
    reference, result = noise(seed=1), noise(seed=2, level=0.05)
    losses = []
    for n_fft, hop, window in ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240)):
        a, b = (
            np.abs(
                librosa.stft(
                    x[0].astype(np.float64),
                    n_fft=n_fft,
                    hop_length=hop,
                    win_length=window,
                    pad_mode="reflect",
                )
            )
            for x in (reference, result)
        )
        losses.append(np.linalg.norm(a - b) / np.linalg.norm(a) + np.abs(np.log(a) - np.log(b)).mean())
    assert compare(reference, result, RATE).mrstft == pytest.approx(np.mean(losses), rel=2e-3)


def test_energy_is_counted_in_its_band():
    low, mid, high = (sine(hz, dbfs=-12, seconds=2, rate=RATE) for hz in (100, 1000, 9000))
    kept = compare(low + mid + high, low + np.float32(0.5) * mid, RATE).band_retention
    assert kept.low == pytest.approx(100, abs=0.05)
    assert kept.mid == pytest.approx(25, abs=0.05)
    assert kept.high == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_energy_by_band_is_that_of_the_whole_spectrum(rate):
    """By Parseval's theorem over one transform of all there is; the short windows blur the bands' edges."""
    reference, result = (noise(rate=rate, seed=seed) for seed in (1, 2))
    result = np.float32(0.3) * result + lfilter([0.2], [1, -0.9], reference).astype(np.float32)
    hz = np.fft.rfftfreq(reference.shape[1], 1 / rate)
    before, after = (np.abs(np.fft.rfft(sound[0].astype(float))) ** 2 for sound in (reference, result))
    bands = (hz < 500, (hz >= 500) & (hz <= 4000), hz > 4000)
    expected = [100 * after[band].sum() / before[band].sum() for band in bands]
    kept = compare(reference, result, rate).band_retention
    assert [kept.low, kept.mid, kept.high] == pytest.approx(expected, rel=0.05)


def test_a_band_where_the_reference_is_empty_has_no_retention():
    fade = np.hanning(2 * RATE).astype(np.float32)
    reference = fade * sine(1000, dbfs=-12, seconds=2, rate=RATE)
    kept = compare(reference, reference + noise(level=0.01), RATE).band_retention
    assert kept.mid == pytest.approx(100, abs=1)
    assert kept.high is None


@pytest.mark.parametrize(("floor_db", "defined"), [(-60, True), (-85, False)])
def test_what_lies_70_db_below_the_reference_is_nothing_to_keep(floor_db, defined):
    fade = np.hanning(2 * RATE).astype(np.float32)
    low, high = (fade * sine(hz, dbfs=-12, seconds=2, rate=RATE) for hz in (1000, 9000))
    faint = np.float32(10 ** (floor_db / 20)) * high
    kept = compare(low + faint, low + high, RATE).band_retention
    assert (kept.high is not None) == defined


def test_a_recording_at_8_khz_has_no_high_band():
    sound = noise(rate=8000)
    assert compare(sound, sound, 8000).band_retention.high is None

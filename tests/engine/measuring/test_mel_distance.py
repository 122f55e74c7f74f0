"""The log-mel, against librosa's."""

from __future__ import annotations

from dataclasses import asdict

import librosa
import numpy as np
import pytest
import soxr

from engine.metrics import compare, mel_pair
from tests.engine.signals import RATE, noise


@pytest.mark.parametrize("rate", [16000, 44100])
def test_mel_equals_librosas_with_power_one(rate):
    reference, result = noise(rate=rate, seed=1) + np.float32(0.05), noise(rate=rate, seed=2)

    def expected(sound: np.ndarray) -> np.ndarray:
        def at_16k(x: np.ndarray) -> np.ndarray:
            return x if rate == 16000 else soxr.resample(x, rate, 16000, quality="VHQ")

        mean = at_16k(reference[0]).mean()
        gain = 0.5 / np.abs(at_16k(reference[0]) - mean).max()
        padded = np.pad(gain * (at_16k(sound[0]) - mean), 432, mode="reflect")
        mel = librosa.feature.melspectrogram(
            y=padded.astype(np.float64), sr=16000, n_fft=1024, hop_length=160, center=False, power=1,
            n_mels=64, fmin=0, fmax=8000, htk=False, norm="slaney", dtype=np.float64,
        )  # fmt: skip
        return np.log(np.maximum(mel, 1e-5)).T

    ours = mel_pair(reference, result, rate)
    np.testing.assert_allclose(ours[0], expected(reference), atol=2e-4)
    np.testing.assert_allclose(ours[1], expected(result), atol=2e-4)
    difference_db = 20 / np.log(10) * np.abs(expected(reference) - expected(result)).mean()
    assert compare(reference, result, rate).mel_db == pytest.approx(difference_db, abs=1e-3)


def test_mel_of_opposite_channels_is_not_cancelled():
    left = noise()
    mel, _ = mel_pair(np.concatenate([left, -left]), np.concatenate([left, -left]), RATE)
    mono, _ = mel_pair(left, left, RATE)
    np.testing.assert_allclose(mel, mono, atol=1e-5)


def test_gain_of_six_decibels_is_six_decibels_of_mel_and_spectrum():
    reference = noise(level=0.2)
    measures = compare(reference, 2 * reference, RATE)
    assert measures.mel_db == pytest.approx(6.02, abs=0.01)
    assert measures.lsd_db == pytest.approx(6.02, abs=0.01)
    assert list(asdict(measures.band_retention).values()) == pytest.approx([400, 400, 400])

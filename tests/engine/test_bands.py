from __future__ import annotations

import numpy as np

from engine.bands import bin_weights
from engine.filterbank import mel_edges_hz, mel_filterbank


def test_rows_are_shares_of_the_filterbank() -> None:
    bins_hz = np.linspace(0, 8000, 513)
    weights = bin_weights(bins_hz, 64, 0, 8000)
    assert weights.shape == (513, 64)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    bank = mel_filterbank(16000, 1024, 64, 0, 8000).T
    inside = bank.sum(axis=1) > 0
    np.testing.assert_allclose(
        weights[inside], (bank / np.maximum(bank.sum(axis=1, keepdims=True), 1e-20))[inside], atol=1e-5
    )


def test_bins_outside_all_bands_take_the_nearest() -> None:
    weights = bin_weights(np.array([0.0, 8000.0, 20000.0]), 64, 0, 8000)
    assert weights.argmax(axis=1).tolist() == [0, 63, 63]
    assert (weights.max(axis=1) == 1).all()


def test_a_band_speaks_for_its_own_centre() -> None:
    centres = mel_edges_hz(64, 0, 8000)[1:-1]
    np.testing.assert_allclose(bin_weights(centres, 64, 0, 8000), np.eye(64), atol=1e-6)

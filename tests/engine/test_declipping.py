from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import declipping
from engine.clipping import find_clipping
from engine.declipping import damaged_spans, declip_in_place, persistent_wiener
from engine.metrics import compare
from engine.progress import Control


def repaired(sound: np.ndarray, rate: int) -> np.ndarray:
    whole = sound.copy()
    declip_in_place(whole, find_clipping(sound, "FLOAT", Control()), rate, lambda done, of: None)
    return whole


def test_a_clipped_chord_comes_back() -> None:
    times = np.arange(16000) / 16000
    chord = sum(np.sin(2 * np.pi * hz * times + hz) for hz in (220, 277.2, 329.6))[None].astype(np.float32) / 4
    clipped = np.clip(chord, -0.3, 0.3)
    whole = repaired(clipped, 16000)
    assert compare(chord, whole, 16000).si_sdr_db > compare(chord, clipped, 16000).si_sdr_db + 15
    inside = np.abs(clipped) < 0.3
    np.testing.assert_array_equal(whole[inside], clipped[inside])
    assert (np.abs(whole[~inside]) >= 0.3 - 1e-5).all()


def test_channels_are_repaired_on_their_own(made_noise) -> None:
    noise = made_noise(length_s=0.5, channels=2)
    noise[1] = np.clip(noise[1], -0.15, 0.15)
    whole = repaired(noise, 16000)
    np.testing.assert_array_equal(whole[0], noise[0])
    assert (whole[1] != noise[1]).any()


def test_spans_hold_every_clipped_frame_once_and_none_is_long(monkeypatch) -> None:
    monkeypatch.setattr(declipping, "LONGEST_S", 0.5)
    hit = np.random.default_rng(0).random(8000) < 0.05
    hit[2000:4000] = False
    spans = damaged_spans(hit, 1000)
    covered = np.zeros(8000, int)
    for first, last in spans:
        assert hit[first] and hit[last - 1] and last - first <= 500
        covered[first:last] += 1
    assert covered.max() == 1 and covered[hit].all() and not covered[2000:4000].any()
    assert damaged_spans(np.zeros(10, bool), 1000) == []


def test_what_stands_alone_is_shrunk_more_than_what_lasts() -> None:
    coefficients = torch.zeros(2, 9, dtype=torch.complex64)
    coefficients[0, 4] = 1.0
    coefficients[1, :] = 1.0
    shrunk = persistent_wiener(coefficients, 0.8).abs()
    assert float(shrunk[1, 4]) == pytest.approx(1 - 0.64 / 3, abs=1e-5)
    assert float(shrunk[0, 4]) == pytest.approx(1 - 0.64, abs=1e-5)

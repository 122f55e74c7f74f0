"""K-weighting against pyloudnorm's filters."""

from __future__ import annotations

import numpy as np
import pytest
from pyloudnorm import IIRfilter
from scipy.signal import lfilter

from engine.measuring.k_weighting import PASS_HZ, PASS_Q, SHELF_DB, SHELF_HZ, SHELF_Q, KWeighting


def reference(sound: np.ndarray, rate: int) -> np.ndarray:
    for stage in (
        IIRfilter(SHELF_DB, SHELF_Q, SHELF_HZ, rate, "high_shelf"),
        IIRfilter(0.0, PASS_Q, PASS_HZ, rate, "high_pass"),
    ):
        sound = lfilter(stage.b, stage.a, sound)
    return sound


@pytest.mark.parametrize("rate", [8000, 44100, 48000, 192000])
def test_it_is_the_filter_of_pyloudnorm(rate: int) -> None:
    sound = np.random.default_rng(0).standard_normal((2, rate)) + 1.0
    np.testing.assert_allclose(KWeighting(rate, 2).push(sound), reference(sound, rate), atol=1e-9)


def test_blocks_of_any_size_make_one_sound() -> None:
    sound = np.random.default_rng(0).standard_normal((2, 30000))
    weighting, at, parts = KWeighting(48000, 2), 0, []
    for frames in (1, 2, 5000, 0, 7, 24990):
        parts.append(weighting.push(sound[:, at : at + frames]))
        at += frames
    np.testing.assert_allclose(np.concatenate(parts, axis=1), reference(sound, 48000), atol=1e-9)

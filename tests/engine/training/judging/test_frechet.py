from __future__ import annotations

import numpy as np
import pytest

from engine.training.judging.frechet import distance_of_sets, ratio_to_halves


def recordings(rng: np.random.Generator, count: int, shift: float = 0.0) -> list[np.ndarray]:
    """Recordings of two pieces each, 32 dimensions."""
    return [shift + rng.standard_normal((2, 32)) for _ in range(count)]


def test_a_set_is_at_no_distance_from_itself() -> None:
    vectors = np.random.default_rng(0).standard_normal((20, 5))
    assert distance_of_sets(vectors, vectors) == 0


def test_a_shifted_and_widened_gaussian_is_at_the_analytic_distance() -> None:
    vectors = np.random.default_rng(0).standard_normal((50, 3))
    centred = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    assert distance_of_sets(centred, centred + np.array([3, 0, 4])) == pytest.approx(25)
    assert distance_of_sets(centred, 3 * centred) == pytest.approx(3 * 2**2)


def test_samples_as_good_as_the_recordings_come_out_at_one() -> None:
    rng = np.random.default_rng(0)
    ratio = ratio_to_halves(rng.standard_normal((64, 32)), recordings(rng, 20), rng, replicates=100)
    assert ratio.ratio == pytest.approx(1, abs=0.25)
    assert ratio.low < 1 < ratio.high


def test_samples_beside_the_recordings_come_out_far_above_two() -> None:
    rng = np.random.default_rng(0)
    ratio = ratio_to_halves(1 + rng.standard_normal((64, 32)), recordings(rng, 20), rng, replicates=100)
    assert ratio.low > 2
    assert ratio.distance == pytest.approx(ratio.ratio * ratio.between_halves)


def test_parts_of_one_recording_are_never_in_both_halves() -> None:
    rng = np.random.default_rng(0)
    apart = [np.full((4, 1), 10.0 * index) for index in range(4)]
    ratio = ratio_to_halves(np.repeat([[0.0], [10], [20], [30]], 8, axis=0), apart, rng, replicates=50)
    assert ratio.between_halves > 50

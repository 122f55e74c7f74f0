"""The Frechet distance: analytic cases, an independent computation, sums in any order, and sets of recordings."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.linalg import sqrtm

from engine.audio import open_clip
from engine.commands.demo import demo_folder
from engine.errors import Cancelled
from engine.measuring import frechet
from engine.measuring.frechet import LatentStatistics, distance_between, frechet_distance, latent_vectors, statistics_of
from engine.model.load import Model
from engine.progress import Control


def covariance(seed: int, size: int = 24, rank: int | None = None) -> np.ndarray:
    factor = np.random.default_rng(seed).standard_normal((size, rank or size))
    return factor @ factor.T


def test_two_numbers_are_at_the_distance_of_their_means_and_deviations() -> None:
    """Dowson and Landau 1982: in one dimension (m1 - m2)^2 + (s1 - s2)^2."""
    one, other = (np.array([1.0]), np.array([[9.0]])), (np.array([3.0]), np.array([[25.0]]))
    assert frechet_distance(*one, *other) == pytest.approx(2**2 + (3 - 5) ** 2)


def test_in_two_dimensions_it_is_the_closed_form() -> None:
    """tr M^(1/2) = (tr M + 2 det(M)^(1/2))^(1/2) for M of two by two."""
    a, b = covariance(0, 2), covariance(1, 2)
    product = a @ b
    shared = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    zero = np.zeros(2)
    assert frechet_distance(zero, a, zero, b) == pytest.approx(np.trace(a) + np.trace(b) - 2 * shared)


def test_covariances_that_commute_are_at_the_distance_of_their_deviations() -> None:
    turn = np.linalg.qr(np.random.default_rng(2).standard_normal((24, 24)))[0]
    first, second = (np.random.default_rng(seed).uniform(0.1, 4, 24) for seed in (3, 4))
    mean = np.arange(24.0)
    expected = mean @ mean + np.square(np.sqrt(first) - np.sqrt(second)).sum()
    assert frechet_distance(mean, (turn * first) @ turn.T, 0 * mean, (turn * second) @ turn.T) == pytest.approx(
        expected
    )
    assert frechet_distance(mean, first, 0 * mean, second) == pytest.approx(expected)  # taken as independent


def test_it_equals_the_root_of_the_product_that_scipy_takes() -> None:
    a, b, mean = covariance(0), covariance(1), np.linspace(-1, 1, 24)
    expected = mean @ mean + np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert frechet_distance(mean, a, 0 * mean, b) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(0 * mean, b, mean, a) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("rank", [3, 24])
def test_a_distribution_is_at_no_distance_from_itself(rank) -> None:
    a, mean = covariance(0, rank=rank), np.ones(24)
    assert frechet_distance(mean, a, mean, a) == pytest.approx(0, abs=1e-5)
    assert frechet_distance(mean, 0 * a, mean, a) == pytest.approx(np.trace(a))


def test_statistics_are_the_same_however_they_are_gathered() -> None:
    vectors = 1e4 + np.random.default_rng(0).standard_normal((1000, 6)) @ np.diag(np.arange(1.0, 7))
    first, second, third = (LatentStatistics.of(vectors[slice(*part)]) for part in ((0, 1), (1, 400), (400, 1000)))
    for each in (
        LatentStatistics.of(vectors),
        first.merged(second).merged(third),
        third.merged(first.merged(second)),
    ):
        assert each.count == 1000
        np.testing.assert_allclose(each.mean, vectors.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(each.covariance, np.cov(vectors.T), rtol=1e-9, atol=1e-9)


def test_fewer_vectors_than_dimensions_have_no_rank() -> None:
    six = LatentStatistics.of(np.random.default_rng(0).standard_normal((6, 6)))
    assert not six.is_full_rank
    assert six.merged(LatentStatistics.of(np.ones((1, 6)))).is_full_rank


def test_one_vector_has_no_covariance() -> None:
    assert not LatentStatistics.of(np.ones((1, 6))).covariance.any()


def distance_of(references: list[Path], results: list[Path], model: Model) -> float | None:
    """Of two sets of whole recordings."""

    def statistics(path: Path) -> LatentStatistics:
        with open_clip(path) as clip:
            return statistics_of(clip, 0, clip.frames, model, Control())

    ours, theirs = (reduce(LatentStatistics.merged, map(statistics, paths)) for paths in (references, results))
    return distance_between(ours, theirs)


@pytest.fixture(scope="module")
def sets(tmp_path_factory) -> dict[str, list[Path]]:
    """The bundled recordings, and each with noise, muffled, softer, and flipped."""
    folder = tmp_path_factory.mktemp("sets")
    made: dict[str, list[Path]] = {name: [] for name in ("own", "noisy", "noisier", "softer")}
    for path in sorted(demo_folder().glob("*.*")):
        if path.suffix == ".tsv":
            continue
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
        grain = np.random.default_rng(0).standard_normal(sound.shape).astype(np.float32)
        for name, other in {
            "own": sound,
            "noisy": sound + 0.003 * grain,
            "noisier": sound + 0.03 * grain,
            "softer": 0.25 * sound,
        }.items():
            target = folder / f"{name}-{path.stem}.wav"
            soundfile.write(target, other, rate, subtype="FLOAT")
            made[name].append(target)
    return made


def test_sets_are_the_further_apart_the_more_is_changed(sets, bundled) -> None:
    own, noisy, noisier, softer = (distance_of(sets["own"], sets[name], bundled) for name in sets)
    assert own == pytest.approx(0, abs=1e-4)
    assert softer == pytest.approx(0, abs=1e-3)  # levelled: what is only softer is the same
    assert 1 < noisy < noisier
    assert distance_of(sets["noisy"], sets["own"], bundled) == pytest.approx(noisy, rel=1e-6)


def test_the_order_of_recordings_does_not_count(sets, bundled) -> None:
    forwards = distance_of(sets["own"], sets["noisy"], bundled)
    assert distance_of(sets["own"][::-1], sets["noisy"][::-1], bundled) == pytest.approx(forwards, rel=1e-9)


def test_too_little_sound_has_no_distance(bundled, write_sound) -> None:
    """128 dimensions need 129 frames of 40 ms."""
    sound = 0.1 * np.random.default_rng(0).standard_normal((1, 16000 * 6))
    short = write_sound(sound[:, : 16000 * 128 // 25], name="short.wav")
    enough = write_sound(sound[:, : 16000 * 129 // 25], name="enough.wav")
    assert distance_of([short], [short], bundled) is None
    assert distance_of([enough], [enough], bundled) == pytest.approx(0, abs=1e-4)
    assert distance_of([enough], [short], bundled) is None


def vectors_of(path: Path, model: Model, start: int = 0, end: int | None = None) -> list[np.ndarray]:
    with open_clip(path) as clip:
        return list(latent_vectors(clip, start, end or clip.frames, model, Control()))


def test_a_long_recording_is_taken_in_parts_of_one_length(bundled, write_sound, monkeypatch) -> None:
    sound = 0.1 * np.random.default_rng(0).standard_normal((1, 16000 * 7))
    path = write_sound(sound)
    whole = vectors_of(path, bundled)
    assert [part.shape for part in whole] == [(175, 128)]
    alone = vectors_of(write_sound(sound[:, : 16000 * 7 // 2], name="half.wav"), bundled)
    monkeypatch.setattr(frechet, "PART_S", 4.0)
    parts = vectors_of(path, bundled)
    assert [len(part) for part in parts] == [87, 87]  # 3.5 s each
    np.testing.assert_allclose(parts[0], alone[0], atol=1e-5)


def test_of_a_stretch_nothing_around_it_counts(bundled, write_sound) -> None:
    sound = 0.1 * np.random.default_rng(0).standard_normal((1, 16000 * 7))
    alone = vectors_of(write_sound(sound[:, 16000 : 16000 * 5]), bundled)
    within = vectors_of(write_sound(sound, name="whole.wav"), bundled, 16000, 16000 * 5)
    assert [len(part) for part in within] == [100]
    np.testing.assert_allclose(within[0], alone[0], atol=1e-5)


def test_the_work_can_be_stopped(sets, bundled) -> None:
    with open_clip(sets["own"][0]) as clip, pytest.raises(Cancelled):
        statistics_of(clip, 0, clip.frames, bundled, Control(cancelled=lambda: True))

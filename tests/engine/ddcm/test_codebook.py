from __future__ import annotations

import zlib

import numpy as np
import pytest

from engine.ddcm.codebook import codewords, splitmix64, start, stream_seed

MASK = (1 << 64) - 1


def mixed(x: int) -> int:
    """SplitMix64's mixing in Python's own integers."""
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def test_the_generator_gives_the_published_outputs() -> None:
    """Seed 1234567, as printed for the reference implementation of SplitMix64."""
    outputs = splitmix64(1234567, np.arange(5, dtype=np.uint64)).tolist()
    assert outputs == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_a_codeword_follows_from_the_text_of_the_format(seed: int) -> None:
    step, k, values = 3, 7, 100
    stream = mixed(seed + (step + 1) * 0x9E3779B97F4A7C15 & MASK)
    words = [mixed(stream + (k * 2 + w + 1) * 0x9E3779B97F4A7C15 & MASK) for w in range(2)]
    expected = [1 if words[p // 64] >> p % 64 & 1 else -1 for p in range(values)]
    assert codewords(seed, step, np.array([k]), values)[0].tolist() == expected


def test_codewords_and_start_are_those_of_the_format() -> None:
    """Pinned: a file that was written must stay readable."""
    assert codewords(0, 1, np.array([0]), 16)[0].tolist() == [-1] * 10 + [1] * 5 + [-1]
    assert start(0, 1, 6)[0].tolist() == [1.25, -0.5, 1.0, -2.25, 0.0, -1.25]
    assert zlib.crc32(codewords(5, 2, np.arange(64), 1024).tobytes()) == 1751507485


def test_some_codewords_are_those_of_the_whole_codebook() -> None:
    whole = codewords(9, 4, np.arange(32), 1024)
    assert np.array_equal(codewords(9, 4, np.array([31, 2]), 1024), whole[[31, 2]])


def test_codewords_are_balanced_and_unlike_each_other_also_between_steps_and_seeds() -> None:
    books = [codewords(seed, step, np.arange(128), 1024) for seed, step in ((0, 1), (0, 2), (1, 1))]
    rows = np.concatenate(books).astype(float)
    assert set(np.unique(rows)) == {-1.0, 1.0}
    spread = 1 / np.sqrt(rows.size)
    assert abs(rows.mean()) < 4 * spread
    alike = rows @ rows.T / rows.shape[1]
    off = alike[~np.eye(len(rows), dtype=bool)]
    assert np.abs(off).max() < 6 / np.sqrt(1024)
    assert off.std() == pytest.approx(1 / np.sqrt(1024), rel=0.02)


def test_the_start_is_near_to_unit_normal_noise() -> None:
    values = start(0, 100, 1024).ravel()
    assert abs(values.mean()) < 4 / np.sqrt(values.size)
    assert values.std() == pytest.approx(1, abs=0.01)
    assert np.mean(np.abs(values) > 2) == pytest.approx(0.0455, abs=0.015)
    neighbours = np.corrcoef(values[:-1], values[1:])[0, 1]
    assert abs(neighbours) < 4 / np.sqrt(values.size)


def test_streams_have_seeds_of_their_own() -> None:
    assert len({stream_seed(seed, stream) for seed in range(20) for stream in range(50)}) == 1000

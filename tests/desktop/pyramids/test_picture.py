"""Rows and columns of a picture against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.pyramids.picture import Rows, columns_of

RATE, WINDOW = 48000, 2048
BIN_HZ = RATE / WINDOW
TILE = np.random.default_rng(0).integers(0, 256, (2, WINDOW // 2 + 1, 8), dtype=np.uint8)


def brute_row(low_hz: float, high_hz: float) -> np.ndarray:
    inside = [b for b in range(WINDOW // 2 + 1) if low_hz / BIN_HZ - 1e-9 <= b < high_hz / BIN_HZ - 1e-9]
    if inside:
        return TILE[:, inside].max(axis=1)
    at = (low_hz + high_hz) / 2 / BIN_HZ
    if not 0 <= at <= WINDOW // 2:
        return np.zeros((2, 8))
    below = min(int(at), WINDOW // 2 - 1)
    return TILE[:, below] + (TILE[:, below + 1].astype(float) - TILE[:, below]) * (at - below)


@pytest.mark.parametrize(
    "edges_hz",
    [
        np.linspace(0, 24000, 101),
        np.linspace(0, 24000, 1600),
        np.geomspace(20, 24000, 400),
        700 * (np.exp(np.linspace(0, 3.5, 300)) - 1),
        np.linspace(1000, 1050, 200),
        np.linspace(23000, 26000, 100),
        np.array([0.0, 24000.0]),
        np.array([5.0, 6.0]),
    ],
)
def test_rows_show_the_highest_bin_in_them_or_what_lies_between_two(edges_hz: np.ndarray) -> None:
    rows = Rows(edges_hz, RATE, WINDOW).of(TILE)
    for row in range(0, len(edges_hz) - 1, 7):
        expected = brute_row(edges_hz[row], edges_hz[row + 1])
        np.testing.assert_allclose(rows[:, row], expected, atol=1.6)


@settings(deadline=None)
@given(st.lists(st.floats(0, 24000), min_size=2, max_size=60, unique=True).map(sorted))
def test_rows_of_any_edges_equal_brute_force(edges: list[float]) -> None:
    rows = Rows(np.array(edges), RATE, WINDOW).of(TILE)
    for row in range(len(edges) - 1):
        if edges[row + 1] < 23999:  # the top edge is inclusive
            np.testing.assert_allclose(rows[:, row], brute_row(edges[row], edges[row + 1]), atol=1.6)


def test_the_highest_bin_is_shown_in_the_top_row() -> None:
    tile = np.zeros((1, WINDOW // 2 + 1, 1), np.uint8)
    tile[0, -1] = 200
    assert Rows(np.linspace(0, RATE / 2, 100), RATE, WINDOW).of(tile)[0, -1, 0] == 200


@settings(deadline=None)
@given(st.floats(0, 2000), st.floats(1, 60), st.integers(1, 80))
def test_each_column_is_shown_once_where_it_lies(start: float, per_column: float, columns: int) -> None:
    hop = 16
    stop = start + per_column * hop * columns
    strip = np.zeros((1, 1, int(stop / hop) + 3), np.uint8)
    for lit in range(int(start / hop) + 1, min(int(stop / hop), int(start / hop) + 40)):
        strip[:] = 0
        strip[0, 0, lit] = 9
        shown = np.flatnonzero(columns_of(strip, 0, hop, start, stop, columns)[0, 0])
        place = ((lit + 0.5) * hop - start) / (per_column * hop)
        if 0.01 < place % 1 < 0.99 and place < columns:
            assert shown.tolist() == [int(place)]


def test_between_columns_the_picture_is_interpolated() -> None:
    strip = np.array([[[0, 100, 200, 50]]], np.uint8)
    picture = columns_of(strip, 10, 64, 10 * 64, 14 * 64, 4 * 64)[0, 0].astype(float)
    expected = np.interp(np.arange(256) + 0.5, (np.arange(4) + 0.5) * 64, strip[0, 0])
    np.testing.assert_allclose(picture, expected, atol=1.5)

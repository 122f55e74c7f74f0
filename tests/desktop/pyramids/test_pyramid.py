"""Lows and highs against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.pyramids.pyramid import MEMORY_BYTES, TINY, Pyramid, bins_of, column_frames, fitting_bin, reduced
from tests.desktop.pyramids.sound import noise

FRAMES = 300_001
SOUND = noise(FRAMES, channels=2)


def built(sound: np.ndarray) -> Pyramid:
    pyramid = Pyramid(*sound.shape)
    pyramid.lay(0, *bins_of(sound, pyramid.base_frames))
    return pyramid


WHOLE = built(SOUND)


@st.composite
def views(draw: st.DrawFn) -> tuple[float, float, int]:
    start = draw(st.floats(0, FRAMES - 1))
    stop = draw(st.floats(start, FRAMES).filter(lambda stop: stop - start > 0.01))
    return start, stop, draw(st.integers(1, 80))


@settings(deadline=None)
@given(views())
def test_columns_of_samples_equal_brute_force(view: tuple[float, float, int]) -> None:
    first, last = column_frames(*view)
    last = np.minimum(last, FRAMES)
    begin = int(first[0])
    lows = reduced(np.fmin, SOUND[:, begin : int(last[-1])], first - begin, last - begin)
    for column, (a, b) in enumerate(zip(first, last, strict=True)):
        np.testing.assert_array_equal(lows[:, column], SOUND[:, a:b].min(axis=1))


@settings(deadline=None)
@given(views())
def test_columns_of_bins_equal_brute_force_over_whole_bins(view: tuple[float, float, int]) -> None:
    start, stop, columns = view
    first, last = column_frames(*view)
    last = np.minimum(last, FRAMES)
    level = WHOLE.level_for((stop - start) / columns)
    size = WHOLE.bin_frames(level)
    lows, highs = WHOLE.columns(first, last, level)
    for column, (a, b) in enumerate(zip(first // size * size, -(-last // size) * size, strict=True)):
        np.testing.assert_array_equal(lows[:, column], SOUND[:, a:b].min(axis=1))
        np.testing.assert_array_equal(highs[:, column], SOUND[:, a:b].max(axis=1))


@settings(deadline=None)
@given(st.floats(0, 1e9), st.floats(1e-3, 1e5), st.integers(1, 2000))
def test_columns_follow_one_another_without_gaps(start: float, column: float, count: int) -> None:
    first, last = column_frames(start, start + column * count, count)
    assert (last > first).all()
    assert (first[1:] <= last[:-1]).all()
    assert first[0] <= start + 2 * TINY and last[-1] >= start + column * count - 2 * TINY
    assert (last - first <= np.ceil(column) + 2).all()


def test_columns_keep_their_frames_when_the_view_moves_by_whole_columns() -> None:
    column = 1234.56
    first, last = column_frames(1000.3, 1000.3 + 500 * column, 500)
    moved_first, moved_last = column_frames(1000.3 + 7 * column, 1000.3 + 507 * column, 500)
    np.testing.assert_array_equal(moved_first[:-7], first[7:])
    np.testing.assert_array_equal(moved_last[:-7], last[7:])


@pytest.mark.parametrize("at", [0, 1, 127, 128, 70_000, 200_000])
def test_bins_laid_anew_equal_a_fresh_pyramid_at_every_level(at: int) -> None:
    changed = SOUND.copy()
    stop = min(at + 40_000, FRAMES)
    changed[:, at:stop] *= 3
    pyramid = built(SOUND)
    size = pyramid.base_frames
    first, last = at // size, -(-stop // size)
    pyramid.lay(first, *bins_of(changed[:, first * size : last * size], size))
    fresh = built(changed)
    for level in range(len(fresh.lows)):
        np.testing.assert_array_equal(pyramid.lows[level], fresh.lows[level])
        np.testing.assert_array_equal(pyramid.highs[level], fresh.highs[level])


def test_columns_of_many_frames_come_from_bins_of_at_most_a_quarter() -> None:
    pyramid = Pyramid(1, 100_000_000)
    for frames in (512.0, 2048.0, 5000.0, 60_000.0):
        assert frames / 20 < pyramid.bin_frames(pyramid.level_for(frames)) <= frames / 4


@pytest.mark.parametrize("channels", [1, 2, 32])
@pytest.mark.parametrize("rate", [8000, 48000, 192000])
def test_hours_of_many_channels_stay_within_memory(channels: int, rate: int) -> None:
    frames = 3 * 3600 * rate
    assert channels * (frames / fitting_bin(channels, frames)) * 8 <= MEMORY_BYTES * 1.01


def test_an_hour_in_stereo_has_the_smallest_bins() -> None:
    assert fitting_bin(2, 3600 * 48000) == 128


def test_nothing_holds_nothing() -> None:
    assert Pyramid(2, 0).lows[0].shape == (2, 0)

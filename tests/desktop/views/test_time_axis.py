"""The visible stretch: zooming, panning, limits."""

from __future__ import annotations

import pytest

from desktop.views.time_axis import SHORTEST_SPAN, TimeAxis


@pytest.mark.parametrize("factor", [1.3, 7.0, 0.8])
def test_zooming_keeps_the_frame_under_the_pointer(factor: float) -> None:
    axis = TimeAxis(1_000_000, 48000)
    axis.show(400_000, 500_000)
    before = axis.frame_at(213, 800)
    axis.zoom(factor, before)
    assert axis.frame_at(213, 800) == pytest.approx(before, abs=1e-6)
    assert axis.span == pytest.approx(100_000 / factor)


def test_panning_leaves_the_span_exactly_as_it_was() -> None:
    axis = TimeAxis(1_000_000, 48000)
    axis.show(333_333.3, 344_444.4)
    span = axis.span
    for _ in range(1000):
        axis.pan(0.1 * span / 7)
    assert axis.span == span


def test_the_view_stays_inside_the_file_and_above_ten_frames() -> None:
    axis = TimeAxis(100_000, 48000)
    axis.zoom(1e9, 99_999)
    assert axis.span == SHORTEST_SPAN
    assert axis.start >= 0 and axis.stop <= 100_000
    axis.pan(1e9)
    assert axis.stop == 100_000
    axis.pan(-1e9)
    assert axis.start == 0
    axis.zoom(1e-9, 5)
    assert (axis.start, axis.stop) == (0, 100_000)


@pytest.mark.parametrize("frames", [0, 1, 7])
def test_a_file_of_few_frames_is_shown_whole(frames: int) -> None:
    axis = TimeAxis(frames, 8000)
    axis.zoom(10, 0)
    axis.show(0, 0)
    assert (axis.start, axis.span) == (0, max(frames, 1))


def test_changed_is_told_once_a_change_and_never_without_one() -> None:
    axis, told = TimeAxis(100_000, 48000), []
    axis.changed.connect(lambda: told.append(axis.start))
    axis.fit()
    axis.pan(-10)
    assert told == []
    axis.show(10, 1010)
    assert told == [10]


def test_revealing_what_is_seen_moves_nothing_and_what_is_not_comes_into_view() -> None:
    axis = TimeAxis(100_000, 48000)
    axis.show(1000, 2000)
    axis.reveal(1100, 1200)
    assert axis.start == 1000
    axis.reveal(50_000, 50_010)
    assert axis.span == 1000 and axis.start < 50_000 < axis.stop
    axis.reveal(0, 90_000)
    assert axis.start == 0 and axis.stop >= 90_000

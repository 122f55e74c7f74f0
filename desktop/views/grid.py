"""Columns of pixels on the time axis.

A column always begins at a multiple of its width, counted from the file's start. So its content doesn't change while
the view pans: nothing shimmers, and only the columns that come into view are computed.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.time_axis import TimeAxis


@dataclass(frozen=True)
class Grid:
    """``columns`` columns of ``step`` frames each, from the ``first``-th on."""

    step: float
    first: int
    columns: int

    @property
    def start(self) -> float:
        return self.first * self.step

    @property
    def stop(self) -> float:
        return (self.first + self.columns) * self.step


def grid_of(time: TimeAxis, columns: int) -> Grid:
    """The grid that shows the visible stretch on ``columns`` pixels, to half a pixel."""
    step = time.span / columns
    first = min(round(time.start / step), int(time.longest_span / step * (1 + 1e-12)) - columns)
    return Grid(step, max(first, 0), columns)


def shift_between(before: Grid | None, now: Grid) -> int | None:
    """By how many columns the view moved on, if it did nothing else and some of what it showed remains."""
    if before is None or (before.step, before.columns) != (now.step, now.columns):
        return None
    moved = now.first - before.first
    return moved if abs(moved) < now.columns else None


def missing_columns(moved: int, columns: int) -> tuple[int, int]:
    """The columns, half-open, that came into view when it moved on by ``moved``."""
    return (columns - moved, columns) if moved > 0 else (0, -moved)

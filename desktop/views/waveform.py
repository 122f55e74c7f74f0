"""The picture of a waveform: lows and highs of each column of pixels, or single samples when zoomed in far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from desktop.views.curve import CURVE_FROM, FULL_SCALE, KERNEL, samples_image
from desktop.views.grid import Grid, grid_of, missing_columns, shift_between
from desktop.views.lanes import Lanes
from desktop.views.level_axis import LevelAxis
from desktop.views.time_axis import TimeAxis
from desktop.views.traces import Look, Trace, traces_image

if TYPE_CHECKING:
    from desktop.pyramids.peaks import Peaks

Columns = tuple[NDArray[np.float32], NDArray[np.float32]]


class WaveformLayer:
    """Composes the waveform's picture and keeps it, and its columns, until something they show changes."""

    def __init__(self, peaks: Peaks) -> None:
        self.peaks = peaks
        self._grid: Grid | None = None
        self._columns: Columns | None = None
        self._key: object = None
        self._lacking = False
        self._image = QImage()

    def set_peaks(self, peaks: Peaks) -> None:
        """Show another sound."""
        self.peaks = peaks
        self.forget()

    def forget(self) -> None:
        """The sound changed, or more of it is known."""
        self._grid, self._columns, self._key = None, None, None

    @property
    def complete(self) -> bool:
        """Whether everything that was drawn last is known."""
        return self._columns is not None and not (self._lacking or bool(np.isnan(self._columns[0]).any()))

    def level_at(self, channel: int, share: float) -> float | None:
        """The highest magnitude in the column at ``share`` (0..1) of what was drawn last; None where unknown."""
        if self._columns is None:
            return None
        lows, highs = self._columns
        if lows.shape[1] == 0:
            return None
        column = min(max(int(share * lows.shape[1]), 0), lows.shape[1] - 1)
        level = max(abs(float(lows[channel, column])), abs(float(highs[channel, column])))
        return None if np.isnan(level) else level

    def image(self, time: TimeAxis, level: LevelAxis, lanes: Lanes, width: int, look: Look) -> QImage:
        """The picture, ``width`` x the lanes' height in device pixels."""
        grid = grid_of(time, width)
        place: object = grid if grid.step >= 1 else (time.start, time.span, width)
        key = (place, lanes, level.top, look)
        if key != self._key:
            columns = self._read(grid)
            if grid.step >= 1:
                self._lacking = False
                self._image = columns_image(_merged(columns) if look.merged else columns, level, lanes, look)
            else:
                first, samples = self._read_samples(time, width)
                self._image = samples_image(samples, first, time, level, lanes, width, look)
            self._key = key
        return self._image

    def _read(self, grid: Grid) -> Columns:
        moved = shift_between(self._grid, grid)
        if moved is None or self._columns is None:
            self._columns = self._read_columns(grid, 0, grid.columns)
        elif moved:
            from_column, to_column = missing_columns(moved, grid.columns)
            fresh = self._read_columns(grid, from_column, to_column)
            self._columns = tuple(shifted(old, new, moved) for old, new in zip(self._columns, fresh, strict=True))  # type: ignore[assignment]
        self._grid = grid
        assert self._columns is not None
        return self._columns

    def _read_samples(self, time: TimeAxis, width: int) -> tuple[int, NDArray[np.float32]]:
        """The visible samples and what the curve needs beside them: (first frame, samples)."""
        reach = KERNEL + 1 if width / time.span >= CURVE_FROM else 1
        first = max(int(time.start) - reach, 0)
        last = min(int(time.stop) + reach + 1, time.frames)
        samples = self.peaks.samples(first, last)
        self._lacking = bool(np.isnan(samples).any())
        return first, samples

    def _read_columns(self, grid: Grid, from_column: int, to_column: int) -> Columns:
        start = (grid.first + from_column) * grid.step
        stop = (grid.first + to_column) * grid.step
        return self.peaks.columns(start, stop, to_column - from_column)


def shifted(old: NDArray[Any], new: NDArray[Any], moved: int) -> NDArray[Any]:
    """Columns (last axis) moved on by ``moved``, with ``new`` ones where they came into view."""
    parts = (old[..., moved:], new) if moved > 0 else (new, old[..., :moved])
    return np.concatenate(parts, axis=-1)


def columns_image(columns: Columns, level: LevelAxis, lanes: Lanes, look: Look) -> QImage:
    """Lows and highs ``(channels, columns)`` as upright lines, one lane a channel."""
    lows, highs = columns
    traces = [_trace(low, high, level, lanes.lane_height, look.ratio) for low, high in zip(lows, highs, strict=True)]
    return traces_image(traces, lanes, lows.shape[1], look)


def _trace(low: NDArray[np.float32], high: NDArray[np.float32], level: LevelAxis, height: int, ratio: float) -> Trace:
    unknown = np.isnan(low) | np.isnan(high)
    low, high = _joined(np.where(unknown, 0, low), np.where(unknown, 0, high))
    upper = (1 - high / level.top) / 2 * height
    lower = (1 - low / level.top) / 2 * height
    # Silence is still a line.
    thin = np.maximum(ratio - (lower - upper), 0) / 2
    return Trace(upper - thin, lower + thin, high >= FULL_SCALE, low <= -FULL_SCALE, unknown)


def _joined(low: NDArray[np.float32], high: NDArray[np.float32]) -> Columns:
    """Each column reaches to the one before it, so that a steep wave stays one line."""
    joined_low, joined_high = low.copy(), high.copy()
    joined_low[1:] = np.minimum(low[1:], high[:-1])
    joined_high[1:] = np.maximum(high[1:], low[:-1])
    return joined_low, joined_high


def _merged(columns: Columns) -> Columns:
    """All channels as one."""
    lows, highs = columns
    return lows.min(axis=0, keepdims=True), highs.max(axis=0, keepdims=True)

"""The lowest and highest sample of every so many frames, at several sizes, for drawing any stretch of a long file.

Level 0 holds bins of `base_frames` frames, each level above it bins of four times as many. NaN where not known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Frames = NDArray[np.int64]

SMALLEST_BIN = 128  # frames
FOLD = 4  # bins of a level in one of the next
TOP_BINS = 2048  # no level above one this short
MEMORY_BYTES = 64 << 20  # of level 0; more channels and hours get longer bins
TINY = 1e-6  # frames: what floating-point positions may be off by


class Pyramid:
    """Lows and highs of a recording.

    Attributes:
        base_frames: frames in a bin of level 0.
        lows, highs: a list of levels, each float32 (channels, bins).
    """

    def __init__(self, channels: int, frames: int) -> None:
        self.frames = frames
        self.base_frames = fitting_bin(channels, frames)
        counts = [-(-frames // self.base_frames)]
        while counts[-1] > TOP_BINS:
            counts.append(-(-counts[-1] // FOLD))
        self.lows: list[Floats] = [np.full((channels, count), np.nan, np.float32) for count in counts]
        self.highs: list[Floats] = [np.full((channels, count), np.nan, np.float32) for count in counts]

    def lay(self, first_bin: int, lows: Floats, highs: Floats) -> None:
        """Set bins of level 0 from ``first_bin`` on and bring the levels above them up to date."""
        first, last = first_bin, first_bin + lows.shape[1]
        self.lows[0][:, first:last] = lows
        self.highs[0][:, first:last] = highs
        for level in range(1, len(self.lows)):
            first, last = first // FOLD, -(-last // FOLD)
            parts = np.arange(0, min(last * FOLD, self.lows[level - 1].shape[1]) - first * FOLD, FOLD)
            for levels, ufunc in ((self.lows, np.fmin), (self.highs, np.fmax)):
                children = levels[level - 1][:, first * FOLD : last * FOLD]
                levels[level][:, first:last] = ufunc.reduceat(children, parts, axis=1)

    def level_for(self, column_frames: float) -> int:
        """The level to draw columns of so many frames from: bins of at most a quarter column, where there are."""
        level = 0
        while level + 1 < len(self.lows) and 4 * self.bin_frames(level + 1) <= column_frames:
            level += 1
        return level

    def bin_frames(self, level: int) -> int:
        """Frames in a bin of ``level``."""
        return self.base_frames * int(FOLD**level)

    def columns(self, first: Frames, last: Frames, level: int) -> tuple[Floats, Floats]:
        """Lows and highs of stretches ``first`` to ``last`` (exclusive), widened to whole bins of ``level``.

        Stretches follow one another without gaps; what is not known in one is left out, NaN if it is all of it.
        """
        size = self.bin_frames(level)
        first, last = first // size, -(-last // size)
        begin, end = int(first[0]), int(last[-1])
        return (
            reduced(np.fmin, self.lows[level][:, begin:end], first - begin, last - begin),
            reduced(np.fmax, self.highs[level][:, begin:end], first - begin, last - begin),
        )


def fitting_bin(channels: int, frames: int) -> int:
    """Frames in a bin of level 0, so that lows and highs of all of them fit `MEMORY_BYTES`."""
    size = SMALLEST_BIN
    while channels * (frames // size) * 8 > MEMORY_BYTES:
        size *= 2
    return size


def column_frames(start: float, stop: float, columns: int) -> tuple[Frames, Frames]:
    """First and last (exclusive) frame of each column of a view: all that it touches, so at least one."""
    edges = start + (stop - start) * np.arange(columns + 1) / max(columns, 1)
    first = np.floor(edges[:-1] + TINY).astype(np.int64)
    last = np.ceil(edges[1:] - TINY).astype(np.int64)
    return first, np.maximum(last, first + 1)


def bins_of(samples: Floats, size: int) -> tuple[Floats, Floats]:
    """Lows and highs of every ``size`` of samples (channels, frames); the last bin may be shorter."""
    starts = np.arange(0, samples.shape[1], size)
    return np.minimum.reduceat(samples, starts, axis=1), np.maximum.reduceat(samples, starts, axis=1)


def reduced(ufunc: np.ufunc, values: Floats, first: Frames, last: Frames) -> Floats:
    """``ufunc`` over stretches ``first`` to ``last`` of (channels, n), each beginning no later than the last ended.

    reduceat ends a stretch where the next begins; what overlaps by is one value, and is taken in afterwards.
    """
    whole: Floats = ufunc.reduceat(values, first, axis=1)
    ends = values[:, last - 1]
    result: Floats = ufunc(whole, ends)
    return result

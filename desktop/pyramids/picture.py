"""From tiles to a picture: bins to rows, columns of the tile's hop to columns of the screen.

What falls into a cell is shown by its maximum, so that no line or click is lost; where cells are finer than bins or
hops, they are interpolated linearly in dB.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
TINY = 1e-9
ONE_BITS = 7
ONE = 1 << ONE_BITS  # of interpolation weights: 255 of them fit into 16 bits with a sign


class Rows:
    """Which bins each row of a picture shows.

    A row shows the highest of the bins whose middle lies in it or, if none does, what lies at its own middle.
    Above the highest bin there is nothing (0).
    """

    def __init__(self, edges_hz: NDArray[np.float64], rate: int, window: int) -> None:
        edges = np.asarray(edges_hz, np.float64) * window / rate  # in bins
        bins = window // 2 + 1
        first = np.clip(np.ceil(edges[:-1] - TINY), 0, bins).astype(np.int64)
        last = np.clip(np.ceil(edges[1:] - TINY), 0, bins).astype(np.int64)
        last[-1:] = np.where(np.abs(edges[-1:] - (bins - 1)) < TINY, bins, last[-1:])  # the top edge is inclusive
        width = last - first
        middle = (edges[:-1] + edges[1:]) / 2
        self.count = len(first)
        self._between = np.flatnonzero((width <= 0) & (middle >= 0) & (middle <= bins - 1))
        at = middle[self._between]
        self._below = np.minimum(at.astype(np.int64), bins - 2)
        self._weights = np.rint((at - self._below) * ONE).astype(np.int16)[:, None]
        self._groups: list[tuple[int, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
        powers = np.where(width > 0, np.frexp(np.maximum(width, 1))[1] - 1, -1)  # 2 ** power <= width
        for power in range(int(powers.max(initial=-1)) + 1):
            rows = np.flatnonzero(powers == power)
            self._groups.append((power, rows, first[rows], last[rows] - (1 << power)))
        self._lowest = [int(first[powers >= power].min()) for power in range(len(self._groups))]
        self._highest = [int(last[powers >= power].max()) for power in range(len(self._groups))]

    def of(self, values: Bytes) -> Bytes:
        """Rows (channels, rows, n) of bins (channels, bins, n)."""
        rows = np.zeros((values.shape[0], self.count, values.shape[2]), np.uint8)
        self._fill_maxima(values, rows)
        if self._between.size:
            below = values.take(self._below, axis=1).astype(np.int16)
            rise = values.take(self._below + 1, axis=1) - below
            rise *= self._weights
            rise += ONE // 2
            rise >>= ONE_BITS
            rows[:, self._between] = below + rise
        return rows

    def _fill_maxima(self, values: Bytes, rows: Bytes) -> None:
        """Maxima over 2 ** power bins, made of those over half as many; two of them cover any row."""
        maxima, origin = values, 0
        for power, which, first, last in self._groups:
            if power:
                half = 1 << (power - 1)
                begin, end = self._lowest[power] - origin, self._highest[power] - origin - half + 1
                maxima = np.maximum(maxima[:, begin : end - half], maxima[:, begin + half : end])
                origin += begin
            if which.size:
                rows[:, which] = np.maximum(maxima.take(first - origin, axis=1), maxima.take(last - origin, axis=1))


def columns_of(strip: Bytes, first_column: int, hop: int, start: float, stop: float, columns: int) -> Bytes:
    """A picture's columns from a strip (channels, rows, n) of columns ``hop`` frames wide.

    Args:
        first_column: the number of the strip's first column, counted from the start of the sound.
        start, stop: the view in frames. The strip reaches a column further on both sides.
        columns: of the picture.
    """
    if stop - start < hop * columns * (1 - TINY):
        return interpolated(strip, first_column, hop, start, stop, columns)
    edges = (start + (stop - start) * np.arange(columns + 1) / columns) / hop - 0.5 - first_column
    # A column belongs to where its middle lies: to one column of the picture, so that nothing is lost or doubled.
    first = np.ceil(edges - TINY).astype(np.int64)
    last = np.maximum(first[1:] - 1, first[:-1])
    picture = strip.take(first[:-1], axis=2, mode="clip")
    for offset in range(1, int((last - first[:-1]).max()) + 1):
        np.maximum(picture, strip.take(np.minimum(first[:-1] + offset, last), axis=2, mode="clip"), out=picture)
    return picture


def interpolated(strip: Bytes, first_column: int, hop: int, start: float, stop: float, columns: int) -> Bytes:
    """`columns_of` where the picture is finer than the strip."""
    at = (start + (stop - start) * (np.arange(columns) + 0.5) / columns) / hop - 0.5 - first_column
    at = np.clip(at, 0, strip.shape[2] - 1)
    below = np.minimum(at.astype(np.int64), max(strip.shape[2] - 2, 0))
    values = strip.astype(np.int16)
    rise = np.diff(values, axis=2, append=values[:, :, -1:]).take(below, axis=2)
    rise *= np.rint((at - below) * ONE).astype(np.int16)
    rise += ONE // 2
    rise >>= ONE_BITS
    rise += values.take(below, axis=2)
    return rise.astype(np.uint8)

"""Which take is heard where, when several lie over one another: the topmost one, from piece to piece."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.document.rows import RegionRow, TakeRow

ORIGINAL = 0  # ids of takes begin at 1


@dataclass(frozen=True)
class Piece:
    """Frames ``start`` to ``stop``, where one take is heard.

    Attributes:
        take_start: first frame of the take's own sound.
    """

    start: int
    stop: int
    take_id: int
    take_start: int


def takes_in_use(regions: Iterable[RegionRow], takes: Mapping[int, TakeRow]) -> list[TakeRow]:
    """The takes that are heard, lowest layer first."""
    rows = sorted(regions, key=lambda row: (row.layer, row.id))
    return [takes[row.take_id] for row in rows if row.take_id is not None]


def pieces_of(takes: Sequence[TakeRow]) -> tuple[Piece, ...]:
    """What is heard of takes that lie over one another, lowest first: disjoint pieces, in order."""
    starts = {take.id: take.start_frame for take in takes}
    bounds = np.unique([bound for take in takes for bound in (take.start_frame, take.stop_frame)])
    return tuple(
        Piece(start, stop, take_id, starts[take_id])
        for start, stop, take_id in runs(bounds, topmost(takes, bounds))
        if take_id != ORIGINAL
    )


def changed_ranges(before: Sequence[TakeRow], after: Sequence[TakeRow]) -> list[tuple[int, int]]:
    """Frames at which another take is heard than before; a take's own sound never changes."""
    bounds = np.unique([bound for take in (*before, *after) for bound in (take.start_frame, take.stop_frame)])
    differs = topmost(before, bounds) != topmost(after, bounds)
    return [(start, stop) for start, stop, different in runs(bounds, differs.astype(np.int64)) if different]


def topmost(takes: Sequence[TakeRow], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Id of the take that is heard between each two of the sorted ``bounds``."""
    heard = np.full(max(0, len(bounds) - 1), ORIGINAL, np.int64)
    for take in takes:
        first, last = np.searchsorted(bounds, (take.start_frame, take.stop_frame))
        heard[first:last] = take.id
    return heard


def runs(bounds: NDArray[np.int64], values: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Start, stop and value of each stretch of equal ``values`` between ``bounds``."""
    if not values.size:
        return []
    firsts = np.flatnonzero(np.diff(values, prepend=values[0] - 1))
    lasts = np.append(firsts[1:], values.size)
    return [(int(bounds[a]), int(bounds[b]), int(values[a])) for a, b in zip(firsts, lasts, strict=True)]

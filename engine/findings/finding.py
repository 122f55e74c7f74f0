"""What was found, and how much of it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.region import Region

KINDS = ("gap", "clipped", "click", "band limit", "hum")
MOST_LISTED = 200  # of a kind: the worst; nobody steps through more
MOST_COLLECTED = 100_000  # of a kind: so many are compared, further ones only counted

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Finding:
    """One place that looks damaged.

    Attributes:
        kind: one of `KINDS`.
        region: where; the whole band but for a band limit.
        channels: which, from 0.
        severity: how bad, in ``unit``: a gap's length in ``ms``, clipped ``samples``, a click's and a hum's ``dB``
            above what is around, a band limit's cut-off in ``Hz``.
        level: of a clipped stretch in dBFS, of a hum its frequency in Hz; else None.
        task: what may repair it, from `engine.settings.TASK_SETTINGS`; None where no task can.
        text: the same in plain words.
    """

    kind: str
    region: Region
    channels: tuple[int, ...]
    severity: float
    unit: str
    level: float | None
    task: str | None
    text: str


@dataclass(frozen=True)
class Findings:
    """All that was found.

    Attributes:
        found: in the order of their places; of each kind the worst.
        more: how many more there are of each kind, of those that are too many to list.
    """

    found: tuple[Finding, ...]
    more: dict[str, int]


@dataclass(frozen=True)
class Spot:
    """A damaged stretch of one channel, or of several once `joined`.

    Attributes:
        start, stop: frames, half-open.
        channels: which, from 0.
        amount: how bad; the worst of those that were joined, or their sum for counts.
        level: at which it is clipped, full scale 1; the highest of those that were joined.
    """

    start: int
    stop: int
    channels: tuple[int, ...]
    amount: float
    level: float = 0.0


class Spots:
    """Damaged stretches as they are found, no more of them than memory is meant for.

    Attributes:
        kept: the first of them.
        lost: how many came after those.
    """

    def __init__(self) -> None:
        self.kept: list[Spot] = []
        self.lost = 0

    def add(self, spots: Iterable[Spot]) -> None:
        """Take more."""
        for spot in spots:
            if len(self.kept) < MOST_COLLECTED:
                self.kept.append(spot)
            else:
                self.lost += 1


def joined(spots: Iterable[Spot], distance: int, *, adds: bool = False) -> list[Spot]:
    """Spots with those that lie ``distance`` frames or less apart made one, in the order of their places."""
    found: list[Spot] = []
    for spot in sorted(spots, key=lambda spot: (spot.start, spot.stop)):
        if found and spot.start - found[-1].stop <= distance:
            last = found[-1]
            amount = last.amount + spot.amount if adds else max(last.amount, spot.amount)
            channels = tuple(sorted({*last.channels, *spot.channels}))
            found[-1] = Spot(last.start, max(last.stop, spot.stop), channels, amount, max(last.level, spot.level))
        else:
            found.append(spot)
    return found


def runs(hits: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Starts and stops (n, 2) of the runs of True in (frames,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hits, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2)

"""Short reads in the window's own thread, while they are quick; what they cost is measured all along."""

from __future__ import annotations

import time

from desktop.pyramids.pyramid import Floats
from engine.audio import Readable
from engine.errors import RetakeError

LONGEST_S = 0.004  # what a read may take by what is known; a repaint has 16 ms
MOST_SAMPLES = 1 << 19  # and how much it may be, of all channels
TIMED_FRAMES = 1 << 12  # of a shorter read, finding the place costs more than reading


class DirectReads:
    """Reads a sound where that is quick enough for a thread that must not wait."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._frame_s = 0.0  # reading on, a frame
        self._seek_s = 0.0  # a short read

    def read(self, start: int, stop: int) -> Floats | None:
        """Frames ``start`` to ``stop``, or None where that would take too long or can't be done."""
        count = stop - start
        if count * self._source.channels > MOST_SAMPLES or self._seek_s + count * self._frame_s > LONGEST_S:
            return None
        began = time.perf_counter()
        try:
            sound = self._source.read(start, stop)
        except (OSError, RetakeError):
            return None
        self.learn(time.perf_counter() - began, count)
        return sound

    def learn(self, seconds: float, frames: int) -> None:
        """A read took so long, here or in the background."""
        if frames >= TIMED_FRAMES:
            self._frame_s = settled(self._frame_s, seconds / frames)
        else:
            self._seek_s = settled(self._seek_s, seconds)


def settled(known: float, measured: float) -> float:
    """A running mean that one outlier at most doubles."""
    return 0.7 * known + 0.3 * min(measured, 4 * known) if known else measured

"""Gaps: digital silence, or one value that stays, within sound that breaks off or sets in abruptly.

What lies beside a dropout is as loud as the sound around; what lies beside the end of a fade is not. So a run of
equal samples is a gap where the last millisecond before it reaches a share of the level of the 30 ms before; a sudden
start alone, which an attack after a rest has too, is believed of short runs only. A value other than zero must stay for
longer, for crests of low tones at a coarse resolution and square waves hold one too. The criterion is our own, its
numbers from recordings that were damaged on purpose. Not found: dropouts that a device concealed with noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.findings.finding import Sound, Spot, runs

SHORTEST_S = 1e-3
SHORTEST_STUCK_S = 5e-3  # of a value other than zero
LONGEST_SUDDEN_START_S = 0.1  # a rest before an attack is longer
EDGE_S = 1e-3
AROUND_S = 0.03
EDGE_SHARE = 0.25  # of the level around
QUIET = 1.5 * 2.0**-15  # what dither leaves of silence
LEAST_PEAK = 2e-3  # beside a gap: -54 dBFS
FEWEST_FRAMES = 8
MARGIN_S = AROUND_S + EDGE_S
LARGEST_STUCK_SHARE = 0.97  # of the peak so far: what stays higher is a flat top


@dataclass
class Run:
    """A run of one value that has begun.

    Attributes:
        start, stop: frames; ``stop`` moves on.
        silent: whether the value is zero.
        breaks_off: whether the sound before it ends abruptly.
    """

    start: int
    stop: int
    silent: bool
    breaks_off: bool


class Gaps:
    """Looks for gaps in one channel, block by block."""

    def __init__(self, channel: int, rate: int, frames: int, step: float) -> None:
        self._channel, self._rate, self._frames = channel, rate, frames
        self._quiet = QUIET if step <= QUIET else 0.0
        self._peak = 0.0
        self._open: Run | None = None

    def push(self, samples: Sound, start: int, stop: int, origin: int) -> list[Spot]:
        """Look through frames ``start`` to ``stop`` of ``samples`` (frames,), which begin at frame ``origin``.

        The samples reach `MARGIN_S` beyond on both sides, where the recording does.
        """
        self._peak = max(self._peak, float(np.abs(samples).max(initial=0.0)))
        quiet = np.abs(samples) <= self._quiet
        same = samples[1:] == samples[:-1]
        same |= quiet[1:] & quiet[:-1]
        same = np.concatenate([[False], same])[start - origin : stop - origin]  # whether a sample is as the one before
        places = runs(same) + start
        places[:, 0] -= 1  # the first of a run differs from what is before it
        shortest = max(FEWEST_FRAMES, round(SHORTEST_S * self._rate))
        places = places[(places[:, 1] - places[:, 0] >= shortest) | (places[:, 0] < start) | (places[:, 1] >= stop)]
        ended = self._open is not None and self._open.stop == start and not (same.size and same[0])
        found = self._end(samples, origin) if ended else []
        for first, last in places.tolist():
            self._meet(first, last, samples, origin, bool(quiet[last - 1 - origin]))
            if last < stop or last == self._frames:
                found += self._end(samples, origin)
        return found

    def _meet(self, first: int, last: int, samples: Sound, origin: int, silent: bool) -> None:
        """Go on with the run that reached the block's start, or begin one."""
        if self._open and first + 1 == self._open.stop:
            self._open.stop = last
        else:
            before = samples[max(0, first - round(MARGIN_S * self._rate) - origin) : first - origin]
            self._open = Run(first, last, silent, self._is_loud(before[::-1]))

    def _end(self, samples: Sound, origin: int) -> list[Spot]:
        """The run that is open, if it is a gap."""
        run, self._open = self._open, None
        if run is None or run.start <= 0 or run.stop >= self._frames:
            return []  # before the first sound and after the last
        after = samples[run.stop - origin : run.stop - origin + round(MARGIN_S * self._rate)]
        value = float(samples[run.stop - 1 - origin])
        length_s = (run.stop - run.start) / self._rate
        if length_s < (SHORTEST_S if run.silent else SHORTEST_STUCK_S) or run.stop - run.start < FEWEST_FRAMES:
            return []
        if not run.silent and abs(value) >= LARGEST_STUCK_SHARE * self._peak:
            return []
        if not run.breaks_off and (length_s > LONGEST_SUDDEN_START_S or not self._is_loud(after)):
            return []
        return [Spot(run.start, run.stop, (self._channel,), 1000 * length_s)]

    def _is_loud(self, outwards: Sound) -> bool:
        """Whether samples, from a run's edge outwards, are at once as loud as the sound is there."""
        if not outwards.size:
            return False
        edge = float(np.abs(outwards[: max(2, round(EDGE_S * self._rate))]).max())
        around = float(np.sqrt(np.mean(np.square(outwards[: round(AROUND_S * self._rate)], dtype=np.float64))))
        return edge >= max(LEAST_PEAK, EDGE_SHARE * around)

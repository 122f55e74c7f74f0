"""Where a recording was clipped: at which level, for each channel and polarity, and what that says of its samples.

A clipped recording's histogram has a peak at its very end: many samples at the largest value, hardly any just below it,
and they come in runs, or are very many. A sound that only reaches high has neither; the crests of a pure low tone, the
worst case, hold 2.7 times as many samples as two equal slices below them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.progress import Control

BLOCK_FRAMES = 1 << 18
SLICES = (1e-5, 1e-4, 1e-3, 5e-3)  # of the peak; how wide the histogram's end is taken, from exact to lossy coding
TIMES_MORE = 4  # samples in the last slice than in those below it
FEWEST = 6
FLAT = 0.9  # of the samples in the last slice are one value: then no other is clipped
SHORTEST_RUN = 3
MANY = 100  # at the very end, after different ones, need no runs: peaks of high notes are one sample long
SILENT = 1e-4  # -80 dBFS: nothing clips below
STEPS = {"PCM_S8": 2**-7, "PCM_U8": 2**-7, "PCM_16": 2**-15, "ULAW": 2**-5, "ALAW": 2**-5}  # between largest values
SMALLEST_STEP = 2**-23

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Clipping:
    """The levels at and beyond which samples are clipped.

    Attributes:
        upper, lower: (channels, 1) positive magnitudes of either polarity; infinite where nothing is clipped.
    """

    upper: Sound
    lower: Sound

    @property
    def found(self) -> bool:
        """Whether any channel is clipped at all."""
        return bool(np.isfinite(self.upper).any() or np.isfinite(self.lower).any())

    def of_channel(self, channel: int) -> Clipping:
        """One channel's."""
        return Clipping(self.upper[channel : channel + 1], self.lower[channel : channel + 1])

    def above(self, sound: Sound) -> NDArray[np.bool_]:
        """Which samples (channels, frames) are clipped at the positive end."""
        return np.asarray(sound >= self.upper)

    def below(self, sound: Sound) -> NDArray[np.bool_]:
        """Which samples (channels, frames) are clipped at the negative end."""
        return np.asarray(sound <= -self.lower)

    def hit(self, sound: Sound) -> NDArray[np.bool_]:
        """Which samples (channels, frames) are clipped."""
        return self.above(sound) | self.below(sound)

    def projected(self, sound: Sound, recorded: Sound) -> Sound:
        """The sound nearest to ``sound`` (channels, frames) that the recording may have been before it was clipped.

        Samples that weren't clipped are the recorded ones, bit for bit; clipped ones lie at or beyond the threshold.
        """
        fitting = np.where(self.above(recorded), np.maximum(sound, self.upper), recorded)
        return np.where(self.below(recorded), np.minimum(sound, -self.lower), fitting).astype(np.float32)


def clipping_at(threshold: float, channels: int) -> Clipping:
    """Clipping at a given magnitude, the same for all channels and both polarities."""
    level = np.full((channels, 1), threshold, np.float32)
    return Clipping(level, level)


def find_clipping(sound: Sound, subtype: str, control: Control) -> Clipping:
    """Look for clipping in (channels, frames) of a recording.

    Args:
        subtype: libsndfile's name of the recording's sample type, which tells the steps between its values.

    Raises:
        Cancelled: the user stopped.
    """
    step = STEPS.get(subtype, SMALLEST_STEP)
    upper, lower = np.full((2, len(sound), 1), np.inf, np.float32)
    for channel, samples in enumerate(sound):
        for side, (levels, sign) in enumerate(((upper, 1), (lower, -1))):
            control.step("looking for clipping", 2 * channel + side, 2 * len(sound))
            levels[channel] = threshold_of(samples, np.float32(sign), np.float32(step))
    return Clipping(upper, lower)


def threshold_of(samples: Sound, sign: np.float32, step: np.float32) -> float:
    """Where (frames,), times ``sign``, is clipped at its positive end; infinity where it isn't."""
    blocks = [samples[first : first + BLOCK_FRAMES] for first in range(0, len(samples), BLOCK_FRAMES)]
    peak = max(float((sign * block).max()) for block in blocks)
    for end in ends_at(peak, float(step)):
        for block in blocks:
            end.push(sign * block)
        if end.clipped:
            return end.threshold
    return np.inf


def ends_at(peak: float, step: float) -> list[End]:
    """The ends of a histogram to look at, from the narrowest on, for a sound with this peak."""
    return [End(peak, max(share * peak, 2 * step)) for share in SLICES] if peak > SILENT else []


class End:
    """The very end of a histogram, counted block by block.

    Attributes:
        peak: the sound's largest value.
        width: how far below it the end reaches.
    """

    def __init__(self, peak: float, width: float) -> None:
        self.peak, self.width = peak, width
        self._last = self._near = self._longest = self._equal = 0
        self._beside: Sound = np.empty(0, np.float32)  # what stands before samples at the end, each value once

    @property
    def lowest(self) -> float:
        """What is smaller doesn't count: blocks below need not be pushed."""
        return self.peak - 3 * self.width

    def push(self, values: Sound) -> None:
        """Count (frames,)."""
        at_end = values > self.peak - self.width
        self._near += int((values > self.lowest).sum())
        if not at_end.any():
            return
        self._last += int(at_end.sum())
        self._equal += int((values == self.peak).sum())
        self._longest = max(self._longest, longest_run(at_end))
        if len(self._beside) < MANY:
            self._beside = different([self._beside, values[:-1][at_end[1:]]], self.width)

    @property
    def clipped(self) -> bool:
        """Whether many samples lie at the end, hardly any just below, in runs or after different ones."""
        crowded = self._last >= TIMES_MORE * (self._near - self._last) / 2 + FEWEST
        return crowded and (self._longest >= SHORTEST_RUN or len(self._beside) >= MANY)

    @property
    def threshold(self) -> float:
        """At and beyond which samples are clipped."""
        return self.peak if self._equal >= FLAT * self._last else self.peak - self.width


def different(values: list[Sound], width: float) -> Sound:
    """Of values that differ by less than ``width``, one."""
    joined = np.concatenate(values)
    return joined[np.unique(np.round(joined / width), return_index=True)[1]]


def longest_run(hits: NDArray[np.bool_]) -> int:
    """Length of the longest run of True in (frames,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hits, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))

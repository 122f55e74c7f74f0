"""Clipped stretches: samples at and beyond the thresholds of `engine.clipping`, found without holding the recording.

The thresholds need the peaks, so the recording is read again; but only blocks that reach as high as they must. They
are looked for in the recording as a whole, where clipped samples are few, and in each ten seconds, where the level was
changed after clipping or a click reaches higher. Soft parts are not looked at alone: the crests of low tones hold
a value there as clipping does.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.audio import Readable
from engine.clipping import SLICES, Clipping, ends_at
from engine.findings.finding import Sound, Spot, Spots, joined, runs
from engine.progress import Control

NEARBY_S = 0.02
SEGMENT_S = 10.0
LEAST_PEAK = 0.1  # -20 dBFS, of a segment that is looked at alone
Bounds = tuple[int, int]


class Peaks:
    """The largest and smallest sample of each block and channel.

    Attributes:
        blocks: the first frame of each, and the frame after its last.
    """

    def __init__(self, channels: int) -> None:
        self.blocks: list[Bounds] = []
        self._levels: list[Sound] = []
        self._channels = channels

    def push(self, sound: Sound, start: int) -> None:
        """Take (channels, frames) that begin at ``start``."""
        self.blocks.append((start, start + sound.shape[1]))
        self._levels.append(np.stack([sound.max(axis=1), -sound.min(axis=1)]))

    def by_block(self) -> Sound:
        """(blocks, 2, channels): the magnitude at the positive and the negative end."""
        return np.stack(self._levels)


def clipped_spots(recording: Readable, peaks: Peaks, step: float, control: Control) -> Spots:
    """The clipped stretches, with the number of clipped samples and the threshold.

    Raises:
        Cancelled: the user stopped.
    """
    levels = peaks.by_block()
    whole = find_thresholds(recording, peaks.blocks, levels, step, control)
    blocks_each = max(1, round(SEGMENT_S * recording.rate / (peaks.blocks[0][1] - peaks.blocks[0][0])))
    found = Spots()
    for first in range(0, len(peaks.blocks), blocks_each):
        control.step("looking for clipping", first, len(peaks.blocks))
        part = slice(first, first + blocks_each)
        clipping = lower_of(
            whole, find_thresholds(recording, peaks.blocks[part], levels[part], step, control, LEAST_PEAK)
        )
        found.add(spots_of(recording, peaks.blocks[part], levels[part], clipping, control))
    return found


def lower_of(one: Clipping, other: Clipping) -> Clipping:
    """The lower thresholds of two."""
    return Clipping(np.minimum(one.upper, other.upper), np.minimum(one.lower, other.lower))


def spots_of(
    recording: Readable, blocks: list[Bounds], levels: Sound, clipping: Clipping, control: Control
) -> Iterator[Spot]:
    """The clipped stretches of some blocks."""
    reaching = (levels[:, 0] >= clipping.upper[:, 0]) | (levels[:, 1] >= clipping.lower[:, 0])
    distance = round(NEARBY_S * recording.rate)
    thresholds = np.fmin(clipping.upper, clipping.lower)[:, 0].tolist()
    for start, sound in read_some(recording, blocks, np.asarray(reaching.any(axis=1)), control):
        hit = clipping.hit(sound)
        for channel in np.flatnonzero(hit.any(axis=1)).tolist():
            places = runs(hit[channel]) + start
            level = thresholds[channel]
            spots = [Spot(first, last, (channel,), last - first, level) for first, last in places.tolist()]
            yield from joined(spots, distance, adds=True)


def find_thresholds(
    recording: Readable, blocks: list[Bounds], levels: Sound, step: float, control: Control, least_peak: float = 0.0
) -> Clipping:
    """What `engine.clipping.find_clipping` finds, for a recording that is read in blocks; nothing below a peak."""
    tops = levels.max(axis=0)  # (2, channels)
    tops = np.where(tops >= least_peak, tops, 0)
    ends = [[ends_at(float(top), step) for top in side] for side in tops]
    widest = np.maximum(SLICES[-1] * tops, 2 * step)
    high: NDArray[np.bool_] = np.any((levels > tops - 3 * widest) & (tops > 0), axis=(1, 2))
    for _, sound in read_some(recording, blocks, high, control):
        for sign, side in zip((1, -1), ends, strict=True):
            for samples, choices in zip(sound, side, strict=True):
                values = np.float32(sign) * samples
                for end in choices:
                    end.push(values)
    thresholds = [
        [next((end.threshold for end in choices if end.clipped), np.inf) for choices in side] for side in ends
    ]
    upper, lower = np.array(thresholds, np.float32)
    return Clipping(upper[:, None], lower[:, None])


def read_some(
    recording: Readable, blocks: list[Bounds], wanted: NDArray[np.bool_], control: Control
) -> Iterator[tuple[int, Sound]]:
    """The blocks that are wanted, each with its first frame."""
    for (start, stop), is_wanted in zip(blocks, wanted, strict=True):
        if is_wanted:
            control.check("looking for clipping")
            yield start, recording.read(start, stop)

"""Level as a listener and a converter meet it: integrated loudness and true peak, ITU-R BS.1770-4."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from engine.measuring.k_weighting import KWeighting
from engine.measuring.measures import finite, ratio_db
from engine.measuring.streams import Resampler, Samples

Floats = npt.NDArray[np.float64]

LUFS_SEGMENTS_PER_S, LUFS_SEGMENTS = 10, 4  # 400 ms blocks every 100 ms


class Loudness:
    """Integrated loudness of several signals side by side, ITU-R BS.1770-4 Annex 1.

    K-weighting, count of blocks and gates as pyloudnorm has them: the last block counts when it lacks less
    than 50 ms. Every channel has weight 1: an array doesn't say which channels are surrounds.
    """

    def __init__(self, rate: int, channels: int, signals: int = 2) -> None:
        """``channels`` of each; two signals are reference and result."""
        self._weighting = KWeighting(rate, signals * channels)
        self._rate, self._frames, self._signals = rate, 0, signals
        self._segments: list[Floats] = []

    def push(self, block: Samples) -> None:
        """Take ``(signals * C, n)``."""
        if not block.shape[1]:
            return
        weighted = self._weighting.push(block.astype(np.float64))
        # (signals * C, n) -> (signals, C, n) -> (signals, n)
        power = np.square(weighted).reshape(self._signals, -1, block.shape[1]).sum(axis=1)
        started = len(self._segments)
        # Segment k starts at frame k rate // 10; these start within the block.
        end = (LUFS_SEGMENTS_PER_S * (self._frames + block.shape[1]) - 1) // self._rate + 1
        starts = [k * self._rate // LUFS_SEGMENTS_PER_S - self._frames for k in range(started, end)]
        if not starts or starts[0] > 0:
            self._segments[-1] += power[:, : starts[0] if starts else None].sum(axis=1)
        if starts:
            self._segments.extend(np.add.reduceat(power, starts, axis=1).T.copy())
        self._frames += block.shape[1]

    def integrated(self) -> tuple[float | None, ...]:
        """LUFS of each signal; None below 0.4 s, and where no block passes the gate at -70 LUFS."""
        block_s = LUFS_SEGMENTS / LUFS_SEGMENTS_PER_S
        length_s = self._frames / self._rate
        if length_s < block_s:
            return (None,) * self._signals
        blocks = round((length_s - block_s) * LUFS_SEGMENTS_PER_S) + 1
        segments = np.zeros((blocks + LUFS_SEGMENTS - 1, self._signals))
        held = self._segments[: len(segments)]
        segments[: len(held)] = held
        windows = np.lib.stride_tricks.sliding_window_view(segments, LUFS_SEGMENTS, axis=0)
        power = windows.sum(axis=-1) / (block_s * self._rate)
        return tuple(gated_lufs(power[:, signal]) for signal in range(self._signals))


def gated_lufs(power: Floats) -> float | None:
    """BS.1770-4, eq. 5 to 7, of the channels' summed mean square per 400 ms block ``(blocks,)``."""
    if not np.isfinite(power).all():
        return None
    above = power[power >= 10 ** ((-70.0 + 0.691) / 10)]
    if not above.size:
        return None
    gated = above[above > above.mean() / 10]
    return finite(-0.691 + 10 * math.log10(gated.mean()))


class TruePeak:
    """Greatest sample of the signal oversampled four times, ITU-R BS.1770-4 Annex 2; the filter is soxr's.

    Twice is enough from 96 kHz on, once from 192 kHz on.
    """

    def __init__(self, rate: int, channels: int) -> None:
        factor = 4 if rate < 96000 else 2 if rate < 192000 else 1
        self._resampler = Resampler(rate, factor * rate, channels)
        self._peak = 0.0

    def push(self, block: Samples, last: bool) -> None:
        """Take ``(C, n)``."""
        for signal in (block, self._resampler.push(block, last)):
            if signal.size:
                # max() of Python would let NaN pass for silence
                self._peak = float(np.maximum(self._peak, np.abs(signal).max()))

    def dbtp(self) -> float | None:
        """Decibels relative to full scale; None for silence."""
        return ratio_db(self._peak**2, 1.0)

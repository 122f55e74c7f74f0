"""Level as a listener and a converter meet it: integrated loudness and true peak, ITU-R BS.1770-5.

A sample array doesn't say where its channels belong. Five are taken as L R C Ls Rs, six as L R C LFE Ls Rs and
eight as L R C LFE Lb Rb Ls Rs, the order of WAVE and FLAC; any other number counts alike. A recording of so many
channels in another order, or of that many microphones, is weighted wrongly.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from engine.measuring.k_weighting import KWeighting
from engine.measuring.measures import finite, ratio_db
from engine.measuring.streams import Resampler, Samples

Floats = npt.NDArray[np.float64]

LUFS_SEGMENTS_PER_S, LUFS_SEGMENTS = 10, 4  # 400 ms blocks every 100 ms
# BS.1770-5, Table 3 and 4: a loudspeaker 60 to 120 degrees to the side counts 1.5 dB more, the LFE not at all.
FRONT, SURROUND, LFE = 1.0, 1.41, 0.0
CHANNEL_WEIGHTS = {
    5: (FRONT, FRONT, FRONT, SURROUND, SURROUND),
    6: (FRONT, FRONT, FRONT, LFE, SURROUND, SURROUND),
    8: (FRONT, FRONT, FRONT, LFE, FRONT, FRONT, SURROUND, SURROUND),  # what is behind, 135 degrees, counts as front
}


class Loudness:
    """Integrated loudness of several signals side by side, ITU-R BS.1770-5 Annex 1; a block cut short doesn't count."""

    def __init__(self, rate: int, channels: int, signals: int = 2) -> None:
        """``channels`` of each; two signals are reference and result."""
        self._weighting = KWeighting(rate, signals * channels)
        self._weights = channel_weights(channels)
        self._rate, self._frames, self._signals = rate, 0, signals
        self._segments: list[Floats] = []

    def push(self, block: Samples) -> None:
        """Take ``(signals * C, n)``."""
        if not block.shape[1]:
            return
        weighted = self._weighting.push(block.astype(np.float64))
        # (signals * C, n) -> (signals, C, n) -> (signals, n)
        power = self._weights @ np.square(weighted).reshape(self._signals, -1, block.shape[1])
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
        whole = LUFS_SEGMENTS_PER_S * self._frames // self._rate
        if whole < LUFS_SEGMENTS:
            return (None,) * self._signals
        windows = np.lib.stride_tricks.sliding_window_view(np.array(self._segments[:whole]), LUFS_SEGMENTS, axis=0)
        power = windows.sum(axis=-1) * LUFS_SEGMENTS_PER_S / (LUFS_SEGMENTS * self._rate)
        return tuple(gated_lufs(power[:, signal]) for signal in range(self._signals))


def channel_weights(channels: int) -> Floats:
    """By how much the power of each channel counts, ``(channels,)``; see the module for whose place is assumed."""
    return np.array(CHANNEL_WEIGHTS.get(channels, (FRONT,) * channels))


def gated_lufs(power: Floats) -> float | None:
    """BS.1770-5, eq. 5 to 7, of the channels' summed mean square per 400 ms block ``(blocks,)``."""
    if not np.isfinite(power).all():
        return None
    above = power[power >= 10 ** ((-70.0 + 0.691) / 10)]
    if not above.size:
        return None
    gated = above[above > above.mean() / 10]
    return finite(-0.691 + 10 * math.log10(gated.mean()))


class TruePeak:
    """Greatest sample of the signal oversampled four times, ITU-R BS.1770-5 Annex 2; the filter is soxr's.

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

"""Levels of what is heard: peak, true peak, loudness, correlation of the channels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.playback.matching import lufs
from engine.measuring.k_weighting import KWeighting
from engine.measuring.loudness import TruePeak, channel_weights, gated_lufs

MOMENTARY, SHORT_TERM = 4, 30  # segments of 0.1 s: EBU Tech 3341
SEGMENTS_PER_S = 10
HOLD_S = 2.0
LONGEST_S = 3600  # of integrated loudness; older segments are left out


@dataclass(frozen=True)
class Levels:
    """What meters show; None where there is nothing to show.

    Attributes:
        peak_db, held_db: greatest sample of each channel since the last look, and of the last seconds.
        true_peak_db: since the beginning, oversampled, in dBTP.
        momentary, short_term, integrated: LUFS over 0.4 s, 3 s, and since the beginning.
        correlation: of the first two channels over 0.4 s, -1 to 1.
    """

    peak_db: tuple[float, ...] = ()
    held_db: tuple[float, ...] = ()
    true_peak_db: float | None = None
    momentary: float | None = None
    short_term: float | None = None
    integrated: float | None = None
    correlation: float | None = None


class Meters:
    """Levels of a stream of sound, pushed block by block.

    Attributes:
        channels: that are metered.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self._rate, self.channels = rate, channels
        self._weights = channel_weights(channels)
        self._segment = max(1, rate // SEGMENTS_PER_S)
        self.reset()

    def reset(self) -> None:
        """Forget all that was heard."""
        self._weighting, self._true_peak = KWeighting(self._rate, self.channels), TruePeak(self._rate, self.channels)
        self._rest = np.zeros((self.channels, 0), np.float64)
        self._weighted = np.zeros((self.channels, 0), np.float64)
        self._powers: list[float] = []
        self._integrated_of = 0
        self._integrated_lufs: float | None = None
        self._products: list[NDArray[np.float64]] = []
        self._peaks: NDArray[np.float64] = np.zeros(self.channels)
        self._held: NDArray[np.float64] = np.zeros(self.channels)
        self._held_for: NDArray[np.float64] = np.zeros(self.channels)

    def push(self, block: NDArray[np.float32]) -> None:
        """Take ``(frames, channels)``."""
        if not len(block):
            return
        sound = np.ascontiguousarray(block.T)
        self._peaks = np.abs(sound).max(axis=1).astype(np.float64)
        self._held_for += len(block) / self._rate
        greater = (self._peaks >= self._held) | (self._held_for > HOLD_S)
        self._held = np.where(greater, self._peaks, self._held)
        self._held_for = np.where(greater, 0.0, self._held_for)
        self._true_peak.push(sound, last=False)
        wide = sound.astype(np.float64)
        self._rest = np.concatenate([self._rest, wide], axis=1)
        self._weighted = np.concatenate([self._weighted, self._weighting.push(wide)], axis=1)
        while self._rest.shape[1] >= self._segment:
            self._close_segment()

    def levels(self) -> Levels:
        """What there is to show now."""
        return Levels(
            tuple(map(decibels, self._peaks)),
            tuple(map(decibels, self._held)),
            self._true_peak.dbtp(),
            self._over(MOMENTARY),
            self._over(SHORT_TERM),
            self._integrated(),
            self._correlation(),
        )

    def _close_segment(self) -> None:
        part, self._rest = self._rest[:, : self._segment], self._rest[:, self._segment :]
        weighted, self._weighted = self._weighted[:, : self._segment], self._weighted[:, self._segment :]
        self._powers.append(float((self._weights @ np.square(weighted)).mean()))
        if self.channels > 1:
            self._products.append(np.array([part[0] @ part[1], part[0] @ part[0], part[1] @ part[1]]))
        del self._powers[: -LONGEST_S * SEGMENTS_PER_S], self._products[:-MOMENTARY]

    def _over(self, segments: int) -> float | None:
        return lufs(float(np.mean(self._powers[-segments:]))) if len(self._powers) >= segments else None

    def _integrated(self) -> float | None:
        if len(self._powers) < MOMENTARY:
            return None
        if len(self._powers) != self._integrated_of:
            self._integrated_of = len(self._powers)
            sums = np.cumsum([0.0, *self._powers])
            self._integrated_lufs = gated_lufs((sums[MOMENTARY:] - sums[:-MOMENTARY]) / MOMENTARY)
        return self._integrated_lufs

    def _correlation(self) -> float | None:
        if not self._products:
            return None
        product, left, right = np.sum(self._products, axis=0)
        return float(product / math.sqrt(left * right)) if left > 0 and right > 0 else None


def decibels(peak: float) -> float:
    """A peak in dBFS; minus infinity for silence."""
    return 20 * math.log10(peak) if peak > 0 else -math.inf

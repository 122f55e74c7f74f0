"""The long-term spectrum of a recording, from frames spread over it, and what it says: a band limit, hum.

The band limit is that of the task `extend` (`engine.cutoff`), looked for in the louder half of the frames. Hum is lines
at 50 or 60 Hz and their harmonics that stand out of what lies beside them all the time: in the quieter frames too,
which a bass does not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.cutoff import DEEPEST_DB, SMOOTHED_HZ, steepest_fall_hz
from engine.findings.finding import Sound

BIN_HZ = 12.0  # or finer
MOST_FRAMES = 16384
CLASS_DB = 3.0  # frames are summed by level, so that the louder half is known in the end
CLASSES = 60  # down to -180 dB
LOUD_SHARE = 0.5
HIGHEST_SHARE = 0.9  # of half the rate: what ends above is the filter of a converter

Spectrum = NDArray[np.floating]


class LongTermSpectrum:
    """The mean power of a recording's louder frames, gathered block by block."""

    def __init__(self, rate: int, frames: int) -> None:
        self._rate = rate
        self.size = 1 << max(6, (round(rate / BIN_HZ) - 1).bit_length())
        self._every = max(1, -(-frames // (self.size * MOST_FRAMES)))
        self._sums = np.zeros((CLASSES, self.size // 2 + 1))
        self._counts = np.zeros(CLASSES, int)
        self._window = np.hanning(self.size).astype(np.float32)
        self._met = 0

    def push(self, sound: Sound) -> None:
        """Take (channels, frames); what doesn't fill a frame is left out."""
        whole = sound.shape[1] // self.size
        places = [place for place in range(whole) if (self._met + place) % self._every == 0]
        self._met += whole
        if not places:
            return
        pieces = sound[:, : whole * self.size].reshape(len(sound), whole, self.size)[:, places]
        power = np.square(np.abs(np.fft.rfft(pieces * self._window))).mean(axis=0)  # (C, n, bins) -> (n, bins)
        total = power.sum(axis=1) / np.square(self._window).sum() / self.size * 2
        classes = np.clip(-10 * np.log10(np.maximum(total, 1e-30)) // CLASS_DB, 0, CLASSES - 1).astype(int)
        for level in np.unique(classes):
            self._sums[level] += power[classes == level].sum(axis=0)
        self._counts += np.bincount(classes, minlength=CLASSES)

    def loud_db(self) -> tuple[Spectrum, Spectrum]:
        """The smoothed level of the louder half of the frames and its bins: dB and Hz."""
        enough = int(np.searchsorted(np.cumsum(self._counts), LOUD_SHARE * self._counts.sum())) + 1
        mean = self._sums[:enough].sum(axis=0) / max(1, self._counts[:enough].sum())
        bins_hz = np.fft.rfftfreq(self.size, 1 / self._rate)
        smooth = smoothed(mean, max(1, round(SMOOTHED_HZ / bins_hz[1])))
        return 10 * np.log10(np.maximum(smooth, smooth.max() * 10 ** (-DEEPEST_DB / 10)) + 1e-14), bins_hz

    def cutoff_hz(self) -> float | None:
        """Where the recording's band ends; None where it doesn't below 0.9 of half the rate, or nothing is heard."""
        if not self._counts[:-1].any():
            return None
        level_db, bins_hz = self.loud_db()
        return steepest_fall_hz(level_db, bins_hz, HIGHEST_SHARE * self._rate / 2)


def smoothed(values: Spectrum, width: int) -> Spectrum:
    """The running mean of (n,) over ``width``, with the ends mirrored."""
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="reflect")
    return np.asarray(np.convolve(padded, np.full(width, 1 / width), mode="valid"))

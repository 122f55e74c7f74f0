"""The distance of two log-mels as the model sees them: 16 kHz, 64 Slaney bands up to 8 kHz."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.filterbank import mel_filterbank
from engine.measuring.frames import Framer, hann, power_spectra
from engine.measuring.measures import finite
from engine.measuring.streams import Samples

Floats = npt.NDArray[np.float64]

MEL_RATE, MEL_FFT, MEL_HOP, MEL_BANDS, MEL_LOW_HZ, MEL_HIGH_HZ = 16000, 1024, 160, 64, 0.0, 8000.0
MEL_PAD = (MEL_FFT - MEL_HOP) // 2
MEL_FLOOR = 1e-5

DB_PER_NEPER = 20.0 / math.log(10.0)


class MelDistance:
    """Mean |difference| of the log-mel of two signals at 16 kHz (see `engine.metrics.mel_pair`).

    Args:
        channels: of each.
        means: what is taken off, per channel.
        gain: by what both are then multiplied.
    """

    def __init__(self, channels: int, means: Sequence[float], gain: float) -> None:
        self._framer = Framer(2 * channels, MEL_FFT, MEL_HOP, MEL_PAD)
        self._window = hann(MEL_FFT).astype(np.float64)
        self._means = np.tile(np.asarray(means, np.float32), 2)[:, None]
        self._gain = gain
        bank = mel_filterbank(MEL_RATE, MEL_FFT, MEL_BANDS, MEL_LOW_HZ, MEL_HIGH_HZ)
        self._bank = bank.T.astype(np.float64)
        self._sum, self._count = 0.0, 0

    def analyse(self, block: Samples, last: bool) -> Floats:
        """Log-mel ``(2, T, 64)`` of the frames that ``(2C, n)`` at 16 kHz completes."""
        frames = self._framer.push((block - self._means).astype(np.float32), last)
        spectrum = power_spectra(frames, self._window * self._gain, MEL_FFT)
        # (2C, T, F) -> (2, C, T, F) -> (2, T, F)
        power = spectrum.reshape(2, len(frames) // 2, *spectrum.shape[1:]).mean(axis=1)
        mel: Floats = np.log(np.maximum(np.sqrt(power) @ self._bank, MEL_FLOOR))
        return mel

    def push(self, block: Samples, last: bool) -> None:
        """Take ``(2C, n)`` at 16 kHz: reference, result."""
        mel = self.analyse(block, last)
        self._sum += float(np.abs(mel[1] - mel[0]).sum())
        self._count += mel[0].size

    def mean_db(self) -> float | None:
        """Mean over bands and time; None where no frame was complete."""
        return finite(DB_PER_NEPER * self._sum / self._count) if self._count else None

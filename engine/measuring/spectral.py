"""Measures of the whole band's spectrum: log-spectral distance, band energies, multi-resolution STFT loss.

Sources: Gray and Markel, IEEE Trans. ASSP 24(5), 1976; Yamamoto et al., "Parallel WaveGAN", ICASSP 2020.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from engine.measuring.frames import Framer, hann, power_spectra
from engine.measuring.measures import BandRetention, finite
from engine.measuring.streams import Samples

Floats = npt.NDArray[np.float64]

LSD_FFT, LSD_HOP, LSD_RANGE_DB = 2048, 512, 80.0
# Table 1 of Yamamoto et al. 2020 (FFT, hop, window), in samples whatever the rate.
MRSTFT_RESOLUTIONS = ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240))
MRSTFT_FLOOR = 1e-7  # on the power, as in the authors' code
LOW_BAND_HZ, HIGH_BAND_HZ = 500.0, 4000.0
BAND_EMPTY = 1e-7  # a band that holds less of the reference's energy, -70 dB, has nothing to keep but a file's noise


class SpectralDistance:
    """Log-spectral distance and band energies, from one STFT (Hann 2048, hop 512)."""

    def __init__(self, rate: int, channels: int, peak: float) -> None:
        self._framer = Framer(2 * channels, LSD_FFT, LSD_HOP, LSD_FFT // 2)
        self._window = hann(LSD_FFT)
        self._floor = peak * 10 ** (-LSD_RANGE_DB / 10)
        self._bands = band_weights(rate)
        self._energy = np.zeros((2, 3))
        self._sum, self._count = 0.0, 0

    def push(self, block: Samples, last: bool) -> None:
        """Take ``(2C, n)``: reference, result."""
        frames = self._framer.push(block, last)
        if not frames.shape[1]:
            return
        # (2C, T, n) -> (2, C*T, F): reference, result
        power = power_spectra(frames, self._window, LSD_FFT).reshape(2, -1, LSD_FFT // 2 + 1)
        self._energy += power.sum(axis=1, dtype=np.float64) @ self._bands
        if self._floor > 0:
            level_db = 10 * np.log10(np.maximum(power, self._floor))
            difference_db = level_db[1] - level_db[0]
            self._sum += float(np.sqrt(np.mean(difference_db**2, axis=-1)).sum(dtype=np.float64))
            self._count += power.shape[1]

    def mean_db(self) -> float | None:
        """Mean distance of a frame; None for a silent reference."""
        return finite(self._sum / self._count) if self._count else None

    def retention(self) -> BandRetention:
        """Energy of the result in percent of the reference's, by band."""
        reference, result = self._energy
        least = BAND_EMPTY * reference.sum()
        shares = [
            finite(100 * float(after / before)) if before > least else None
            for before, after in zip(reference, result, strict=True)
        ]
        return BandRetention(*shares)


def band_weights(rate: int) -> Floats:
    """How much each bin of the STFT counts in each band's energy, ``(F, 3)``: twice but for 0 Hz and half the rate."""
    bins_hz = np.fft.rfftfreq(LSD_FFT, 1 / rate)
    sides = np.where((bins_hz > 0) & (bins_hz < rate / 2), 2.0, 1.0)
    band = np.where(bins_hz < LOW_BAND_HZ, 0, np.where(bins_hz <= HIGH_BAND_HZ, 1, 2))
    return np.asarray(sides[:, None] * (band[:, None] == np.arange(3)))


class StftResolution:
    """One resolution of the multi-resolution STFT loss: spectral convergence + log magnitude, eq. 6 and 7."""

    def __init__(self, channels: int, n_fft: int, hop: int, window: int) -> None:
        self._framer = Framer(2 * channels, window, hop, window // 2)
        self._window = hann(window)
        self._n_fft = n_fft
        self._difference, self._reference, self._log, self._count = 0.0, 0.0, 0.0, 0

    def push(self, block: Samples, last: bool) -> None:
        """Take ``(2C, n)``: reference, result."""
        frames = self._framer.push(block, last)
        if not frames.shape[1]:
            return
        power = power_spectra(frames, self._window, self._n_fft).reshape(2, -1)
        self._reference += float(power[0].sum(dtype=np.float64))
        magnitude = np.sqrt(np.maximum(power, MRSTFT_FLOOR, out=power))
        self._difference += float(np.square(magnitude[1] - magnitude[0]).sum(dtype=np.float64))
        logarithm = np.log(magnitude, out=magnitude)
        self._log += float(np.abs(logarithm[1] - logarithm[0]).sum(dtype=np.float64))
        self._count += magnitude.shape[1]

    def loss(self) -> float:
        """The two terms' sum; NaN for a silent reference."""
        if self._reference <= 0:
            return math.nan
        return math.sqrt(self._difference / self._reference) + self._log / self._count

"""Hum: lines at multiples of 50 or 60 Hz that are there all the time.

The recording is brought down to about 2 kHz by averaging, and cut into frames of 4 s. In the quieter frames' spectrum
(the lower quartile over time, which a bass part that comes and goes leaves low) each harmonic is compared with the
median of what lies within 8 Hz. The channels' powers are averaged, not their samples: hum is often out of phase
between them. Averaging over time lets higher sound fold down; it adds to the floor, not to lines all the time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.findings.finding import Sound

FRAME_S = 4.0
LOW_RATE_HZ = 2000
MAINS_HZ = (50.0, 60.0)
HARMONICS = 8
TOLERANCE_HZ = 0.5
BESIDE_HZ = 8.0
LEAST_DB = 15.0
FEWEST_LINES = 2
FEWEST_FRAMES = 3
LEAST_LEVEL = 3e-5  # amplitude of the strongest line: -90 dBFS
MOST_FRAMES = 1800  # two hours; later ones are left out


class Hum:
    """Gathers the low end of a recording, block by block."""

    def __init__(self, rate: int) -> None:
        self._factor = max(1, rate // LOW_RATE_HZ)
        self.rate = rate / self._factor
        self._size = round(FRAME_S * self.rate)
        self._held: Sound | None = None  # (channels, frames) at the low rate
        self._spectra: list[NDArray[np.float32]] = []

    def push(self, sound: Sound) -> None:
        """Take (channels, frames); frames that don't fill one at the low rate are left out."""
        whole = sound.shape[1] // self._factor
        low = sound[:, : whole * self._factor].reshape(len(sound), whole, self._factor).mean(axis=2)
        held = low if self._held is None else np.concatenate([self._held, low], axis=1)
        while held.shape[1] >= self._size and len(self._spectra) < MOST_FRAMES:
            window = np.hanning(self._size)
            amplitudes = np.abs(np.fft.rfft(held[:, : self._size] * window)) * (2 / window.sum())
            spectrum = np.sqrt(np.mean(amplitudes**2, axis=0))  # (channels, bins) -> (bins,)
            self._spectra.append(spectrum[: round(MAINS_HZ[-1] * (HARMONICS + 1) * FRAME_S)].astype(np.float32))
            held = held[:, self._size :]
        self._held = held

    def found(self) -> tuple[float, float] | None:
        """The mains' frequency in Hz and how far its strongest line stands out in dB; None without hum."""
        if len(self._spectra) < FEWEST_FRAMES:
            return None
        steady = np.quantile(np.stack(self._spectra), 0.25, axis=0)
        best: tuple[float, float] | None = None
        for mains_hz in MAINS_HZ:
            lines = [line_db(steady, mains_hz * k, self.rate / self._size) for k in range(1, HARMONICS + 1)]
            strong = [db for db in lines if db >= LEAST_DB]
            if len(strong) >= FEWEST_LINES and (best is None or max(strong) > best[1]):
                best = mains_hz, max(strong)
        return best


def line_db(steady: NDArray[np.floating], hz: float, bin_hz: float) -> float:
    """How far the line near ``hz`` stands out of the amplitudes (bins,) beside it, in dB; 0 where it is too soft."""
    near = slice(round((hz - TOLERANCE_HZ) / bin_hz), round((hz + TOLERANCE_HZ) / bin_hz) + 1)
    wide = steady[round((hz - BESIDE_HZ) / bin_hz) : round((hz + BESIDE_HZ) / bin_hz) + 1]
    peak = float(steady[near].max(initial=0.0))
    if peak < LEAST_LEVEL or not wide.size:
        return 0.0
    return float(20 * np.log10(peak / max(float(np.median(wide)), 1e-9)))

"""Short-time spectra of a stream: overlapping frames, their window, their power."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.measuring.streams import Samples

Spectra = npt.NDArray[np.floating]


class Framer:
    """Overlapping frames of a stream that is reflect-padded at both ends."""

    def __init__(self, channels: int, size: int, hop: int, pad: int) -> None:
        assert size - hop > pad, "the end's reflection must still be held"
        self._size, self._hop, self._pad = size, hop, pad
        self._held: Samples = np.zeros((channels, 0), np.float32)
        self._started = False

    def push(self, block: Samples, last: bool) -> Samples:
        """``(C, n)`` -> ``(C, T, size)``; T may be 0."""
        held = np.concatenate([self._held, block], axis=1)
        if last and held.shape[1]:
            left = 0 if self._started else self._pad
            held = np.pad(held, ((0, 0), (left, self._pad)), mode="reflect")
        elif not self._started and held.shape[1] > self._pad:
            held = np.pad(held, ((0, 0), (self._pad, 0)), mode="reflect")
            self._started = True
        elif not self._started:
            self._held = held
            return np.zeros((len(held), 0, self._size), np.float32)
        count = max(0, (held.shape[1] - self._size) // self._hop + 1)
        self._held = held[:, count * self._hop :].copy()
        if not count:
            return np.zeros((len(held), 0, self._size), np.float32)
        return np.lib.stride_tricks.sliding_window_view(held, self._size, axis=1)[:, :: self._hop]


def power_spectra(frames: Spectra, window: Spectra, n_fft: int) -> Spectra:
    """|S|^2 of ``(..., n)`` frames, ``(..., n_fft // 2 + 1)``, in the precision of the window."""
    from scipy.fft import rfft  # imported late, and five times as fast as numpy's on many short frames

    if not frames.size:
        return np.zeros((*frames.shape[:-1], n_fft // 2 + 1), window.dtype)
    spectrum = rfft(frames * window, n_fft, axis=-1, overwrite_x=True)
    power: Spectra = spectrum.real**2 + spectrum.imag**2
    return power


def hann(size: int) -> Samples:
    """Periodic Hann window."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)

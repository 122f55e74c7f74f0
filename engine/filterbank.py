"""Slaney's mel filterbank in numpy, shared by the analysis for the model and by the measures.

Source: M. Slaney, "Auditory Toolbox", 1998: linear below 1 kHz (3 mels per 200 Hz), logarithmic above
(27 mels per factor of 6.4), each triangle of area 1. Equal to librosa's ``filters.mel(htk=False,
norm="slaney")``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.errors import InputError

FloatArray = npt.NDArray[np.float64]

_HZ_PER_MEL = 200.0 / 3.0
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27.0


def hz_to_mel(hz: npt.ArrayLike) -> FloatArray:
    """Slaney mels of a frequency in Hz; any shape."""
    hz = np.asarray(hz, np.float64)
    above = _BREAK_MEL + np.log(np.maximum(hz, _BREAK_HZ) / _BREAK_HZ) / _LOG_STEP
    return np.where(hz < _BREAK_HZ, hz / _HZ_PER_MEL, above)


def mel_to_hz(mel: npt.ArrayLike) -> FloatArray:
    """Frequency in Hz of Slaney mels; any shape."""
    mel = np.asarray(mel, np.float64)
    above = _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(mel, _BREAK_MEL) - _BREAK_MEL))
    return np.where(mel < _BREAK_MEL, mel * _HZ_PER_MEL, above)


def mel_edges_hz(bands: int, low_hz: float, high_hz: float) -> FloatArray:
    """Corners in Hz, ``(bands + 2,)``: band k rises from corner k, peaks at k + 1 and ends at k + 2."""
    return mel_to_hz(np.linspace(hz_to_mel(low_hz), hz_to_mel(high_hz), bands + 2))


def mel_filterbank(rate: float, n_fft: int, bands: int, low_hz: float, high_hz: float) -> npt.NDArray[np.float32]:
    """Triangles ``(bands, n_fft // 2 + 1)``, float32, to multiply onto a magnitude spectrum.

    Raises:
        InputError: no band, or a range outside 0 Hz to Nyquist.
    """
    if bands < 1 or n_fft < 2:
        raise InputError(f"mel filterbank of {bands} bands over an FFT of {n_fft}; accepted: 1 and 2 or more")
    if not 0 <= low_hz < high_hz <= rate / 2:
        raise InputError(f"mel range is {low_hz:g} to {high_hz:g} Hz; accepted: rising, within 0 to {rate / 2:g} Hz")
    bins_hz = np.fft.rfftfreq(n_fft, 1.0 / rate)
    edges_hz = mel_edges_hz(bands, low_hz, high_hz)[:, None]
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising = (bins_hz - low) / (centre - low)
    falling = (high - bins_hz) / (high - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * 2.0 / (high - low)).astype(np.float32)

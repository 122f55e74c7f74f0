"""K-weighting, ITU-R BS.1770-4 Annex 1, for any rate, with numpy alone.

Both stages as second-order filters with the parameters that pyloudnorm has (Robert Bristow-Johnson's cookbook), so that
figures agree with it. They are applied as one finite response by FFT: after 125 ms it has decayed by 250 dB. A window
that measures so needs no scipy.signal, whose import would stall it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SHELF_DB, SHELF_Q, SHELF_HZ = 4.0, 1 / math.sqrt(2), 1500.0
PASS_Q, PASS_HZ = 0.5, 38.0
RESPONSE_S = 0.125
ALIASED = 4  # times the response's length: what is beyond folds back


class KWeighting:
    """A stream of sound, weighted block by block; as many samples come out as go in."""

    def __init__(self, rate: int, channels: int) -> None:
        self._response = impulse_response(rate)
        self._before: Floats = np.zeros((channels, len(self._response) - 1))
        self._spectra: dict[int, npt.NDArray[np.complex128]] = {}

    def push(self, block: Floats) -> Floats:
        """``(C, n)`` -> ``(C, n)``."""
        held = np.concatenate([self._before, block], axis=1)
        size = 1 << (held.shape[1] - 1).bit_length()
        if size not in self._spectra:
            self._spectra[size] = np.fft.rfft(self._response, size)
        with np.errstate(invalid="ignore"):  # NaN and Inf pass, as from any filter
            weighted = np.fft.irfft(np.fft.rfft(held, size) * self._spectra[size], size)
        self._before = held[:, held.shape[1] - self._before.shape[1] :]
        return np.asarray(weighted[:, len(self._response) - 1 : held.shape[1]])


def impulse_response(rate: int) -> Floats:
    """Both stages' answer to one sample, ``(frames,)``."""
    frames = math.ceil(RESPONSE_S * rate)
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(1 << (ALIASED * frames).bit_length()))
    response = np.ones_like(z)
    for b, a in (high_shelf(rate), high_pass(rate)):
        response *= np.polyval(b[::-1], z) / np.polyval(a[::-1], z)
    return np.asarray(np.fft.irfft(response)[:frames])


def high_shelf(rate: int) -> tuple[Floats, Floats]:
    """The head's effect: numerator and denominator, powers of 1/z rising."""
    A, w = 10 ** (SHELF_DB / 40), 2 * math.pi * SHELF_HZ / rate
    alpha, c = math.sin(w) / (2 * SHELF_Q), math.cos(w)
    root = 2 * math.sqrt(A) * alpha
    b = [A * (A + 1 + (A - 1) * c + root), -2 * A * (A - 1 + (A + 1) * c), A * (A + 1 + (A - 1) * c - root)]
    a = [A + 1 - (A - 1) * c + root, 2 * (A - 1 - (A + 1) * c), A + 1 - (A - 1) * c - root]
    return np.array(b) / a[0], np.array(a) / a[0]


def high_pass(rate: int) -> tuple[Floats, Floats]:
    """The ear's deafness to low sound: numerator and denominator, powers of 1/z rising."""
    w = 2 * math.pi * PASS_HZ / rate
    alpha, c = math.sin(w) / (2 * PASS_Q), math.cos(w)
    b, a = [(1 + c) / 2, -(1 + c), (1 + c) / 2], [1 + alpha, -2 * c, 1 - alpha]
    return np.array(b) / a[0], np.array(a) / a[0]

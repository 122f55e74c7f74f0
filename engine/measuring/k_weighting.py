"""K-weighting, ITU-R BS.1770-5 Annex 1, for any rate, with numpy alone.

The Recommendation gives both stages as second-order filters at 48 kHz (Tables 1 and 2) and asks for the same response
at other rates. Their analogue prototypes follow from the tables by undoing the bilinear transform, and are
transformed anew with the frequencies of their corners kept. They are applied as one finite response by FFT: after
125 ms it has decayed by 250 dB. A window that measures so needs no scipy.signal, whose import would stall it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Row = tuple[float, float, float]
Table = tuple[Row, Row]

# Numerator and denominator at 48 kHz, powers of 1/z rising.
TABLE_RATE = 48000
SHELF_TABLE = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
PASS_TABLE = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
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
    for table in (SHELF_TABLE, PASS_TABLE):
        b, a = at_rate(table, rate)
        response *= np.polyval(b[::-1], z) / np.polyval(a[::-1], z)
    return np.asarray(np.fft.irfft(response)[:frames])


def at_rate(table: Table, rate: int) -> tuple[Floats, Floats]:
    """A second-order filter that is given at 48 kHz, at another rate: numerator and denominator.

    With ``1/z = (1 - s) / (1 + s)`` a polynomial b0 + b1/z + b2/z^2 becomes, but for a common factor,
    ``(b0 + b1 + b2) + 2 (b0 - b2) s + (b0 - b1 + b2) s^2``, and so does that one again. The corner is where the first
    and last term of the denominator are equal; s is stretched so that it stays at its frequency.
    """
    (n0, n1, n2), (d0, d1, d2) = (bilinear(row) for row in table)
    corner = math.sqrt(d0 / d2)
    k = corner / math.tan(math.atan(corner) * TABLE_RATE / rate)
    b, a = (np.array(bilinear((c0, k * c1, k * k * c2))) for c0, c1, c2 in ((n0, n1, n2), (d0, d1, d2)))
    return b / a[0], a / a[0]


def bilinear(row: Row) -> Row:
    """Coefficients of a second-order polynomial in 1/z as those of one in s, but for a factor; and back."""
    c0, c1, c2 = row
    return c0 + c1 + c2, 2 * (c0 - c2), c0 - c1 + c2

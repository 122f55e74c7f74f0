"""The band that is visible, on a linear, logarithmic or mel axis.

Mel is Slaney's (linear to 1 kHz, logarithmic above), as the engine's models hear. A logarithm has no zero: that
axis begins at 20 Hz, and its lower end stands for everything below.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

Scale = Literal["linear", "log", "mel"]
SCALES: tuple[Scale, ...] = get_args(Scale)

LOG_FLOOR_HZ = 20.0
MEL_BREAK_HZ, MEL_PER_HZ, MEL_LOG_STEP = 1000.0, 3 / 200, math.log(6.4) / 27
SMALLEST_SHARE = 1 / 400  # of the axis, that can be made to fill the height


class FrequencyAxis(QObject):
    """Which band is visible, and where on a height a frequency lies (y grows downwards, frequency upwards).

    Attributes:
        nyquist_hz: half the sample rate: the upper limit.
        low_hz, high_hz: the visible band.
        scale: ``linear``, ``log`` or ``mel``.

    Signals:
        changed: the visible band or the scale is another one.
    """

    changed = Signal()

    def __init__(self, nyquist_hz: float, scale: Scale = "mel", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.nyquist_hz = nyquist_hz
        self.low_hz = 0.0
        self.high_hz = nyquist_hz
        self.scale: Scale = scale

    def set_scale(self, scale: Scale) -> None:
        """Draw the same band on another scale.

        Raises:
            ValueError: there is no such scale.
        """
        if scale not in SCALES:
            raise ValueError(f"scale is {scale!r}; {', '.join(SCALES)} are accepted")
        if scale != self.scale:
            self.scale = scale
            self.changed.emit()

    def show(self, low_hz: float, high_hz: float) -> None:
        """Make a band visible, as far as the limits allow."""
        self._place(self._warped(low_hz), self._warped(high_hz))

    def fit(self) -> None:
        """Show the whole band."""
        self.show(0.0, self.nyquist_hz)

    def zoom(self, factor: float, at_hz: float) -> None:
        """Show ``1 / factor`` of what is visible; ``at_hz`` stays where it is on the screen."""
        low, high, at = self._warped(self.low_hz), self._warped(self.high_hz), self._warped(at_hz)
        self._place(at - (at - low) / factor, at + (high - at) / factor)

    def pan(self, share: float) -> None:
        """Move the visible band upwards by a share of its own height."""
        low, high = self._warped(self.low_hz), self._warped(self.high_hz)
        bottom, top = self._warped(0.0), self._warped(self.nyquist_hz)
        by = min(max(share * (high - low), bottom - low), top - high)
        self._place(low + by, high + by)

    def hz_at(self, y: float, height: float) -> float:
        """The frequency at ``y`` of ``height`` pixels; above and below them the ends of the visible band."""
        share = 1 - y / max(height, 1)
        if share <= 0:
            return self.low_hz
        if share >= 1:
            return self.high_hz
        low, high = self._warped(self.low_hz), self._warped(self.high_hz)
        return float(self._unwarped(low + share * (high - low)))

    def y_at(self, hz: float, height: float) -> float:
        """Where on ``height`` pixels a frequency lies; outside 0 to ``height`` when it is not visible."""
        low, high = self._warped(self.low_hz), self._warped(self.high_hz)
        return (1 - (self._warped(hz) - low) / (high - low)) * height

    def edges_hz(self, rows: int) -> NDArray[np.float64]:
        """Borders of ``rows`` rows of pixels, rising: ``(rows + 1,)``."""
        low, high = self._warped(self.low_hz), self._warped(self.high_hz)
        return np.asarray(self._unwarped(np.linspace(low, high, rows + 1)))

    def _place(self, low: float, high: float) -> None:
        bottom, top = self._warped(0.0), self._warped(self.nyquist_hz)
        height = min(max(high - low, SMALLEST_SHARE * (top - bottom)), top - bottom)
        low = min(max((low + high - height) / 2, bottom), top - height)
        # The ends are exactly 0 and Nyquist when they are reached, so that a whole band stays one.
        low_hz = 0.0 if low <= bottom else float(self._unwarped(low))
        high_hz = self.nyquist_hz if low + height >= top * (1 - 1e-12) else float(self._unwarped(low + height))
        if (low_hz, high_hz) != (self.low_hz, self.high_hz):
            self.low_hz, self.high_hz = low_hz, high_hz
            self.changed.emit()

    @property
    def _floor_hz(self) -> float:
        return min(LOG_FLOOR_HZ, self.nyquist_hz / 100)

    def _warped(self, hz: float) -> float:
        if self.scale == "linear":
            return hz
        if self.scale == "log":
            return math.log(max(hz, self._floor_hz))
        if hz < MEL_BREAK_HZ:
            return hz * MEL_PER_HZ
        return MEL_BREAK_HZ * MEL_PER_HZ + math.log(hz / MEL_BREAK_HZ) / MEL_LOG_STEP

    def _unwarped(self, position: float | NDArray[np.float64]) -> NDArray[np.float64]:
        at = np.asarray(position, dtype=np.float64)
        if self.scale == "linear":
            return at
        if self.scale == "log":
            return np.exp(at)
        bend = MEL_BREAK_HZ * MEL_PER_HZ
        return np.where(at < bend, at / MEL_PER_HZ, MEL_BREAK_HZ * np.exp(MEL_LOG_STEP * np.maximum(at - bend, 0)))

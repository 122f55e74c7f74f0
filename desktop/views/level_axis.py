"""The height of a waveform's lane: which amplitude reaches its edge."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

LOWEST_TOP, HIGHEST_TOP = 2.0**-14, 4.0  # the last bit of 16 and 12 dB over full scale


class LevelAxis(QObject):
    """Which amplitude lies at the edge of a lane; zero is in its middle.

    Attributes:
        top: that amplitude; 1 is full scale.

    Signals:
        changed: another amplitude does.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.top = 1.0

    def zoom(self, factor: float) -> None:
        """Draw everything ``factor`` times as high."""
        self.show(self.top / factor)

    def fit(self) -> None:
        """Full scale fills the lane."""
        self.show(1.0)

    def show(self, top: float) -> None:
        """Let ``top`` reach the edge, as far as the limits allow."""
        top = min(max(top, LOWEST_TOP), HIGHEST_TOP)
        if abs(top - 1) < 1e-6:  # steps in and out again end at full scale exactly
            top = 1.0
        if top != self.top:
            self.top = top
            self.changed.emit()

    def y_at(self, value: float, height: float) -> float:
        """Where on a lane of ``height`` pixels an amplitude lies."""
        return (1 - value / self.top) / 2 * height

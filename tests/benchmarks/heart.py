"""How long the window's thread stands still."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 10
LONGEST_S = 0.050


class Heart(QObject):
    """A timer of 10 ms, and when it fired."""

    def __init__(self) -> None:
        super().__init__()
        self.beats_s: list[float] = []
        self.timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
        self.timer.timeout.connect(lambda: self.beats_s.append(time.perf_counter()))
        self.timer.start()

    def pauses_s(self) -> NDArray[np.float64]:
        """Between beats, since the last time."""
        beats, self.beats_s = self.beats_s, self.beats_s[-1:]
        return np.diff(beats)

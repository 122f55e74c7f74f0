"""Cyclic garbage is collected in the window's thread alone.

Python collects in whichever thread allocates next. Where that is not the window's and an object of Qt's is among the
garbage, its destructor wants Python's lock while it holds one of Qt's: if the window's thread holds the former and
connects a signal meanwhile, both wait for ever. Qt also wants its objects destroyed in the thread that they live in.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500


class Collector(QObject):
    """Collects in its own thread until `stop`: the youngest often, the older ones at Python's thresholds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()
        gc.disable()
        gc.freeze()  # what is there now stays, and isn't looked at again and again

    def collect(self) -> None:
        """Collect the oldest generation that is due; the youngest always is."""
        due = zip(gc.get_count(), gc.get_threshold(), strict=True)
        gc.collect(max((number for number, (count, threshold) in enumerate(due) if 0 < threshold < count), default=0))

    def stop(self) -> None:
        """Let Python collect as it likes again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

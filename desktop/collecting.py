"""Cyclic garbage is collected in the window's thread alone.

Python collects in whichever thread allocates next. Where that is not the window's and an object of Qt's is among the
garbage, its destructor wants Python's lock while it holds one of Qt's: if the window's thread holds the former and
connects a signal meanwhile, both wait for ever. Qt also wants its objects destroyed in the thread that they live in.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500
OLDER_TICKS, ALL_TICKS = 10, 240  # of the timer: 5 s, 2 minutes


class Collector(QObject):
    """Collects in its own thread until `stop`: what is young at each tick of a timer, all every two minutes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ticks, self._old = 0, 0
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()
        gc.disable()

    def collect(self) -> None:
        """A tick: collect what is due. At rest, when nothing grew old since, not all is looked at again."""
        self._ticks += 1
        if self._ticks % ALL_TICKS == 0 and len(gc.get_objects(generation=2)) != self._old:
            gc.collect()
            self._old = len(gc.get_objects(generation=2))
        else:
            gc.collect(1 if self._ticks % OLDER_TICKS == 0 else 0)

    def stop(self) -> None:
        """Let Python collect as it likes again."""
        self._timer.stop()
        gc.enable()

"""Tells when another program writes to a recording that is open.

Limits: the system doesn't tell of what another machine does to a file on a network share.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from engine.audio import Clip, stamp

LOOKED_AT_AFTER_MS = 500  # a program that writes a file anew empties it first
AT_REST_AFTER_MS = 2000
log = logging.getLogger(__name__)


class SourceWatch(QObject):
    """Watches the file of a clip until `close`.

    What is written without a pause is one change. A file that is gone is none: what was opened can still be read.

    Signals:
        changed(bool): the file is another than was opened; whether it is shorter.
    """

    changed = Signal(bool)

    def __init__(self, clip: Clip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path, self._opened = clip.path, clip.stamp
        self._looking = QTimer(self, singleShot=True, interval=LOOKED_AT_AFTER_MS)
        self._looking.timeout.connect(self._look)
        self._resting = QTimer(self, singleShot=True, interval=AT_REST_AFTER_MS)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._touched)
        if not self._watcher.addPath(str(self._path)):
            log.warning("%s is not watched", self._path)

    def close(self) -> None:
        """Watch no longer; may be called twice."""
        self._watcher.removePaths(self._watcher.files())
        self._looking.stop()
        self._resting.stop()

    def _touched(self) -> None:
        if not self._resting.isActive():
            self._looking.start()
        self._resting.start()

    def _look(self) -> None:
        try:
            found = stamp(self._path)
        except OSError:
            return
        self._watcher.removePath(str(self._path))  # it may be another file of that name, which is not watched yet
        self._watcher.addPath(str(self._path))
        if found != self._opened:
            self.changed.emit(found[0] < self._opened[0])

"""Sound of takes written to the project in a thread of its own, so that a long one doesn't hold the window up."""

from __future__ import annotations

import logging
import queue
import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.document.store import write_patch
from engine.audio import Patch

log = logging.getLogger(__name__)
Item = tuple[int, Path, Patch]


class TakeWriter(QObject):
    """Writes one take after the other; the thread lives from the first one to `close`.

    Signals:
        written(int): the sound of this take is in the project.
        failed(int, str): it is not, and why.
    """

    written = Signal(int)
    failed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def write(self, project: Path, take_id: int, patch: Patch) -> None:
        """Write a take's sound under its id, soon."""
        self._items.put((take_id, project, patch))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="take writer")
            self._thread.start()

    def close(self) -> None:
        """Write what waits and end the thread; may be called twice."""
        if self._thread:
            self._items.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while item := self._items.get():
            take_id, project, patch = item
            try:
                write_patch(project, take_id, patch)
            except Exception as error:  # whatever it is: requests wait for an answer, and the next takes for the thread
                log.exception("take %d was not written", take_id)
                self.failed.emit(take_id, str(error) or type(error).__name__)
            else:
                self.written.emit(take_id)

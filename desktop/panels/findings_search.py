"""The search for damage, in a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event

from PySide6.QtCore import QObject, QThread, Signal

from desktop.translating import translate
from engine.audio import Readable
from engine.errors import Cancelled, RetakeError
from engine.findings import find_damage
from engine.progress import Control

PARTS = 200  # in which progress is told
log = logging.getLogger(__name__)


class SearchThread(QThread):
    """Looks through a recording.

    Signals:
        progressed(int): parts done, of `PARTS`.
        found(Findings), failed(str), cancelled(): how it ended.
    """

    progressed = Signal(int)
    found = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(
        self, recording: Readable, subtype: str, close: Callable[[], None], parent: QObject | None = None
    ) -> None:
        """``close`` closes the recording at the end, which is this thread's own."""
        super().__init__(parent)
        self._recording, self._subtype, self._close = recording, subtype, close
        self._stop = Event()
        self._told = 0

    def stop(self) -> None:
        """Stop at the next block."""
        self._stop.set()

    def run(self) -> None:
        try:
            control = Control(self._report, self._stop.is_set)
            self.found.emit(find_damage(self._recording, control, subtype=self._subtype))
        except Cancelled:
            self.cancelled.emit()
        except RetakeError as error:
            self.failed.emit(str(error))
        except Exception as error:  # a bug: told and logged, the window lives on
            log.exception("looking for damage failed")
            self.failed.emit(translate("Findings", "looking for damage failed: {error}").format(error=error))
        finally:
            self._close()

    def _report(self, stage: str, done: int, of: int) -> None:
        part = PARTS * done // max(1, of)
        if part > self._told:  # clipping, looked for at the end, takes a moment and starts at 0 again
            self._told = part
            self.progressed.emit(part)

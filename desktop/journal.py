"""The editor's log: a rotating file of what went wrong, and the trace of a crash; nothing leaves the machine."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from desktop.places import log_folder

LOG_NAME, TRACE_NAME = "retake.log", "crash.txt"
LARGEST_BYTES, KEPT = 1 << 20, 3
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def begin(folder: Path | None = None) -> Path:
    """Log to a file from here on, Qt's messages included, and leave a trace there if the program crashes.

    Returns:
        the log's path.
    """
    folder = folder or log_folder()
    path = folder / LOG_NAME
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=LARGEST_BYTES, backupCount=KEPT, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Open as long as the program runs: a crash leaves no time to open it.
    faulthandler.enable((folder / TRACE_NAME).open("a", encoding="utf-8"))
    qInstallMessageHandler(_from_qt)
    return path


def trace_path() -> Path:
    """Where a crash leaves its trace, of the engine process too."""
    return log_folder() / TRACE_NAME


class Failures(QObject):
    """Logs every exception that nothing caught, in any thread, and tells of it in the thread that made this.

    Signals:
        met: the one line of an exception.
    """

    met = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logging.getLogger("retake").error("not caught", exc_info=(kind, error, trace))
        if not issubclass(kind, KeyboardInterrupt):
            self.met.emit(f"{kind.__name__}: {error}")

    def _caught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._caught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _from_qt(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(_LEVELS.get(kind, logging.WARNING), text)

"""Work that takes a while, done in a thread of its own: the window goes on painting, and waits with what it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QLabel, QProgressBar, QVBoxLayout, QWidget

SHORT_S = 0.02  # nobody notices a window that stands still for so long
PATIENCE_MS = 400  # before anything is said
WIDTH = 340  # of what is said, in logical pixels

T = TypeVar("T")
_running: list[Work[Any]] = []
_alive: set[Work[Any]] = set()  # until they ended and their threads are gone: what is Qt's may not die in those


def aside(parent: QWidget, text: str, work: Callable[[], T]) -> T:
    """Do ``work`` in a thread and give back what it gives, or raise what it raises.

    Until then events are handled, but the user's wait; if it lasts, ``text`` is shown and they are refused.
    What was read before may have changed afterwards: takes that are made come in meanwhile.
    """
    done = Work(work)
    if not done.wait(SHORT_S):
        _running.append(done)
        try:
            _wait(parent, text, done)
        finally:
            _running.remove(done)
    return done.result()


def is_anything_aside() -> bool:
    """Whether something is done aside now, so that no document may be closed under it."""
    return bool(_running)


def _wait(parent: QWidget, text: str, done: Work[T]) -> None:
    loop, patience = QEventLoop(), QTimer(singleShot=True, interval=PATIENCE_MS)
    done.ended.connect(loop.quit)
    patience.timeout.connect(loop.quit)
    patience.start()
    if not done.wait(0):
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    patience.stop()
    if done.wait(0):
        return
    box = Notice(text, parent)
    box.show()
    while not done.wait(0):
        loop.exec()
    box.hide()
    box.deleteLater()


class Work(QObject, Generic[T]):
    """A function that is called in a thread.

    Signals:
        ended(object): it returned or raised; with this work.
    """

    ended = Signal(object)

    def __init__(self, work: Callable[[], T], then: Callable[[Work[T]], None] | None = None) -> None:
        """``then`` is a method of a Qt object that `ended` is told to, however soon the work ends."""
        super().__init__()
        if then is not None:
            self.ended.connect(then)
        self._work = work
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._ended = threading.Event()  # set before `ended` is told: the thread itself lives on for a moment then
        self._thread = threading.Thread(target=self._run, name="aside")
        self.ended.connect(self._let_go, Qt.ConnectionType.QueuedConnection)
        _alive.add(self)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, no longer than this; whether it came."""
        return self._ended.wait(seconds)

    def result(self) -> T:
        """What the function gave, or raise what it raised, once it ended."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:
            self._error = error
        self._ended.set()
        self.ended.emit(self)

    def _let_go(self) -> None:
        """In the window's thread: from here on nothing in the other one holds it."""
        self._thread.join()
        _alive.discard(self)


class Notice(QDialog):
    """Says what is done. It goes when that is done and not before."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.CustomizeWindowHint | Qt.WindowType.WindowTitleHint)
        self.setModal(True)
        self.setMinimumWidth(WIDTH)
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        bar = QProgressBar(minimum=0, maximum=0, textVisible=False)
        bar.setAccessibleName(text)
        column = QVBoxLayout(self)
        column.addWidget(label)
        column.addWidget(bar)

    def reject(self) -> None:
        """Escape doesn't end it."""

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Nor does its window's button."""
        event.ignore()

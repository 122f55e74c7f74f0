"""Where the cursor stands and where playback is: shared by every view of one editor."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Marks(QObject):
    """The cursor, from which playback starts, and the playhead, which is None while nothing plays.

    Signals:
        cursor_moved(int before, int now), playhead_moved(object before, object now): frames, or None.
    """

    cursor_moved = Signal(object, object)
    playhead_moved = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cursor = 0
        self._playhead: int | None = None

    @property
    def cursor_frame(self) -> int:
        return self._cursor

    @cursor_frame.setter
    def cursor_frame(self, frame: int) -> None:
        before, self._cursor = self._cursor, frame
        if before != frame:
            self.cursor_moved.emit(before, frame)

    @property
    def playhead_frame(self) -> int | None:
        return self._playhead

    @playhead_frame.setter
    def playhead_frame(self, frame: int | None) -> None:
        before, self._playhead = self._playhead, frame
        if before != frame:
            self.playhead_moved.emit(before, frame)

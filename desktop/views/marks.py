"""Where the cursor stands and where playback is: shared by every view of one editor."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

MARGIN = 10  # pixels beside a widget from where a mark still reaches in


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


def moved_pixels(
    widget: QWidget, x_at: Callable[[float, float], float], before: int | None, now: int | None
) -> list[int]:
    """Where in a widget a mark was and is, to be painted again; nothing where no device pixel lies between."""
    width, ratio = widget.width(), widget.devicePixelRatioF()
    places = [x_at(frame, width) for frame in (before, now) if frame is not None]
    if len(places) == 2 and round(places[0] * ratio) == round(places[1] * ratio):
        return []
    return [math.floor(x) for x in places if -MARGIN <= x <= width + MARGIN]

"""The area where the sound is seen and selected: what mouse and wheel do over it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop.views.axes import Axes
from desktop.views.flags import Flag, flag_at
from desktop.views.lanes import Lanes, channel_name
from desktop.views.marks import Marks
from desktop.views.selection import CTRL, Part, Point, Selecting, cursor_of, part_at
from desktop.views.sound_picture import SoundPicture
from desktop.views.ticks import MINUS, TimeUnit, time_text
from desktop.views.wheel import NOTCH_ZOOM, notches_of

if TYPE_CHECKING:
    from desktop.document.document import Document
    from desktop.pyramids.peaks import Peaks
    from desktop.pyramids.spectrum import Spectrum

DRAG_FROM = 3.0  # logical pixels that make a press a drag
REACH = 5.0  # logical pixels around an edge of the selection that grab it
WHEEL_PAN = 0.1  # of what is visible, one click of the wheel


class SoundArea(SoundPicture):
    """Paints a sound, and turns mouse and wheel into selecting and moving about.

    Signals:
        pointed(str): time, frequency and level under the pointer; empty when it leaves.
        region_shown(int): a region's flag was double-clicked.
        menu_asked(QPoint, object): the context menu is wanted at a global position, over a region's flag (its id) or
            beside them (None).
    """

    pointed = Signal(str)
    region_shown = Signal(int)
    menu_asked = Signal(QPoint, object)

    def __init__(
        self,
        document: Document,
        axes: Axes,
        marks: Marks,
        selecting: Selecting,
        sound: tuple[Peaks, Spectrum],
        strengths: tuple[float, float],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(document, axes, marks, sound, strengths, parent)
        self.unit: TimeUnit = "clock"  # of the read-out
        self.selecting = selecting
        self._pressed: QPointF | None = None
        self._dragged = False
        self._press_part = Part.NONE
        self._press_channel = 0
        self._grabbed: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(
            self.tr("Drag to select, Shift extends, Ctrl inside the selection moves it; the wheel zooms, Shift pans.")
        )

    # What is under the pointer

    def point_at(self, at: QPointF, channel: int | None = None) -> Point:
        """Time and frequency at a point of the widget, in the lane of ``channel`` (None: the one under it)."""
        lanes = self._lanes()
        channel = lanes.channel_at(at.y()) if channel is None else channel
        frame = min(max(self.axes.time.frame_at(at.x(), self.width()), 0), self.document.frames)
        hz = self.axes.frequency.hz_at(at.y() - lanes.tops[channel], lanes.lane_height)
        return Point(frame, hz)

    def _lanes(self) -> Lanes:
        """The lanes in logical pixels."""
        return Lanes(self.document.channels, self.height(), 1)

    def _part_at(self, at: QPointF) -> Part:
        selection = self.document.selection
        if selection is None:
            return Part.NONE
        lanes = self._lanes()
        top = lanes.tops[lanes.channel_at(at.y())]
        box = self._box(selection, QRectF(0, top, self.width(), lanes.lane_height))
        return part_at(box, at.x(), at.y(), REACH, self.banded)

    def _flag_at(self, at: QPointF) -> Flag | None:
        ratio = self.devicePixelRatioF()
        return flag_at(self._flags(ratio), at.x() * ratio, at.y() * ratio)

    def read_out(self, at: QPointF) -> str:
        """Time, frequency, level and channel at a point of the widget."""
        lanes, point = self._lanes(), self.point_at(at)
        channel = lanes.channel_at(at.y())
        share_x = at.x() / max(self.width(), 1)
        texts = [time_text(point.frame, self.document.rate, self.unit, 3)]
        if self.banded:
            share_y = (at.y() - lanes.tops[channel]) / lanes.lane_height
            level_db = self.spectrogram.level_at(channel, share_x, share_y)
            texts.append(self.tr("{hz} Hz").format(hz=f"{point.hz:.0f}"))
        else:
            level = self.waveform.level_at(channel, share_x)
            level_db = None if level is None else 20 * math.log10(level) if level > 0 else -math.inf
        texts.append(_decibels(level_db))
        name = channel_name(channel, self.document.channels)
        return "   ".join([*texts, name] if name else texts)

    # Mouse and wheel

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed = at
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            flag = self._flag_at(at)
            if flag is not None:
                self._take_flag(flag)
                return
            self._pressed = at
            self._press_part = self._part_at(at)
            self._press_channel = self._lanes().channel_at(at.y())
            anchor = self.marks.cursor_frame
            self.selecting.press(self.point_at(at), self._press_part, event.modifiers(), self.banded, anchor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position()
        self.pointed.emit(self.read_out(at))
        if self._grabbed is not None:
            self._pan_by(at - self._grabbed)
            self._grabbed = at
        elif self._pressed is not None:
            far = (at - self._pressed).manhattanLength() >= DRAG_FROM
            if self._press_part is not Part.NONE or far or self._dragged:
                self._dragged = self._dragged or far
                if self._dragged:
                    self._scroll_towards(at)
                    self.selecting.drag_to(self.point_at(at, self._press_channel))
        else:
            self._shape_cursor(at, event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed = None
            self._shape_cursor(at, event.modifiers())
        elif event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            extended = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if self._dragged or extended:
                self.selecting.release()
            else:
                self._clicked(at)
            self._pressed, self._dragged = None, False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        flag = self._flag_at(event.position())
        if flag is not None and event.button() == Qt.MouseButton.LeftButton:
            self.region_shown.emit(flag.region_id)
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        wheel, sideways = notches_of(event)
        modifiers, at, time = event.modifiers(), event.position(), self.axes.time
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            time.pan(-(wheel or sideways) * WHEEL_PAN * time.span)
        elif modifiers & CTRL:
            hz = self.point_at(at).hz if self.banded else (self.axes.frequency.low_hz + self.axes.frequency.high_hz) / 2
            self.axes.frequency.zoom(NOTCH_ZOOM**wheel, hz)
        elif modifiers & Qt.KeyboardModifier.AltModifier:
            self.axes.level.zoom(NOTCH_ZOOM**wheel)
        elif sideways and abs(sideways) > abs(wheel):
            time.pan(-sideways * WHEEL_PAN * time.span)
        else:
            time.zoom(NOTCH_ZOOM**wheel, time.frame_at(at.x(), self.width()))
        self.pointed.emit(self.read_out(at))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        flag = self._flag_at(QPointF(event.pos()))
        self.menu_asked.emit(event.globalPos(), None if flag is None else flag.region_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and self._pressed is not None:
            self.selecting.abandon()
            self._pressed, self._dragged = None, False
        event.ignore()  # the editor's keys

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        self._shape_cursor(event.position(), Qt.KeyboardModifier.NoModifier)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.pointed.emit("")

    def _take_flag(self, flag: Flag) -> None:
        self.document.current_region_id = flag.region_id
        self.document.selection = self.document.regions[flag.region_id].region

    def _clicked(self, at: QPointF) -> None:
        """A click sets the cursor and selects nothing, except on an edge of the selection."""
        self.selecting.abandon()
        if self._press_part in (Part.NONE, Part.INSIDE):
            self.document.selection = None
            self.marks.cursor_frame = round(self.point_at(at).frame)

    def _pan_by(self, step: QPointF) -> None:
        self.axes.time.pan(-step.x() / max(self.width(), 1) * self.axes.time.span)
        if self.banded:
            self.axes.frequency.pan(step.y() / self._lanes().lane_height)

    def _scroll_towards(self, at: QPointF) -> None:
        """Dragging past an edge of the window brings more of the sound into view."""
        over = min(at.x(), 0.0) + max(at.x() - self.width(), 0.0)
        if over:
            self.axes.time.pan(over / max(self.width(), 1) * self.axes.time.span * 0.5)

    def _shape_cursor(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._flag_at(at) is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(cursor_of(self._part_at(at), bool(modifiers & CTRL), self.banded))


def _decibels(level_db: float | None) -> str:
    if level_db is None:
        return ""
    text = "∞" if math.isinf(level_db) else f"{abs(level_db):.1f}"
    return f"{MINUS if level_db < 0 else ''}{text} dB"

"""Rulers: round numbers along an axis, and handles to move it.

Dragging along a ruler pans, dragging across it zooms (in: down, or to the right), the wheel zooms at the pointer, a
double click shows all.
With the keyboard: arrows pan, + and - zoom, Home shows all.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPaintEvent, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.canvas import Canvas, canvas_of, device_font, text_width
from desktop.views.colours import ViewColours, colours_of, with_alpha
from desktop.views.marks import Marks, moved_pixels
from desktop.views.ticks import Tick, TimeUnit, time_ticks
from desktop.views.time_axis import TimeAxis
from desktop.views.wheel import NOTCH_ZOOM, notches_of

MARK_PIXELS = 8  # half of what a mark takes, and a little
LABEL_PIXELS = 120  # of the longest label, at its right
DRAG_FROM = 3  # logical pixels that make a press a drag
ZOOM_PIXELS = 100.0  # dragging as far across zooms by 2
KEY_PAN = 0.1
SMALLER = 0.9  # size of the labels against the widget's font


class Ruler(QWidget):
    """What all rulers share: dragging, wheel, keys and focus. The axis is moved by the ones below."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setAccessibleDescription(
            self.tr("Drag along to move, across to zoom; double click shows all. Arrows move, + and - zoom, Home fits.")
        )
        self.setToolTip(self.tr("{name}: drag along to move, across to zoom; double click shows all").format(name=name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._way = ""
        self.exposed = QRect()  # what is painted now

    def pan_by(self, dx: float, dy: float) -> None:
        """Follow the pointer by so many logical pixels."""
        raise NotImplementedError

    def zoom_by(self, factor: float, at: QPointF | None) -> None:
        """Zoom at a point of the widget; None: in the middle of what is seen."""
        raise NotImplementedError

    def fit(self) -> None:
        """Show all."""
        raise NotImplementedError

    def clicked_at(self, at: QPointF) -> None:
        """A click without a drag."""

    @property
    def is_level(self) -> bool:
        """Whether it lies along the window's width."""
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._last = event.position()
            self._way = ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed is None:
            return
        total, step = event.position() - self._pressed, event.position() - self._last
        if not self._way and max(abs(total.x()), abs(total.y())) >= DRAG_FROM:
            self._way = "pan" if (abs(total.x()) >= abs(total.y())) == self.is_level else "zoom"
            step = total
        if self._way == "pan":
            self.pan_by(step.x(), step.y())
        elif self._way == "zoom":
            across = step.y() if self.is_level else step.x()
            self.zoom_by(2 ** (across / ZOOM_PIXELS), self._pressed)
        self._last = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            if not self._way:
                self.clicked_at(self._pressed)
            self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = None
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        along, across = notches_of(event)
        if along:
            self.zoom_by(NOTCH_ZOOM**along, event.position())
        elif across and self.is_level:
            self.pan_by(across * 60, 0)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = KEY_PAN * (self.width() if self.is_level else self.height())
        pans = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        key = Qt.Key(event.key())
        if key in pans:
            self.pan_by(step * pans[key][0], step * pans[key][1])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(NOTCH_ZOOM, None)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / NOTCH_ZOOM, None)
        elif key == Qt.Key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self.exposed = event.rect()
        with canvas_of(self) as canvas:
            colours = colours_of(self.palette())
            canvas.painter.fillRect(0, 0, canvas.width, canvas.height, colours.ruler)
            canvas.painter.setFont(device_font(self.font(), canvas.ratio, SMALLER))
            self.paint(canvas, colours)
            if self.hasFocus():
                canvas.frame(0, 0, canvas.width, canvas.height, colours.focus, 2 * canvas.line)

    def paint(self, canvas: Canvas, colours: ViewColours) -> None:
        """Paint ticks and labels; the ground is there already."""
        raise NotImplementedError


class TimeRuler(Ruler):
    """The time axis above the sound: the selection's extent, the cursor and the playhead are marked on it.

    Signals:
        clicked(int): on a frame.
        scrubbed(int): the mouse is dragged over a frame with Ctrl.
    """

    clicked = Signal(int)
    scrubbed = Signal(int)

    def __init__(self, time: TimeAxis, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Time ruler"), parent)
        self.setToolTip(f"{self.toolTip()}\n" + self.tr("Drag with Ctrl to hear what is under the pointer"))
        self.time, self.marks = time, marks
        self.unit: TimeUnit = "clock"
        self.extent: tuple[int, int] | None = None
        self._ticks: list[Tick] = []
        self._ticks_of: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        time.changed.connect(self.update)
        marks.cursor_moved.connect(self._mark_moved)
        marks.playhead_moved.connect(self._mark_moved)

    def set_unit(self, unit: TimeUnit) -> None:
        """Label in ``clock`` (h:m:s.ms), ``seconds`` or ``samples``."""
        self.unit = unit
        self.update()

    def set_extent(self, extent: tuple[int, int] | None) -> None:
        """Mark a stretch of frames: the selection's."""
        if extent != self.extent:
            self.extent = extent
            self.update()

    @property
    def is_level(self) -> bool:
        return True

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, math.ceil(QFontMetricsF(self.font()).height() * 1.1) + 8)

    def pan_by(self, dx: float, dy: float) -> None:
        self.time.pan(-dx / max(self.width(), 1) * self.time.span)

    def zoom_by(self, factor: float, at: QPointF | None) -> None:
        x = self.width() / 2 if at is None else at.x()
        self.time.zoom(factor, self.time.frame_at(x, self.width()))

    def fit(self) -> None:
        self.time.fit()

    def clicked_at(self, at: QPointF) -> None:
        self.clicked.emit(self._frame_at(at))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mousePressEvent(event)
        if self._pressed is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._way = "scrub"
            self.scrubbed.emit(self._frame_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed is not None and self._way == "scrub":
            self.scrubbed.emit(self._frame_at(event.position()))
        else:
            super().mouseMoveEvent(event)

    def _frame_at(self, at: QPointF) -> int:
        return round(self.time.frame_at(at.x(), self.width()))

    def paint(self, canvas: Canvas, colours: ViewColours) -> None:
        painter, time, ratio = canvas.painter, self.time, canvas.ratio
        metrics = QFontMetricsF(painter.font())
        bottom = canvas.height - canvas.line
        if self.extent is not None:
            left, right = (time.x_at(frame, canvas.width) for frame in self.extent)
            painter.fillRect(QRectF(left, 0, right - left, bottom), with_alpha(colours.focus, 0.35))
        key = (time.start, time.stop, self.unit, canvas.width, ratio, painter.font().key())
        if key != self._ticks_of:  # a playhead that passes asks for the same ones again and again
            self._ticks = time_ticks(
                time.start,
                time.stop,
                time.rate,
                self.unit,
                canvas.width,
                lambda text: text_width(painter.font(), text),
                14 * ratio,
            )
            self._ticks_of = key
        ticks = self._ticks
        first, last = self.exposed.left() * ratio - LABEL_PIXELS * ratio, (self.exposed.right() + 1) * ratio
        for tick in ticks:
            x = time.x_at(tick.at, canvas.width)
            if not first <= x <= last:
                continue
            top = bottom - (8 * ratio if tick.label else 4 * ratio)
            canvas.vertical(x, top, bottom, colours.text if tick.label else colours.faint)
            room = canvas.width - x - 4 * ratio
            if tick.label and text_width(painter.font(), tick.label) <= room:
                painter.setPen(colours.text)
                painter.drawText(QPointF(round(x + 4 * ratio), round(metrics.ascent() + 2 * ratio)), tick.label)
        canvas.painter.fillRect(0, bottom, canvas.width, canvas.line, colours.gap)
        self._paint_marks(canvas, colours)

    def _mark_moved(self, before: int | None, now: int | None) -> None:
        for x in moved_pixels(self, self.time.x_at, before, now):
            self.update(x - MARK_PIXELS, 0, 2 * MARK_PIXELS, self.height())

    def _paint_marks(self, canvas: Canvas, colours: ViewColours) -> None:
        marks = [(self.marks.cursor_frame, colours.text), (self.marks.playhead_frame, colours.playhead)]
        for frame, colour in marks:
            if frame is None:
                continue
            x, side = self.time.x_at(frame, canvas.width), 5 * canvas.ratio
            foot = canvas.height - canvas.line
            points = [QPointF(x - side, foot - 1.3 * side), QPointF(x + side, foot - 1.3 * side), QPointF(x, foot)]
            canvas.painter.setPen(Qt.PenStyle.NoPen)
            canvas.painter.setBrush(colour)
            canvas.painter.setRenderHint(canvas.painter.RenderHint.Antialiasing)
            canvas.painter.drawPolygon(QPolygonF(points))
            canvas.painter.setRenderHint(canvas.painter.RenderHint.Antialiasing, False)

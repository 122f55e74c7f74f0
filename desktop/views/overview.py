"""The whole file in a strip: its regions and the selection marked, the visible stretch framed.

The frame is dragged to pan, its edges to zoom; a click elsewhere brings the view there; a double click shows all.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.canvas import Canvas, canvas_of
from desktop.views.colours import ViewColours, colours_of, with_alpha
from desktop.views.lanes import Lanes
from desktop.views.level_axis import LevelAxis
from desktop.views.marks import Marks, moved_pixels
from desktop.views.time_axis import TimeAxis
from desktop.views.traces import Look
from desktop.views.waveform import WaveformLayer
from desktop.views.wheel import NOTCH_ZOOM, notches_of

if TYPE_CHECKING:
    from desktop.document.document import Document
    from desktop.pyramids.peaks import Peaks

REACH = 6.0  # logical pixels around an edge of the frame that grab it
SMALLEST_FRAME = 6.0  # logical pixels: narrower ones are drawn wider, so that they are seen


class Overview(QWidget):
    """Shows where the visible stretch lies in the file, and moves it."""

    def __init__(
        self, document: Document, time: TimeAxis, marks: Marks, peaks: Peaks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.document, self.time, self.marks = document, time, marks
        self.layer = WaveformLayer(peaks)
        self._whole = TimeAxis(time.frames, time.rate, self)
        self._level = LevelAxis(self)
        self._grip = ""
        self._grabbed_frame = 0.0
        self.setAccessibleName(self.tr("Overview"))
        self.setAccessibleDescription(
            self.tr("The whole file. Drag the frame to move the view, its edges to zoom. Arrows move, + and - zoom.")
        )
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for signal in (time.changed, document.selection_changed, document.current_changed, document.edited):
            signal.connect(self._changed)
        marks.cursor_moved.connect(self._mark_moved)
        marks.playhead_moved.connect(self._mark_moved)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(400, math.ceil(QFontMetricsF(self.font()).height() * 2.8))

    def set_peaks(self, peaks: Peaks) -> None:
        """Show another sound."""
        self.layer.set_peaks(peaks)
        self.update()

    def _changed(self, *_: object) -> None:
        self.update()

    def _mark_moved(self, before: int | None, now: int | None) -> None:
        for x in moved_pixels(self, self._whole.x_at, before, now):
            self.update(QRect(x - 3, 0, 7, self.height()))

    def _x_at(self, frame: float) -> float:
        return self._whole.x_at(frame, self.width())

    def _frame_at(self, x: float) -> float:
        return self._whole.frame_at(x, self.width())

    def _span(self, width: float, ratio: float) -> tuple[float, float]:
        """The frame's edges on ``width`` pixels."""
        left, right = self._whole.x_at(self.time.start, width), self._whole.x_at(self.time.stop, width)
        lacking = max(SMALLEST_FRAME * ratio - (right - left), 0.0) / 2
        return max(left - lacking, 0.0), min(right + lacking, width)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with canvas_of(self) as canvas:
            colours = colours_of(self.palette())
            look = Look(colours, canvas.ratio, merged=True)
            lanes = Lanes(1, canvas.height - canvas.line, canvas.line)
            canvas.painter.drawImage(0, 0, self.layer.image(self._whole, self._level, lanes, canvas.width, look))
            self._paint_stretches(canvas, colours)
            self._paint_frame(canvas, colours)
            canvas.painter.fillRect(0, canvas.height - canvas.line, canvas.width, canvas.line, colours.gap)
            if self.hasFocus():
                canvas.frame(0, 0, canvas.width, canvas.height, colours.focus, 2 * canvas.line)

    def _paint_stretches(self, canvas: Canvas, colours: ViewColours) -> None:
        bar = round(4 * canvas.ratio)
        for row in self.document.regions.values():
            left, right = self._drawn(row.start_frame, row.end_frame, canvas)
            strong = row.id == self.document.current_region_id
            tint = with_alpha(colours.region, 0.40 if strong else 0.22)
            canvas.painter.fillRect(QRectF(left, 0, right - left, canvas.height), tint)
            canvas.painter.fillRect(QRectF(left, 0, right - left, bar), colours.region)
        selection = self.document.selection
        if selection is not None:
            left, right = self._drawn(selection.start_frame, selection.end_frame, canvas)
            canvas.painter.fillRect(QRectF(left, 0, right - left, canvas.height), colours.selection)
        marks = [(self.marks.cursor_frame, colours.cursor), (self.marks.playhead_frame, colours.playhead)]
        for frame, colour in marks:
            if frame is not None:
                canvas.vertical(self._whole.x_at(frame, canvas.width), 0, canvas.height, colour)

    def _drawn(self, start: int, end: int, canvas: Canvas) -> tuple[int, int]:
        """Where a stretch lies, in whole pixels, at least one line wide."""
        left = round(self._whole.x_at(start, canvas.width))
        return left, max(round(self._whole.x_at(end, canvas.width)), left + 2 * canvas.line)

    def _paint_frame(self, canvas: Canvas, colours: ViewColours) -> None:
        if self.time.span >= self._whole.span:
            return
        left, right = (round(x) for x in self._span(canvas.width, canvas.ratio))
        dim = with_alpha(colours.ruler, 0.62)
        canvas.painter.fillRect(0, 0, left, canvas.height, dim)
        canvas.painter.fillRect(right, 0, canvas.width - right, canvas.height, dim)
        canvas.frame(left, 0, right, canvas.height, colours.text, canvas.line)
        grip, height = round(3 * canvas.ratio), canvas.height // 3
        for x in (left, right - grip):
            canvas.painter.fillRect(x, (canvas.height - height) // 2, grip, height, colours.text)

    # Mouse, wheel and keys

    def _grip_at(self, x: float) -> str:
        left, right = self._span(self.width(), 1.0)
        if self.time.span < self._whole.span:
            reach = min(REACH, max((right - left) / 4, 2.0))
            if abs(x - left) <= reach:
                return "left"
            if abs(x - right) <= reach:
                return "right"
        return "frame" if left <= x <= right else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        self._grip = self._grip_at(x)
        if not self._grip:
            self.time.centre_on(self._frame_at(x))
            self._grip = "frame"
        self._grabbed_frame = self._frame_at(x) - self.time.start

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        x = event.position().x()
        frame = min(max(self._frame_at(x), 0.0), self._whole.span)
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._shape_cursor(event.position())
        elif self._grip == "left":
            self.time.show(min(frame, self.time.stop - 1), self.time.stop)
        elif self._grip == "right":
            self.time.show(self.time.start, max(frame, self.time.start + 1))
        elif self._grip:
            self.time.pan(frame - self._grabbed_frame - self.time.start)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._grip = ""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.time.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        wheel, sideways = notches_of(event)
        if wheel:
            self.time.zoom(NOTCH_ZOOM**wheel, (self.time.start + self.time.stop) / 2)
        elif sideways:
            self.time.pan(-0.1 * sideways * self.time.span)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key, middle = Qt.Key(event.key()), (self.time.start + self.time.stop) / 2
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.time.pan((0.1 if key == Qt.Key.Key_Right else -0.1) * self.time.span)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.time.zoom(1 / NOTCH_ZOOM if key == Qt.Key.Key_Minus else NOTCH_ZOOM, middle)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.unsetCursor()

    def _shape_cursor(self, at: QPointF) -> None:
        shapes = {
            "left": Qt.CursorShape.SizeHorCursor,
            "right": Qt.CursorShape.SizeHorCursor,
            "frame": Qt.CursorShape.OpenHandCursor,
            "": Qt.CursorShape.PointingHandCursor,
        }
        self.setCursor(shapes[self._grip_at(at.x())])

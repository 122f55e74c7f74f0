"""What is painted over the sound: regions with their flags, the selection with its handles, cursor, playhead, names."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from desktop.views.canvas import Canvas
from desktop.views.colours import ViewColours, with_alpha
from desktop.views.flags import Flag

HANDLE = 7.0  # logical pixels


def paint_selection(canvas: Canvas, box: QRectF, lane: QRectF, colours: ViewColours, *, banded: bool) -> None:
    """A tint with crisp edges, and handles in the middle of edges and, of a box, at its corners.

    Args:
        box: the selection in the lane, reaching outside it where it isn't visible.
        lane: where it may be painted.
        banded: whether it has a height of its own.
    """
    seen = box.intersected(lane)
    if seen.width() <= 0 and not lane.left() <= box.left() <= lane.right():
        return
    painter = canvas.painter
    painter.save()
    painter.setClipRect(lane)
    left, right = round(box.left()), max(round(box.right()), round(box.left()) + canvas.line)
    top, bottom = round(box.top()), round(box.bottom())
    painter.fillRect(left, top, right - left, bottom - top, colours.selection)
    line = canvas.line
    for x in (left, right - line):
        painter.fillRect(x - line, top, 3 * line, bottom - top, colours.shade)
        painter.fillRect(x, top, line, bottom - top, colours.edge)
    if banded:
        for y in (top, bottom - line):
            painter.fillRect(left, y - line, right - left, 3 * line, colours.shade)
            painter.fillRect(left, y, right - left, line, colours.edge)
    for point in handle_points(QRectF(left, top, right - left, bottom - top), lane, canvas.ratio, banded):
        _paint_handle(canvas, point, colours)
    painter.restore()


def handle_points(box: QRectF, lane: QRectF, ratio: float, banded: bool) -> list[QPointF]:
    """Where handles stand; fewer on a small selection, none on edges that aren't visible."""
    room = 4 * HANDLE * ratio
    if lane.height() < room:
        return []
    seen = box.intersected(lane)
    middle_x, middle_y = seen.center().x(), seen.center().y()
    points = [QPointF(box.left(), middle_y), QPointF(box.right(), middle_y)] if box.width() >= room / 2 else []
    if banded and box.width() >= room / 2 and box.height() >= room / 2:
        points += [QPointF(x, y) for x in (box.left(), box.right()) for y in (box.top(), box.bottom())]
    if banded and box.width() >= room:
        points += [QPointF(middle_x, box.top()), QPointF(middle_x, box.bottom())]
    return [point for point in points if lane.adjusted(-1, -1, 1, 1).contains(point)]


def _paint_handle(canvas: Canvas, at: QPointF, colours: ViewColours) -> None:
    side = round(HANDLE * canvas.ratio)
    left, top = round(at.x() - side / 2), round(at.y() - side / 2)
    line = canvas.line
    canvas.painter.fillRect(left - line, top - line, side + 2 * line, side + 2 * line, colours.shade)
    canvas.painter.fillRect(left, top, side, side, colours.edge)


def paint_region(
    canvas: Canvas, box: QRectF, lane: QRectF, colours: ViewColours, *, current: bool, banded: bool
) -> None:
    """A thin outline; of the current region a stronger one."""
    if not box.intersects(lane):
        return
    painter, line = canvas.painter, canvas.line
    painter.save()
    painter.setClipRect(lane)
    colour = colours.region if current else with_alpha(colours.region, 0.9)
    width = 2 * line if current else line
    left, right = round(box.left()), max(round(box.right()), round(box.left()) + width)
    if current and not banded:
        painter.fillRect(QRectF(left, box.top(), right - left, box.height()), with_alpha(colours.region, 0.10))
    if banded:
        outer = (left - line, box.top() - line, right + line, box.bottom() + line)
        canvas.frame(*outer, colours.shade, width + 2 * line)
        canvas.frame(left, box.top(), right, box.bottom(), colour, width)
    else:
        for x in (left, right - width):
            painter.fillRect(QRectF(x, lane.top(), width, lane.height()), colour)
    painter.restore()


def paint_flags(canvas: Canvas, flags: Iterable[Flag], current_id: int | None, colours: ViewColours) -> None:
    """Names of regions: filled where a take is in use, outlined where the original sounds."""
    painter = canvas.painter
    metrics = QFontMetricsF(painter.font())
    for flag in flags:
        strong = flag.region_id == current_id
        ground = colours.region if flag.filled else colours.flag
        painter.fillRect(flag.box, with_alpha(ground, 0.96 if strong else 0.8))
        width = canvas.line * (2 if strong else 1)
        canvas.frame(flag.box.left(), flag.box.top(), flag.box.right(), flag.box.bottom(), colours.region, width)
        painter.setPen(colours.region_text if flag.filled else colours.region)
        room = flag.box.adjusted(metrics.height() * 0.3, 0, -metrics.height() * 0.25, 0)
        name = metrics.elidedText(flag.name, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


def paint_cursor(canvas: Canvas, x: float, colours: ViewColours, *, playing: bool) -> None:
    """An upright line over all lanes, set off from whatever lies under it."""
    if not -2 <= x <= canvas.width + 2:
        return
    line = canvas.line
    width = 2 * line if playing else line
    canvas.vertical(x, 0, canvas.height, colours.shade, width + 2 * line)
    canvas.vertical(x, 0, canvas.height, colours.playhead if playing else colours.cursor, width)


def paint_title(canvas: Canvas, text: str, colours: ViewColours) -> None:
    """Which sound is shown, in the upper right corner."""
    painter = canvas.painter
    metrics = QFontMetricsF(painter.font())
    padding = metrics.height() * 0.5
    width = metrics.horizontalAdvance(text) + 2 * padding
    height = metrics.height() * 1.35
    box = QRectF(canvas.width - width - padding, padding * 0.8, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(with_alpha(colours.ruler, 0.92))
    painter.drawRoundedRect(box, height / 4, height / 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(colours.text)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

"""Small drawings on buttons, in the palette's colours and at the screen's own pixels: nothing blurs."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolButton, QWidget

from desktop.views.canvas import canvas_of

Glyph = Literal[
    "time",
    "box",
    "frequency",
    "snap",
    "split",
    "beside",
    "zoom in",
    "zoom out",
    "fit",
    "to selection",
    "wave",
    "spectrum",
    "play",
    "pause",
    "stop",
    "loop",
]
SOLID: dict[Glyph, tuple[tuple[tuple[float, float], ...], ...]] = {
    "play": (((0.12, 0.02), (0.98, 0.5), (0.12, 0.98)),),
    "pause": (
        ((0.12, 0.05), (0.4, 0.05), (0.4, 0.95), (0.12, 0.95)),
        ((0.6, 0.05), (0.88, 0.05), (0.88, 0.95), (0.6, 0.95)),
    ),
    "stop": (((0.08, 0.08), (0.92, 0.08), (0.92, 0.92), (0.08, 0.92)),),
    "loop": (((0.62, 0.0), (0.92, 0.22), (0.62, 0.44)), ((0.38, 0.56), (0.08, 0.78), (0.38, 1.0))),
}
GLYPH_SHARE = 0.62  # of a button's side
DRAWN_GLYPHS = 100


class GlyphButton(QToolButton):
    """A flat button with a drawing; its text is its name for screen readers and tips."""

    def __init__(self, glyph: Glyph, name: str, *, checkable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.glyph: Glyph = glyph
        self.setAutoRaise(True)
        self.setCheckable(checkable)
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        side = math.ceil(QFontMetricsF(self.font()).height() * 1.5)
        self.setFixedSize(QSize(side + 4, side))

    def set_glyph(self, glyph: Glyph) -> None:
        """Show another drawing."""
        if glyph != self.glyph:
            self.glyph = glyph
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        palette = self.palette()
        group = palette.ColorGroup.Normal if self.isEnabled() else palette.ColorGroup.Disabled
        colour = palette.color(group, palette.ColorRole.ButtonText)
        with canvas_of(self, all_of_it=False) as canvas:
            side = round(min(canvas.width, canvas.height) * GLYPH_SHARE)
            drawn = drawn_glyph(self.glyph, side, colour.rgba(), max(1, round(canvas.ratio * 1.3)))
            left, top = ((length - drawn.width()) // 2 for length in (canvas.width, canvas.height))
            canvas.painter.drawImage(left, top, drawn)


@lru_cache(DRAWN_GLYPHS)
def drawn_glyph(glyph: Glyph, side: int, rgba: int, width: int) -> QImage:
    """A glyph ``side`` pixels large with lines of ``width``, and a margin for their outer halves."""
    margin = width
    image = QImage(side + 2 * margin, side + 2 * margin, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_glyph(painter, glyph, QRectF(margin, margin, side, side), QColor.fromRgba(rgba), width)
    painter.end()
    return image


def paint_glyph(painter: QPainter, glyph: Glyph, box: QRectF, colour: QColor, width: float) -> None:
    """Draw into a square box with lines of ``width``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(round(box.left()) + width % 2 / 2, round(box.top()) + width % 2 / 2)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin))
    faint = QColor(colour)
    faint.setAlphaF(0.28)
    side = float(round(box.width()))
    fills, lines, curves = _strokes(glyph, side)
    for fill in fills:
        painter.fillRect(fill, faint)
    for one, other in lines:
        painter.drawLine(_rounded(one), _rounded(other))
    for curve in curves:
        painter.drawPolyline(QPolygonF(curve))
    if glyph in SOLID:
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        for shape in SOLID[glyph]:
            painter.drawPolygon(QPolygonF([QPointF(x * side, y * side) for x, y in shape]))
    if glyph.startswith("zoom"):
        painter.drawEllipse(QRectF(0, 0, 0.72 * side, 0.72 * side))
    painter.restore()


Strokes = tuple[list[QRectF], list[tuple[QPointF, QPointF]], list[list[QPointF]]]


def _strokes(glyph: Glyph, side: float) -> Strokes:
    def line(x1: float, y1: float, x2: float, y2: float) -> tuple[QPointF, QPointF]:
        return QPointF(x1 * side, y1 * side), QPointF(x2 * side, y2 * side)

    def rect(x: float, y: float, width: float, height: float) -> QRectF:
        return QRectF(round(x * side), round(y * side), round(width * side), round(height * side))

    def wave(periods: float, y: float, height: float) -> list[QPointF]:
        shares = [step / 40 for step in range(41)]
        return [
            QPointF(x * side, (y - height * math.sin(2 * math.pi * periods * x) * math.sin(math.pi * x)) * side)
            for x in shares
        ]

    outline = [line(0, 0, 1, 0), line(1, 0, 1, 1), line(1, 1, 0, 1), line(0, 1, 0, 0)]
    inner = [line(0.2, 0.25, 0.8, 0.25), line(0.8, 0.25, 0.8, 0.75), line(0.8, 0.75, 0.2, 0.75)]
    inner.append(line(0.2, 0.75, 0.2, 0.25))
    handle = [line(0.62, 0.62, 1, 1)]
    drawings: dict[Glyph, Strokes] = {
        "time": ([rect(0.25, 0, 0.5, 1)], [line(0.25, 0, 0.25, 1), line(0.75, 0, 0.75, 1)], []),
        "box": ([rect(0.2, 0.25, 0.6, 0.5)], inner, []),
        "frequency": ([rect(0, 0.25, 1, 0.5)], [line(0, 0.25, 1, 0.25), line(0, 0.75, 1, 0.75)], []),
        "snap": ([], [line(0, 0.5, 1, 0.5), line(0.5, 0.1, 0.5, 0.9)], [wave(1, 0.5, -0.45)]),
        "split": ([rect(0, 0.5, 1, 0.5)], [*outline, line(0, 0.5, 1, 0.5)], []),
        "beside": ([rect(0.5, 0, 0.5, 1)], [*outline, line(0.5, 0, 0.5, 1)], []),
        "zoom in": ([], [*handle, line(0.2, 0.36, 0.52, 0.36), line(0.36, 0.2, 0.36, 0.52)], []),
        "zoom out": ([], [*handle, line(0.2, 0.36, 0.52, 0.36)], []),
        "fit": (
            [],
            [line(0, 0.1, 0, 0.9), line(1, 0.1, 1, 0.9), line(0.2, 0.5, 0.8, 0.5)],
            [
                [QPointF(0.38 * side, 0.32 * side), QPointF(0.2 * side, 0.5 * side), QPointF(0.38 * side, 0.68 * side)],
                [QPointF(0.62 * side, 0.32 * side), QPointF(0.8 * side, 0.5 * side), QPointF(0.62 * side, 0.68 * side)],
            ],
        ),
        "to selection": ([rect(0.3, 0.1, 0.4, 0.8)], [line(0, 0.5, 0.2, 0.5), line(0.8, 0.5, 1, 0.5)], []),
        "wave": ([], [], [wave(2.5, 0.5, 0.5)]),
        "spectrum": (
            [rect(0, 0.75, 1, 0.25), rect(0, 0.45, 0.7, 0.3), rect(0.3, 0.1, 0.3, 0.35)],
            [line(0, 1, 1, 1)],
            [],
        ),
    }
    around = [line(0.0, 0.55, 0.0, 0.22), line(0.0, 0.22, 0.7, 0.22), line(1, 0.45, 1, 0.78), line(1, 0.78, 0.3, 0.78)]
    drawings["loop"] = ([], around, [])
    return drawings.get(glyph, ([], [], []))


def _rounded(point: QPointF) -> QPointF:
    return QPointF(round(point.x()), round(point.y()))

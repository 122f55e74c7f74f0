"""Painting at the screen's own pixels, whatever the scale.

At 125 or 150 % a widget may begin between two device pixels. Pictures and one-pixel lines drawn there blur. So
everything here is painted in device pixels, counted from the device pixel nearest to the widget's corner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTransform
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Canvas:
    """A painter whose unit is one device pixel.

    Attributes:
        width, height: the widget's size in device pixels.
        ratio: device pixels a logical one.
        line: width of a thin line: about one logical pixel, in whole device pixels.
    """

    painter: QPainter
    width: int
    height: int
    ratio: float

    @property
    def line(self) -> int:
        return thin_line(self.ratio)

    def vertical(self, x: float, top: float, bottom: float, colour: QColor, width: int | None = None) -> None:
        """A crisp upright line through the middle of ``x``."""
        width = self.line if width is None else width
        self.painter.fillRect(round(x - width / 2), round(top), width, round(bottom) - round(top), colour)

    def horizontal(self, y: float, left: float, right: float, colour: QColor, width: int | None = None) -> None:
        """A crisp level line through the middle of ``y``."""
        width = self.line if width is None else width
        self.painter.fillRect(round(left), round(y - width / 2), round(right) - round(left), width, colour)

    def frame(self, left: float, top: float, right: float, bottom: float, colour: QColor, width: int) -> None:
        """The crisp outline of a box, drawn inside it."""
        self.painter.fillRect(round(left), round(top), round(right) - round(left), width, colour)
        self.painter.fillRect(round(left), round(bottom) - width, round(right) - round(left), width, colour)
        inner = round(bottom) - round(top) - 2 * width
        self.painter.fillRect(round(left), round(top) + width, width, inner, colour)
        self.painter.fillRect(round(right) - width, round(top) + width, width, inner, colour)


def thin_line(ratio: float) -> int:
    """Width of a thin line in device pixels."""
    return max(1, int(ratio + 0.25))


@contextmanager
def canvas_of(widget: QWidget, *, all_of_it: bool = True) -> Iterator[Canvas]:
    """Begin to paint a widget, inside its paint event; ``all_of_it``: nothing was painted there before."""
    painter = QPainter(widget)
    try:
        ratio = widget.devicePixelRatioF()
        placed = painter.deviceTransform()
        left, top = round(placed.dx()), round(placed.dy())
        right = round(placed.dx() + widget.width() * ratio)
        bottom = round(placed.dy() + widget.height() * ratio)
        if all_of_it and ratio % 1:  # it may reach a part of a pixel beyond what is painted below
            painter.fillRect(widget.rect().adjusted(-1, -1, 1, 1), widget.palette().window())
        shift_x, shift_y = (left - placed.dx()) / ratio, (top - placed.dy()) / ratio
        painter.setWorldTransform(QTransform(1 / ratio, 0, 0, 1 / ratio, shift_x, shift_y))
        painter.setFont(device_font(widget.font(), ratio))
        yield Canvas(painter, right - left, bottom - top, ratio)
    finally:
        painter.end()


def device_font(font: QFont, ratio: float, scale: float = 1.0) -> QFont:
    """A font in device pixels: as large as ``font`` looks, times ``scale``."""
    sized = QFont(font)
    if font.pixelSize() > 0:
        sized.setPixelSize(max(1, round(font.pixelSize() * ratio * scale)))
    else:
        sized.setPointSizeF(font.pointSizeF() * ratio * scale)
    return sized


def text_width(font: QFont, text: str) -> float:
    """Width of a text in the font's own pixels."""
    return QFontMetricsF(font).horizontalAdvance(text)

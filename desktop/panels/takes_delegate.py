"""How a take is painted: the mark of the one in use, its name, a star, and what made it."""

from __future__ import annotations

import math

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.document.rows import TakeRow
from desktop.panels.take_texts import duration
from desktop.panels.takes_model import DETAILS, IN_USE, TAKE

Index = QModelIndex | QPersistentModelIndex
POINTS = 5  # of a star


class TakesDelegate(QStyledItemDelegate):
    """Paints rows of a `TakesModel`; marks and stars can be clicked.

    Signals:
        mark_clicked(int), star_clicked(int): the row.
    """

    mark_clicked = Signal(int)
    star_clicked = Signal(int)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """As many lines as there is something to say."""
        line = option.fontMetrics.height()
        return QSize(12 * line, line * (1 + len(index.data(DETAILS) or ())) + 2 * margin(line))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        style = option.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        active = bool(option.state & QStyle.StateFlag.State_Active)
        group = QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive
        plain = option.palette.color(group, role_of(selected, QPalette.ColorRole.Text))
        accent = option.palette.color(group, role_of(selected, QPalette.ColorRole.Highlight))
        quiet = QColor(plain)
        quiet.setAlphaF(0.75 if selected else 0.65)
        line, in_use, take = option.fontMetrics.height(), bool(index.data(IN_USE)), index.data(TAKE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_mark(painter, mark_rect(option.rect, line), accent if in_use else quiet, in_use)
        if isinstance(take, TakeRow):
            paint_star(painter, star_rect(option.rect, line), accent if take.starred else quiet, take.starred)
        lines = [(str(index.data()), plain), *((text, quiet) for text in index.data(DETAILS) or ())]
        aside = self._aside(take)
        room = option.fontMetrics.horizontalAdvance(aside) + line // 2 if aside else 0
        for number, (text, colour) in enumerate(lines):
            font = QFont(option.font)
            font.setBold(number == 0 and in_use)
            place = text_rect(option.rect, line, number)
            paint_line(painter, place.adjusted(0, 0, 0 if number else -room, 0), text, font, colour)
        paint_line(painter, text_rect(option.rect, line, 0), aside, option.font, quiet, Qt.AlignmentFlag.AlignRight)
        painter.restore()

    def _aside(self, take: object) -> str:
        """What stands right of the name."""
        if not isinstance(take, TakeRow):
            return ""
        return self.tr("quick") if take.quick else duration(take.seconds)

    def editorEvent(  # noqa: N802
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Take clicks on the mark and on the star."""
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            line, at = option.fontMetrics.height(), event.position()
            reach = margin(line)
            if event.button() == Qt.MouseButton.LeftButton:
                if mark_rect(option.rect, line).adjusted(-reach, -reach, reach, reach).contains(at):
                    self.mark_clicked.emit(index.row())
                    return True
                if star_rect(option.rect, line).adjusted(-reach, -reach, reach, reach).contains(at):
                    self.star_clicked.emit(index.row())
                    return True
        return super().editorEvent(event, model, option, index)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        """A name is edited where it stands."""
        place = text_rect(option.rect, option.fontMetrics.height(), 0)
        height = editor.sizeHint().height()
        editor.setGeometry(place.left() - 3, place.center().y() - height // 2, place.width() + 3, height)


def role_of(selected: bool, otherwise: QPalette.ColorRole) -> QPalette.ColorRole:
    """The colour of what is painted on a row."""
    return QPalette.ColorRole.HighlightedText if selected else otherwise


def margin(line: int) -> int:
    """Space above and below a row's lines, for a line's height."""
    return max(3, line // 4)


def mark_rect(row: QRect, line: int) -> QRectF:
    """Where the mark of use is painted."""
    size = line * 0.7
    return QRectF(row.left() + line * 0.5, row.top() + margin(line) + (line - size) / 2, size, size)


def star_rect(row: QRect, line: int) -> QRectF:
    """Where the star is painted."""
    size = line * 0.9
    return QRectF(row.right() - line * 0.5 - size, row.top() + margin(line) + (line - size) / 2, size, size)


def text_rect(row: QRect, line: int, number: int) -> QRect:
    """Where one of the lines is painted; the first leaves room for the star."""
    left, right = round(line * 1.6), round(line * (2.0 if number == 0 else 0.4))
    return QRect(row.left() + left, row.top() + margin(line) + number * line, row.width() - left - right, line)


def paint_line(
    painter: QPainter,
    place: QRect,
    text: str,
    font: QFont,
    colour: QColor,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Paint a line of text, cut where it is too long."""
    painter.setFont(font)
    painter.setPen(colour)
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, shown)


def paint_mark(painter: QPainter, place: QRectF, colour: QColor, filled: bool) -> None:
    """Paint a ring, with a dot in it for what is in use."""
    painter.setPen(QPen(colour, max(1.0, place.width() / 10)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(place)
    if filled:
        inset = place.width() * 0.25
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(place.adjusted(inset, inset, -inset, -inset))


def paint_star(painter: QPainter, place: QRectF, colour: QColor, filled: bool) -> None:
    """Paint a star, or its outline."""
    centre, outer = place.center(), place.width() / 2
    corners = []
    for k in range(2 * POINTS):
        radius, angle = (outer if k % 2 == 0 else 0.42 * outer), math.pi * k / POINTS
        corners.append(QPointF(centre.x() + radius * math.sin(angle), centre.y() - radius * math.cos(angle)))
    painter.setPen(QPen(colour, max(1.0, outer / 8)))
    painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
    painter.drawPolygon(QPolygonF(corners))

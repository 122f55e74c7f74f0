"""A seed to type or to throw."""

from __future__ import annotations

import secrets

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from engine.errors import InputError
from engine.settings import check_seed

THROWN_BELOW = 1_000_000  # short enough to read and to type again


class DieButton(QToolButton):
    """A button with a die on it, painted: not every font has one."""

    def sizeHint(self) -> QSize:  # noqa: N802
        """Square, as high as a line to type in."""
        side = round(self.fontMetrics().height() * 1.5)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the five."""
        super().paintEvent(event)
        side = self.fontMetrics().height() * 0.85
        die = QRectF(0, 0, side, side)
        die.moveCenter(QRectF(self.rect()).center())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.palette().color(QPalette.ColorRole.ButtonText)
        painter.setPen(QPen(colour, max(1.0, side / 12)))
        painter.drawRoundedRect(die, side / 5, side / 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for x, y in ((0.27, 0.27), (0.73, 0.27), (0.5, 0.5), (0.27, 0.73), (0.73, 0.73)):
            painter.drawEllipse(die.topLeft() + QPointF(x, y) * side, side / 10, side / 10)
        painter.end()


class SeedEdit(QWidget):
    """A whole number, as large as a generator takes, and a die that throws another.

    Signals:
        changed(): by the user.
        refused(str): what was typed is no seed.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seed = 0
        self.line = QLineEdit("0")
        self.line.setAccessibleName(self.tr("Seed"))
        self.line.setToolTip(self.tr("The same seed gives the same take; another seed gives another take."))
        self.die = DieButton()
        self.die.setAccessibleName(self.tr("Throw a seed"))
        self.die.setToolTip(self.tr("Throw another seed."))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.die)
        self.line.editingFinished.connect(self._finish)
        self.die.clicked.connect(self._throw)

    def seed(self) -> int:
        """The seed that is set."""
        return self._seed

    def set_seed(self, seed: int) -> None:
        """Show a seed without saying that it changed."""
        self._seed = seed
        self.line.setText(str(seed))

    def _throw(self) -> None:
        self.set_seed(secrets.randbelow(THROWN_BELOW))
        self.changed.emit()

    def _finish(self) -> None:
        text = self.line.text().strip()
        if text == str(self._seed):
            return
        try:
            if not text.isdecimal():
                raise InputError(self.tr("seed is {text!r}; a whole number is accepted").format(text=text))
            check_seed(int(text))
        except (InputError, ValueError) as error:
            self.line.setText(str(self._seed))
            self.refused.emit(str(error))
            return
        self.set_seed(int(text))
        self.changed.emit()

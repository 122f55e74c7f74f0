"""What the window shows while nothing is open: where to begin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

MOST_SHOWN = 6


class Welcome(QWidget):
    """Three ways to begin: open, what was open last, the demo.

    Signals:
        open_asked, demo_asked: by their buttons.
        recent_asked: with the path.
    """

    open_asked = Signal()
    demo_asked = Signal()
    recent_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.addStretch(2)
        title = QLabel(self.tr("Open a recording"), self)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        title.setFont(font)
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        hint = QLabel(self.tr("Drop files here, or choose one. The file itself is never written to."), self)
        column.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(12)
        for words, asked in (
            (self.tr("Open…"), self.open_asked),
            (self.tr("Demo Recording"), self.demo_asked),
        ):
            button = QPushButton(words, self)
            button.setMinimumWidth(28 * self.fontMetrics().averageCharWidth())
            button.clicked.connect(asked)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        self._recent = QVBoxLayout()
        column.addLayout(self._recent)
        column.addStretch(3)

    def show_recent(self, paths: Sequence[str]) -> None:
        """Offer what was open last."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for text in [text for text in paths if Path(text).exists()][:MOST_SHOWN]:
            path = Path(text)
            link = QPushButton(path.name, self)
            link.setFlat(True)
            link.setToolTip(str(path))
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            link.clicked.connect(lambda checked=False, text=text: self.recent_asked.emit(text))
            self._recent.addWidget(link, 0, Qt.AlignmentFlag.AlignHCenter)

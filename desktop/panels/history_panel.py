"""What was done, to go back to any step of it."""

from __future__ import annotations

from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QUndoView, QVBoxLayout, QWidget


class HistoryPanel(QWidget):
    """The undo history; choosing a step goes there, with the mouse or the arrow keys."""

    def __init__(self, undo: QUndoStack, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QUndoView(undo)
        self.list.setEmptyLabel(self.tr("As it was opened"))
        self.list.setAccessibleName(self.tr("History"))
        self.list.setToolTip(self.tr("Choose a step to go back to it, or on to it again."))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)

"""A part of the column that can be folded away under its title."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget


class Fold(QWidget):
    """A title that unfolds what is under it."""

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setAutoRaise(True)
        self.button.setToolTip(sentence)
        self.button.setAccessibleDescription(sentence)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addWidget(self.button)
        self._content: QWidget | None = None
        self._open = False
        self.button.clicked.connect(lambda: self.set_open(not self._open))
        self.set_open(False)

    def set_content(self, content: QWidget) -> None:
        """What is folded."""
        self._content = content
        self._layout.addWidget(content, 1)
        content.setVisible(self._open)

    def set_open(self, opened: bool) -> None:
        """Unfold it, or fold it away."""
        self._open = opened
        self.button.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        state = self.tr("shown") if opened else self.tr("hidden")
        self.button.setAccessibleName(f"{self.button.text()}, {state}")
        if self._content:
            self._content.setVisible(opened)

    def is_open(self) -> bool:
        """Whether it is unfolded."""
        return self._open

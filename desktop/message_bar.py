"""Messages that don't interrupt: a bar above the sound with a sentence and what can be done about it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop.engine_words import for_window
from desktop.theme import colours

log = logging.getLogger(__name__)
Choice = tuple[str, Callable[[], object]]
LEVELS = ("info", "good", "warning", "error")
GRAVE = ("warning", "error")
FADES_AFTER_MS = 6000
MOST = 4


class Message(QFrame):
    """One message with its choices."""

    def __init__(self, level: str, text: str, choices: Sequence[Choice], parent: QWidget) -> None:
        super().__init__(parent)
        assert level in LEVELS
        self.level, self.text, self.has_choices = level, text, bool(choices)
        self.setAutoFillBackground(True)
        self.setAccessibleName(text)
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 4, 4, 4)
        row.addWidget(label, 1)
        for words, act in choices:
            button = QPushButton(words, self)
            button.clicked.connect(self.deleteLater)
            button.clicked.connect(act)
            row.addWidget(button)
        away = QToolButton(self)
        away.setText("✕")
        away.setAutoRaise(True)
        away.setAccessibleName(self.tr("Close this message"))
        away.clicked.connect(self.deleteLater)
        row.addWidget(away)
        if level in ("info", "good") and not choices:
            fading = QTimer(self, singleShot=True, interval=FADES_AFTER_MS)
            fading.timeout.connect(self.deleteLater)
            fading.start()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """A stripe at the left says how grave it is."""
        super().paintEvent(event)
        stripe = asdict(colours(self.palette()))[self.level]
        with QPainter(self) as painter:
            painter.fillRect(0, 0, 5, self.height(), QColor(stripe))
            painter.fillRect(0, self.height() - 1, self.width(), 1, self.palette().mid())


class MessageBar(QWidget):
    """The messages that stand, newest last; the oldest goes where there are many, but none that asks something."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)

    def say(self, level: str, text: str, choices: Sequence[Choice] = ()) -> None:
        """Show a message and log it; ``level`` is one of `LEVELS`. The same one is not shown twice.

        Args:
            text: words on options of the command line are left out.
            choices: what can be done about it: words of a button, and what it does.
        """
        log.log(logging.WARNING if level in GRAVE else logging.INFO, "%s", text)
        text = for_window(text)
        for message in self.messages():
            if (message.level, message.text) == (level, text):
                return
        passing = [message for message in self.messages() if not message.has_choices]
        if len(passing) >= MOST:
            passing[0].deleteLater()
        self._rows.addWidget(Message(level, text, choices, self))

    def messages(self) -> list[Message]:
        """What stands now."""
        return [
            child
            for child in self.findChildren(Message, options=Qt.FindChildOption.FindDirectChildrenOnly)
            if self._rows.indexOf(child) >= 0
        ]

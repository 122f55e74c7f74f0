"""Windows to read in: the user guide, which ships with the program, and the log."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from PySide6.QtCore import QLocale, Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QTextBrowser, QVBoxLayout, QWidget

from desktop.theme import without_icons

SHOWN_BYTES = 200_000


class GuideWindow(QDialog):
    """The user guide, with its pictures, offline; stays open beside the editor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Retake User Guide"))
        self._text = QTextBrowser(self)
        self._text.setAccessibleName(self.tr("User guide"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text)
        with as_file(files("resources") / "guide") as folder:
            self._text.setSearchPaths([str(folder)])
            self._text.setSource(QUrl.fromLocalFile(str(folder / guide_name(folder))))
        line = self.fontMetrics()
        self.resize(100 * line.averageCharWidth(), 44 * line.height())


def guide_name(folder: Path) -> str:
    """The guide in the user's language where there is one."""
    wanted = f"guide_{QLocale().name()}.html"
    return wanted if (folder / wanted).exists() else "guide.html"


class LogWindow(QDialog):
    """The end of the log, and of the last crash's trace where there is one."""

    def __init__(self, log: Path, trace: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Log"))
        text = QPlainTextEdit(self)
        text.setReadOnly(True)
        text.setAccessibleName(self.tr("Log"))
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        parts = [f"{path}\n\n{_end(path)}" for path in (trace, log) if path.exists() and path.stat().st_size]
        text.setPlainText("\n\n".join(parts) or self.tr("The log is empty."))
        text.moveCursor(QTextCursor.MoveOperation.End)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        without_icons(buttons)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(text)
        layout.addWidget(buttons)
        line = self.fontMetrics()
        self.resize(110 * line.averageCharWidth(), 36 * line.height())


def _end(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - SHOWN_BYTES))
        return file.read().decode("utf-8", errors="replace")

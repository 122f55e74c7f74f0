"""The Help menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from desktop.dialogs.about import AboutDialog
from desktop.dialogs.reading import GuideWindow, LogWindow
from desktop.journal import LOG_NAME, TRACE_NAME
from desktop.places import log_folder

if TYPE_CHECKING:
    from desktop.window import MainWindow


def show_guide(window: MainWindow) -> None:
    """Open the user guide beside the editor."""
    _show(GuideWindow(window))


def show_log(window: MainWindow) -> None:
    """Show what went wrong lately."""
    _show(LogWindow(log_folder() / LOG_NAME, log_folder() / TRACE_NAME, window))


def show_about(window: MainWindow) -> None:
    """Version and licences."""
    _show(AboutDialog(window))


def _show(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()


HANDLERS: dict[str, Callable[[MainWindow], None]] = {
    "show_guide": show_guide,
    "show_log": show_log,
    "show_about": show_about,
}

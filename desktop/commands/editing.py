"""The Edit menu: undo, selecting, preferences, the palette."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from desktop.actions import COMMANDS
from desktop.dialogs.preferences import PreferencesDialog
from desktop.palette import CommandPalette

if TYPE_CHECKING:
    from desktop.views.selection import Tool
    from desktop.window import MainWindow

TOOLS: dict[str, Tool] = {"tool_time": "time", "tool_box": "box", "tool_frequency": "frequency"}


def undo(window: MainWindow) -> None:
    """Take back the last change."""
    if window.tab is not None:
        window.tab.document.undo.undo()


def redo(window: MainWindow) -> None:
    """Make it again."""
    if window.tab is not None:
        window.tab.document.undo.redo()


def select_all(window: MainWindow) -> None:
    """Select the whole recording."""
    if window.tab is not None:
        window.tab.view.select_all()


def deselect(window: MainWindow) -> None:
    """Select nothing."""
    if window.tab is not None:
        window.tab.document.selection = None


def use_tool(tool: Tool, window: MainWindow) -> None:
    """Choose what dragging in a spectrogram selects, in all documents."""
    window.choose_tool(tool)


def snap(window: MainWindow) -> None:
    """Switch snapping to zero crossings."""
    if window.tab is not None:
        window.tab.view.set_snap(not window.tab.view.selecting.snap)


def show_palette(window: MainWindow) -> None:
    """Find a command by a few letters."""
    found = [window.actions_by_name[command.name] for command in COMMANDS if command.name != "show_palette"]
    palette = CommandPalette([action for action in found if action.isEnabled()], window)
    palette.chosen.connect(lambda action: action.trigger())
    palette.finished.connect(palette.deleteLater)
    palette.open_over(window)


def show_preferences(window: MainWindow) -> None:
    """Change the preferences; each change is seen at once."""
    dialog = PreferencesDialog(window.preferences, window)
    dialog.changed.connect(window.prefer)
    dialog.exec()
    dialog.deleteLater()


HANDLERS: dict[str, Callable[[MainWindow], None]] = {
    "undo": undo,
    "redo": redo,
    "select_all": select_all,
    "deselect": deselect,
    **{name: partial(use_tool, tool) for name, tool in TOOLS.items()},
    "snap": snap,
    "show_palette": show_palette,
    "show_preferences": show_preferences,
}

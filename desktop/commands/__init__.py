"""What each command of `desktop.actions` does, as functions of the window; a test holds the two tables equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop.commands import editing, files, help_menu, playing, regions, takes, viewing

if TYPE_CHECKING:
    from desktop.window import MainWindow

HANDLERS: dict[str, Callable[[MainWindow], None]] = {
    **files.HANDLERS,
    **editing.HANDLERS,
    **viewing.HANDLERS,
    **regions.HANDLERS,
    **takes.HANDLERS,
    **playing.HANDLERS,
    **help_menu.HANDLERS,
}

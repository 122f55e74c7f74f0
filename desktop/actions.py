"""Everything that can be done in the window, as one table: menus, shortcuts, the palette and the guide follow from it.

A command's slot is a method of the window of the same name. ``needs`` says what must be there for it to make sense.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from desktop.command import CONTEXT, MENUS, RECENT, Command
from desktop.file_table import FILING
from desktop.help_table import HELPING
from desktop.playing_table import PLAYING
from desktop.region_table import RETAKING
from desktop.view_table import VIEWING

COMMANDS = (*FILING, *VIEWING, *RETAKING, *PLAYING, *HELPING)


def translated(text: str) -> str:
    """A text of this table in the user's language."""
    return QCoreApplication.translate(CONTEXT, text)


def without_letter(text: str) -> str:
    """A text of a menu without the letter for Alt, "Save &As…" or "另存为(&A)…", and without the dots."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "").rstrip("…")


def action_for(command: Command, owner: QWidget) -> QAction:
    """The action of a command, not yet connected."""
    action = QAction(translated(command.text), owner)
    action.setObjectName(command.name)
    action.setCheckable(command.checkable)
    action.setShortcuts([QKeySequence(key) for key in command.keys])
    action.setStatusTip(translated(command.tip))
    key = QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if command.keys else ""
    plain = without_letter(translated(command.text))
    action.setToolTip(f"{plain} ({key})\n{translated(command.tip)}" if key else f"{plain}\n{translated(command.tip)}")
    return action


def fill_menus(bar: QMenuBar, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """Put all commands into their menus; returns menus and submenus by their untranslated text."""
    menus = {text: bar.addMenu(translated(text)) for text in MENUS}
    for command in COMMANDS:
        menu = menus[command.menu]
        if command.after_line:
            menu.addSeparator()
        if command.submenu:
            if command.submenu not in menus:
                menus[command.submenu] = menu.addMenu(translated(command.submenu))
            menu = menus[command.submenu]
        menu.addAction(actions[command.name])
        if command.name == "open_files":
            menus[RECENT] = menu.addMenu(translated(RECENT))
    return menus

"""What a command is, and the menus that commands are in."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.translating import QT_TRANSLATE_NOOP

CONTEXT = "Actions"
NOTHING, DOCUMENT, SELECTION, REGION, TAKE = "nothing", "document", "selection", "region", "take"
ONE_ABOVE, ONE_BELOW = "one above", "one below"  # another region, at the same time


@dataclass(frozen=True)
class Command:
    """One thing to do.

    Attributes:
        name: of the window's method, and of the action.
        menu: one of `MENUS`.
        text: in the menu; an ampersand marks the letter for Alt.
        keys: shortcuts, the first one is shown.
        tip: one sentence.
        needs: what must be there.
        checkable: whether it is a switch.
        group: of switches of which one is on; empty for none.
        after_line: whether a line stands above it in the menu.
        submenu: text of the submenu that it is in; empty for none.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    needs: str = DOCUMENT
    checkable: bool = False
    group: str = ""
    after_line: bool = False
    submenu: str = ""


MENUS = (
    QT_TRANSLATE_NOOP("Actions", "&File"),
    QT_TRANSLATE_NOOP("Actions", "&Edit"),
    QT_TRANSLATE_NOOP("Actions", "&View"),
    QT_TRANSLATE_NOOP("Actions", "&Region"),
    QT_TRANSLATE_NOOP("Actions", "&Take"),
    QT_TRANSLATE_NOOP("Actions", "&Playback"),
    QT_TRANSLATE_NOOP("Actions", "&Help"),
)
FILE, EDIT, VIEW, REGIONS, TAKES, PLAYBACK, HELP = MENUS
SHOWN = QT_TRANSLATE_NOOP("Actions", "&Sound Shown")
TOOLS = QT_TRANSLATE_NOOP("Actions", "Selection &Tool")
SCALES = QT_TRANSLATE_NOOP("Actions", "&Frequency Scale")
TIMES = QT_TRANSLATE_NOOP("Actions", "Time &Format")
RECENT = QT_TRANSLATE_NOOP("Actions", "Open &Recent")
HEARD = QT_TRANSLATE_NOOP("Actions", "&What Is Heard")
SPEED = QT_TRANSLATE_NOOP("Actions", "S&peed")
DEVICES = QT_TRANSLATE_NOOP("Actions", "&Device")

"""The Help menu, as a part of the table in `desktop.actions`."""

from __future__ import annotations

from desktop.command import HELP, NOTHING, Command
from desktop.translating import QT_TRANSLATE_NOOP

HELPING = (
    Command(
        "show_guide",
        HELP,
        QT_TRANSLATE_NOOP("Actions", "User &Guide"),
        ("F1",),
        QT_TRANSLATE_NOOP("Actions", "A short guide, here in the program."),
        NOTHING,
    ),
    Command(
        "show_log",
        HELP,
        QT_TRANSLATE_NOOP("Actions", "Show &Log"),
        (),
        QT_TRANSLATE_NOOP("Actions", "What the program noted of what went wrong; it never leaves this machine."),
        NOTHING,
    ),
    Command(
        "show_about",
        HELP,
        QT_TRANSLATE_NOOP("Actions", "&About Retake"),
        (),
        QT_TRANSLATE_NOOP("Actions", "Version and licences."),
        NOTHING,
        after_line=True,
    ),
)

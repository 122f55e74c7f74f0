"""Texts that are written where Qt's translation isn't there yet: marked in tables, translated when shown."""

from __future__ import annotations

import sys


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - the name that Qt's lupdate looks for
    """Mark ``text`` to be translated in ``context``; it comes back as it is. Qt's own one tells no types."""
    return text


def translate(context: str, text: str) -> str:
    """A text in the user's language, for modules that work without Qt too: there it stays English.

    So the engine's process, which reads takes from a project, needn't load Qt for a message that it may never send.
    """
    qt = sys.modules.get("PySide6.QtCore")
    return str(qt.QCoreApplication.translate(context, text)) if qt else text

"""Edits that can fail, such as on a full disk: the reason is said, the document is as it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from engine.errors import RetakeError

if TYPE_CHECKING:
    from desktop.window import MainWindow


def guarded(command: Callable[[MainWindow], None]) -> Callable[[MainWindow], None]:
    """The command, its errors shown as messages."""

    @wraps(command)
    def run(window: MainWindow) -> None:
        try:
            command(window)
        except RetakeError as error:
            window.say("error", str(error))

    return run

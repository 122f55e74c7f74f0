"""The one undo command: an edit on Qt's undo stack."""

from __future__ import annotations

import time
from typing import Protocol

from PySide6.QtGui import QUndoCommand

from desktop.document.edits import Edit

MERGED_WITHIN_S = 1.0
MERGING, NEVER_MERGING = 1, -1


class Stepping(Protocol):
    """What steps through edits: a document."""

    def step(self, edit: Edit, by: int) -> None:
        """Make the changes of ``edit``; ``by`` is what that adds to the undo cursor."""


class Step(QUndoCommand):
    """An edit that is on the stack. The document made its changes before, so the first `redo` does nothing.

    Attributes:
        edit: what it changes.
        made_s: when, by the monotonic clock; 0 for one of an earlier session.
    """

    def __init__(self, document: Stepping, edit: Edit, made_s: float, merging: bool = False) -> None:
        super().__init__(edit.text)
        self.edit = edit
        self.made_s = made_s
        self._document = document
        self._made = True
        self._merging = merging

    def redo(self) -> None:
        """Make the changes."""
        if self._made:
            self._made = False
        else:
            self._document.step(self.edit, 1)

    def undo(self) -> None:
        """Take the changes back."""
        self._document.step(self.edit.inverted(), -1)

    def id(self) -> int:
        """Steps with edits of a kind may take a later one in."""
        return MERGING if self.edit.kind else NEVER_MERGING

    def takes_in(self, edit: Edit) -> bool:
        """Whether ``edit``, made now, goes on with this one."""
        return bool(edit.kind) and edit.kind == self.edit.kind and time.monotonic() - self.made_s < MERGED_WITHIN_S

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802
        """Take a later step in, if the document said so when it made that one."""
        if not (isinstance(other, Step) and other._merging):
            return False
        self.edit, self.made_s = self.edit.followed_by(other.edit), other.made_s
        self.setText(self.edit.text)
        return True

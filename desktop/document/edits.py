"""What one user action changes, as plain values: rows before and after.

An edit is applied by setting the rows to ``after`` and undone by setting them to ``before``; nothing else is known
about actions. So one undo command serves all, and the history can be stored in the project file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Table = Literal["regions", "takes"]


@dataclass(frozen=True)
class RowChange:
    """A row as it was and as it becomes, None where there is none.

    Attributes:
        table: where it lives.
        id: of the row.
        before, after: `to_dict` of the row.
    """

    table: Table
    id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class Edit:
    """One step of the undo history.

    Attributes:
        text: what the history shows.
        changes: the rows that it changes, each one once.
        kind: edits of the same kind that follow one another quickly are merged; empty for those that never are.
    """

    text: str
    changes: tuple[RowChange, ...]
    kind: str = ""

    def inverted(self) -> Edit:
        """The edit that takes this one back."""
        changes = tuple(RowChange(c.table, c.id, c.after, c.before) for c in reversed(self.changes))
        return Edit(self.text, changes, self.kind)

    def followed_by(self, later: Edit) -> Edit:
        """This edit and a later one as a single one."""
        rows = {(c.table, c.id): c for c in self.changes}
        for change in later.changes:
            first = rows.get((change.table, change.id), change)
            rows[change.table, change.id] = RowChange(change.table, change.id, first.before, change.after)
        return Edit(later.text, tuple(rows.values()), later.kind)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as they are stored."""
        changes = [{"table": c.table, "id": c.id, "before": c.before, "after": c.after} for c in self.changes]
        return {"text": self.text, "changes": changes, "kind": self.kind}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Edit:
        """The edit of `to_dict`'s values."""
        return cls(values["text"], tuple(RowChange(**change) for change in values["changes"]), values["kind"])

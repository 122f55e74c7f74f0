"""The original and the takes of the current region, as a list for views."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.rows import RegionRow, TakeRow
from desktop.panels.take_texts import all_about, key_measures, origin, recipe, spoken
from engine.errors import RetakeError

Index = QModelIndex | QPersistentModelIndex
TAKE = Qt.ItemDataRole.UserRole
IN_USE = Qt.ItemDataRole.UserRole + 1
DETAILS = Qt.ItemDataRole.UserRole + 2


class TakesModel(QAbstractListModel):
    """Row 0 is the original, then the takes, the first made first; empty without a current region.

    Roles: `TAKE` gives the `TakeRow` or None for the original, `IN_USE` whether it is heard, `DETAILS` the lines under
    its name. Names are edited in place.

    Signals:
        said(str, str): level and text of why an edit could not be kept.
    """

    said = Signal(str, str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._region: RegionRow | None = None
        self._rows: list[TakeRow | None] = []
        document.edited.connect(self.refresh)
        document.current_changed.connect(self.refresh)
        self.refresh()

    @property
    def region(self) -> RegionRow | None:
        """The region whose takes these are."""
        return self._region

    def refresh(self) -> None:
        """Follow the document; where the same takes are there as before, only their data change."""
        current = self.document.current_region_id
        region = self.document.regions.get(current) if current is not None else None
        rows: list[TakeRow | None] = [None, *self.document.takes_of(region.id)] if region else []
        same = [row and row.id for row in rows] == [row and row.id for row in self._rows]
        if same and (region and region.id) == (self._region and self._region.id):
            self._region, self._rows = region, rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._region, self._rows = region, rows
        self.endResetModel()

    def row_of(self, take_id: int | None) -> int:
        """Where a take stands; 0 for the original, -1 where it isn't there."""
        ids = [row.id if row else None for row in self._rows]
        return ids.index(take_id) if take_id in ids else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """The original and the takes."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See the roles above."""
        if not index.isValid() or self._region is None:
            return None
        take = self._rows[index.row()]
        in_use = self._region.take_id == (take.id if take else None)
        if role == TAKE:
            return take
        if role == IN_USE:
            return in_use
        frames, rate = self.document.frames, self.document.rate
        if role == DETAILS:
            return [recipe(take), *filter(None, [origin(take), key_measures(take, frames, rate)])] if take else []
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return take.name if take else self.tr("Original")
        if role == Qt.ItemDataRole.ToolTipRole:
            as_it_is = self.tr("The recording as it is, with nothing laid over it here.")
            return all_about(take, frames, rate) if take else as_it_is
        if role == Qt.ItemDataRole.AccessibleTextRole:
            original = self.tr("Original, in use") if in_use else self.tr("Original")
            return spoken(take, frames, rate, in_use) if take else original
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        """Rename a take; an empty name is none."""
        take = self._rows[index.row()] if index.isValid() else None
        name = " ".join(str(value).split())
        if take is None or role != Qt.ItemDataRole.EditRole or not name:
            return False
        try:
            actions.rename_take(self.document, take.id, name)
        except RetakeError as error:
            self.said.emit("error", str(error))
            return False
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Takes can be renamed, the original can't."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and self._rows[index.row()] is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

"""The named regions of a document, as a table for views."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.rows import RegionRow
from desktop.panels.time_text import TimeUnit, hz_text, time_text
from engine.errors import RetakeError

Index = QModelIndex | QPersistentModelIndex
EDITABLE = ("NAME", "NOTES")


class Column(IntEnum):
    """The columns, from the left."""

    NAME = 0
    START = 1
    LENGTH = 2
    BAND = 3
    TAKES = 4
    IN_USE = 5
    NOTES = 6


class RegionsModel(QAbstractTableModel):
    """Regions from the start of the recording on; names and notes are edited in place.

    Signals:
        said(str, str): level and text of why an edit could not be kept.
    """

    said = Signal(str, str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.unit: TimeUnit = "clock"
        self._rows: list[RegionRow] = []
        document.edited.connect(self.refresh)
        self.refresh()

    def set_time_unit(self, unit: TimeUnit) -> None:
        """Show times as ``clock``, ``seconds`` or ``samples``."""
        self.unit = unit
        self.refresh()

    def refresh(self) -> None:
        """Follow the document; where the same regions are there in the same order, only their data change."""
        rows = sorted(self.document.regions.values(), key=lambda row: (row.start_frame, row.end_frame, row.id))
        if [row.id for row in rows] == [row.id for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(Column) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def region(self, row: int) -> RegionRow:
        """The region of a row."""
        return self._rows[row]

    def row_of(self, region_id: int | None) -> int:
        """Where a region stands; -1 where it isn't there."""
        return next((at for at, row in enumerate(self._rows) if row.id == region_id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """One for each region."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        """See `Column`."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts, and for screen readers the column's name with them."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], Column(index.column())
        text = self._text(row, column)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.notes or None if column in (Column.NAME, Column.NOTES) else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._title(column)}: {text}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (Column.START, Column.LENGTH, Column.TAKES):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, row: RegionRow, column: Column) -> str:
        rate = self.document.rate
        if column is Column.START:
            return time_text(row.start_frame, rate, self.unit)
        if column is Column.LENGTH:
            return time_text(row.end_frame - row.start_frame, rate, self.unit)
        if column is Column.BAND:
            whole = row.low_hz <= 0 and row.high_hz >= rate / 2
            return self.tr("full") if whole else f"{hz_text(row.low_hz)}-{hz_text(row.high_hz)} Hz"
        if column is Column.TAKES:
            return str(len(self.document.takes_of(row.id)))
        if column is Column.IN_USE:
            take = self.document.takes.get(row.take_id) if row.take_id is not None else None
            return take.name if take else self.tr("Original")
        return row.name if column is Column.NAME else row.notes

    def _title(self, column: Column) -> str:
        titles = {
            Column.NAME: self.tr("Name"),
            Column.START: self.tr("Start"),
            Column.LENGTH: self.tr("Length"),
            Column.BAND: self.tr("Band"),
            Column.TAKES: self.tr("Takes"),
            Column.IN_USE: self.tr("In use"),
            Column.NOTES: self.tr("Notes"),
        }
        return titles[column]

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The columns' names."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._title(Column(section))
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        """Change a name, which can't be empty, or notes."""
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        row, text = self._rows[index.row()], str(value).strip()
        try:
            if index.column() == Column.NOTES:
                actions.change_region(self.document, row.id, notes=text)
            elif index.column() == Column.NAME and text:
                actions.change_region(self.document, row.id, name=text)
            else:
                return False
        except RetakeError as error:
            self.said.emit("error", str(error))
            return False
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names and notes can be edited."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and Column(index.column()).name in EDITABLE:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

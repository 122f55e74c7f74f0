"""The takes of a document, to be ticked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop.export.source import ExportSource

MOST_ROWS = 6
FEWEST_ROWS = 2


class TakesList(QListWidget):
    """Starred takes are ticked at first; where there are none, those in use; or exactly those that are given."""

    def __init__(self, source: ExportSource, parent: QWidget, takes: tuple[int, ...] | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Takes to export"))
        names = {row.id: row.name for row in source.regions}
        ticked = {take.id for take in source.takes.values() if take.starred} or set(source.takes_in_use)
        if takes is not None:
            ticked = set(takes)
        for take in sorted(source.takes.values(), key=lambda take: (take.region[0], take.region_id, take.id)):
            region = names.get(take.region_id, self.tr("removed region"))
            item = QListWidgetItem(f"{region}: {take.name}{' ★' if take.starred else ''}", self)
            item.setData(Qt.ItemDataRole.UserRole, take.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if take.id in ticked else Qt.CheckState.Unchecked)
        self._fix_height()

    def chosen(self) -> tuple[int, ...]:
        """Ids of the takes that are ticked."""
        items = [self.item(row) for row in range(self.count())]
        return tuple(
            item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() == Qt.CheckState.Checked
        )

    def _fix_height(self) -> None:
        row = self.sizeHintForRow(0) if self.count() else self.fontMetrics().height()
        rows = min(MOST_ROWS, max(FEWEST_ROWS, self.count()))
        self.setFixedHeight(row * rows + 2 * self.frameWidth() + 2)

"""The named regions in a table: choose one, show it, rename it, remove it, take all of them again."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.rows import RegionRow
from desktop.panels.regions_model import EDITABLE, Column, RegionsModel
from desktop.panels.time_text import TimeUnit
from desktop.panels.view_keys import ViewKeys
from engine.errors import RetakeError


class RegionsPanel(QWidget):
    """A table of the regions. The chosen one becomes the document's current region and its selection.

    Keys: Enter shows a region, F2 renames it, Delete removes the chosen ones.

    Signals:
        zoom_asked(object): show this `Region`.
        retake_all_asked(): take all regions again with the panel's settings.
        said(str, str): level and text of what the user should know.
    """

    zoom_asked = Signal(object)
    retake_all_asked = Signal()
    said = Signal(str, str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.model = RegionsModel(document, self)
        self.table = self._made_table()
        self.hint = QLabel(self.tr("Select a part of the recording and add it as a region, to find it here."))
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.zoom = self._button(self.tr("Zoom"), self.tr("Show the chosen region from edge to edge."))
        self.retake_all = self._button(
            self.tr("Retake all"), self.tr("Take every region again with the panel's settings.")
        )
        self.remove = self._button(
            self.tr("Delete"), self.tr("Remove the chosen regions with their takes; can be undone.")
        )
        self.pages = QStackedWidget()
        self.pages.addWidget(self.hint)
        self.pages.addWidget(self.table)
        buttons = QHBoxLayout()
        for button in (self.zoom, self.retake_all, self.remove):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.pages, 1)
        layout.addLayout(buttons)
        self._connect()
        self._follow()

    def _made_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Regions"))
        table.setAccessibleDescription(self.tr("Enter shows a region, F2 renames it, Delete removes it."))
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QTableView.EditTrigger.EditKeyPressed | QTableView.EditTrigger.DoubleClicked)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(round(table.fontMetrics().height() * 1.6))
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return table

    def _button(self, text: str, sentence: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(sentence)
        button.setAccessibleDescription(sentence)
        return button

    def _connect(self) -> None:
        keys = {
            Qt.Key.Key_Return: self.zoom_to_chosen,
            Qt.Key.Key_Enter: self.zoom_to_chosen,
            Qt.Key.Key_Delete: self.remove_chosen,
            Qt.Key.Key_F2: self.rename_chosen,
        }
        self._keys = ViewKeys(self.table, keys)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.table.clicked.connect(self._choose)
        self.table.doubleClicked.connect(self._double_clicked)
        self.model.modelReset.connect(self._follow)
        self.model.said.connect(self.said)
        self.document.current_changed.connect(self._follow)
        self.zoom.clicked.connect(self.zoom_to_chosen)
        self.remove.clicked.connect(self.remove_chosen)
        self.retake_all.clicked.connect(self.retake_all_asked)

    def set_time_unit(self, unit: TimeUnit) -> None:
        """Show times as ``clock``, ``seconds`` or ``samples``."""
        self.model.set_time_unit(unit)

    def _follow(self) -> None:
        """Show the document's current region as the chosen one."""
        count = self.model.rowCount()
        self.pages.setCurrentIndex(1 if count else 0)
        for button in (self.zoom, self.retake_all, self.remove):
            button.setEnabled(count > 0)
        row = self.model.row_of(self.document.current_region_id)
        if row != self.table.currentIndex().row():
            with QSignalBlocker(self.table.selectionModel()):
                self.table.setCurrentIndex(self.model.index(row, Column.NAME) if row >= 0 else QModelIndex())
                if row < 0:
                    self.table.clearSelection()
            self.table.viewport().update()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            row = self.model.region(index.row())
            self.document.current_region_id = row.id
            self.document.selection = row.region

    def _double_clicked(self, index: QModelIndex) -> None:
        if Column(index.column()).name not in EDITABLE:
            self.zoom_to_chosen()

    def chosen(self) -> list[RegionRow]:
        """The chosen regions."""
        return [self.model.region(index.row()) for index in self.table.selectionModel().selectedRows()]

    def zoom_to_chosen(self) -> None:
        """Ask for the chosen region to be shown."""
        if rows := self.chosen():
            self.zoom_asked.emit(rows[0].region)

    def rename_chosen(self) -> None:
        """Edit the chosen region's name in place, or its notes where those are chosen."""
        at = self.table.currentIndex()
        if at.isValid():
            editable = Column(at.column()).name in EDITABLE
            self.table.edit(at if editable else at.siblingAtColumn(Column.NAME))

    def remove_chosen(self) -> None:
        """Remove the chosen regions with their takes; that can be undone."""
        rows = self.chosen()
        if not rows:
            return
        try:
            actions.remove_regions(self.document, [row.id for row in rows])
        except RetakeError as error:
            self.said.emit("error", str(error))

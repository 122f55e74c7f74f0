"""The takes of the current region: which is heard, what they are called, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QListView, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.rows import TakeRow
from desktop.panels.takes_delegate import TakesDelegate
from desktop.panels.takes_model import TAKE, TakesModel
from desktop.panels.view_keys import ViewKeys
from engine.errors import RetakeError


class TakesPanel(QWidget):
    """A list of the original and the takes of the current region.

    Keys: Enter uses a take, F2 renames it, Delete removes it, * stars it. Also with the mouse: the ring, the star, a
    double click, and a menu.

    Signals:
        another_seed_asked(int), everywhere_asked(int), copy_asked(int), export_asked(int): of a take, by its id.
        report_asked(int): of a take, by its id.
        chosen_changed(object): id of the take that is marked, or None.
        said(str, str): level and text of what the user should know.
    """

    chosen_changed = Signal(object)
    another_seed_asked = Signal(int)
    everywhere_asked = Signal(int)
    copy_asked = Signal(int)
    export_asked = Signal(int)
    report_asked = Signal(int)
    said = Signal(str, str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.model = TakesModel(document, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setAccessibleName(self.tr("Takes"))
        self.list.setAccessibleDescription(
            self.tr("Enter uses a take, F2 renames it, Delete removes it, the asterisk stars it.")
        )
        self.list.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setUniformItemSizes(False)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.delegate = TakesDelegate(self.list)
        self.list.setItemDelegate(self.delegate)
        self.hint = QLabel(self.tr("Choose a region to see its takes."))
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.hint)
        self.pages.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)
        self._chosen: int | None = None
        self._connect()
        self._follow()

    def _connect(self) -> None:
        keys = {
            Qt.Key.Key_Return: self.use_chosen,
            Qt.Key.Key_Enter: self.use_chosen,
            Qt.Key.Key_Delete: self.remove_chosen,
            Qt.Key.Key_Asterisk: self.star_chosen,
        }
        self._keys = ViewKeys(self.list, keys)
        self.list.doubleClicked.connect(lambda index: self._use_row(index.row()))
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.delegate.mark_clicked.connect(self._use_row)
        self.delegate.star_clicked.connect(self._star_row)
        self.model.modelReset.connect(self._follow)
        self.model.said.connect(self.said)
        self.list.selectionModel().currentChanged.connect(self._keep_chosen)

    def _keep_chosen(self, index: QModelIndex) -> None:
        take = index.data(TAKE)
        self._chosen = take.id if isinstance(take, TakeRow) else None
        self.chosen_changed.emit(self._chosen)

    def step(self, by: int) -> None:
        """Mark the take ``by`` rows further down; it stops at the ends."""
        count = self.model.rowCount()
        if count:
            row = max(0, min(self.list.currentIndex().row() + by, count - 1))
            self.list.setCurrentIndex(self.model.index(row))

    def _follow(self) -> None:
        """After the list was made anew: the hint or the list, and the take in use marked in it."""
        region = self.model.region
        self.pages.setCurrentIndex(1 if region else 0)
        if region:
            chosen = self.model.row_of(self._chosen) if self._chosen is not None else -1
            row = max(self.model.row_of(region.take_id), 0) if chosen < 0 else chosen
            self.list.setCurrentIndex(self.model.index(row))

    def show_take(self, take_id: int) -> None:
        """Move the list to a take, such as one that just came."""
        row = self.model.row_of(take_id)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row))
            self.list.scrollTo(self.model.index(row))

    def chosen(self) -> TakeRow | None:
        """The take that the keys go to; None for the original or nothing."""
        take = self.list.currentIndex().data(TAKE)
        return take if isinstance(take, TakeRow) else None

    def use_chosen(self) -> None:
        """Let the chosen take, or the original, be heard."""
        if self.list.currentIndex().isValid():
            self._use_row(self.list.currentIndex().row())

    def rename_chosen(self) -> None:
        """Edit the chosen take's name in place."""
        if self.chosen():
            self.list.setFocus()
            self.list.edit(self.list.currentIndex())

    def star_chosen(self) -> None:
        """Mark the chosen take, or take the mark away."""
        self._star_row(self.list.currentIndex().row())

    def remove_chosen(self) -> None:
        """Remove the chosen take; that can be undone."""
        take = self.chosen()
        if take:
            self._try(lambda: actions.remove_takes(self.document, [take.id]))

    def _use_row(self, row: int) -> None:
        region = self.model.region
        take = self.model.index(row).data(TAKE)
        if region:
            self._try(lambda: actions.use_take(self.document, region.id, take.id if take else None))

    def _star_row(self, row: int) -> None:
        take = self.model.index(row).data(TAKE)
        if isinstance(take, TakeRow):
            self._try(lambda: actions.star_take(self.document, take.id, not take.starred))

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except RetakeError as error:
            self.said.emit("error", str(error))

    def _open_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.menu().popup(self.list.viewport().mapToGlobal(at))

    def menu(self) -> QMenu:
        """What can be done with the chosen take, or the original."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        self._add(menu, self.tr("Use"), self.tr("Let this be heard in place of the others."), self.use_chosen)
        take = self.chosen()
        if take is None:
            return menu
        star = self.tr("Take the star off") if take.starred else self.tr("Star")
        self._add(menu, star, self.tr("Mark a take that you like."), self.star_chosen)
        self._add(menu, self.tr("Rename…"), self.tr("Give the take another name."), self.rename_chosen)
        menu.addSeparator()
        again, again_text = self.tr("Retake with another seed"), self.tr("Run the same settings with a new seed.")
        self._add(menu, again, again_text, partial(self.another_seed_asked.emit, take.id))
        everywhere, everywhere_text = self.tr("Run on all regions"), self.tr("Run these settings on every region.")
        self._add(menu, everywhere, everywhere_text, partial(self.everywhere_asked.emit, take.id))
        copy, copy_text = self.tr("Copy settings to the panel"), self.tr("Set the panel as it was for this take.")
        self._add(menu, copy, copy_text, partial(self.copy_asked.emit, take.id))
        export, export_text = self.tr("Export take…"), self.tr("Write this take's sound to a file.")
        self._add(menu, export, export_text, partial(self.export_asked.emit, take.id))
        report, report_text = self.tr("Report of this take…"), self.tr("See what it changed, with every measure.")
        self._add(menu, report, report_text, partial(self.report_asked.emit, take.id))
        menu.addSeparator()
        self._add(menu, self.tr("Delete"), self.tr("Remove the take; that can be undone."), self.remove_chosen)
        return menu

    def _add(self, menu: QMenu, text: str, sentence: str, do: Callable[[], object]) -> None:
        action = menu.addAction(text)
        action.setToolTip(sentence)
        action.setStatusTip(sentence)
        action.triggered.connect(lambda: do())

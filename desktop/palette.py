"""The command palette: type a few letters of anything that can be done, Enter does it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QLineEdit, QTreeView, QVBoxLayout, QWidget

from desktop.actions import without_letter

ACTION = Qt.ItemDataRole.UserRole
WIDTH_EMS, ROWS = 34, 12


def matches(letters: str, text: str) -> bool:
    """Whether all ``letters`` stand in ``text`` in this order, with others between; case and blanks don't count."""
    rest = iter(text.casefold())
    return all(letter in rest for letter in letters.casefold() if not letter.isspace())


class _Filter(QSortFilterProxyModel):
    """Rows whose text holds the typed letters in order; those that hold them in one piece come first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._letters = ""

    def look_for(self, letters: str) -> None:
        self._letters = letters.strip()
        self.invalidate()
        self.sort(0)

    def filterAcceptsRow(self, row: int, parent: object) -> bool:  # noqa: N802
        text = self.sourceModel().index(row, 0).data()
        return matches(self._letters, text)

    def lessThan(self, left: object, right: object) -> bool:  # noqa: N802
        return self._rank(left) < self._rank(right)

    def _rank(self, index: object) -> tuple[bool, int, int]:
        at = index.data().casefold().find(self._letters.casefold())  # type: ignore[attr-defined]
        return at < 0, at, index.row()  # type: ignore[attr-defined]


class CommandPalette(QDialog):
    """A list of actions to choose from by typing.

    Signals:
        chosen: the action, once the palette is closed.
    """

    chosen = Signal(QAction)

    def __init__(self, actions: Iterable[QAction], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName(self.tr("Find a command"))
        self._typed = QLineEdit(self)
        self._typed.setPlaceholderText(self.tr("Type to find a command"))
        self._typed.setAccessibleName(self.tr("Letters of the command"))
        self._model = QStandardItemModel(self)
        for action in actions:
            self._model.appendRow(_row(action))
        self._filter = _Filter(self)
        self._filter.setSourceModel(self._model)
        self._list = QTreeView(self)
        self._list.setModel(self._filter)
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        self._list.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self._list.setAccessibleName(self.tr("Commands"))
        self._list.header().setStretchLastSection(False)
        self._list.header().setSectionResizeMode(0, self._list.header().ResizeMode.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._typed)
        layout.addWidget(self._list)
        self._typed.textChanged.connect(self._look)
        self._typed.installEventFilter(self)
        self._list.activated.connect(lambda index: self._choose())
        self._list.clicked.connect(lambda index: self._choose())
        ems = self.fontMetrics().averageCharWidth()
        self.resize(WIDTH_EMS * 2 * ems, (ROWS + 3) * (self.fontMetrics().height() + 4))
        self._look("")

    def open_over(self, window: QWidget) -> None:
        """Show it at the upper middle of ``window``, ready to be typed into."""
        middle = window.mapToGlobal(window.rect().center())
        self.move(middle.x() - self.width() // 2, window.mapToGlobal(window.rect().topLeft()).y() + 80)
        self.show()
        self._typed.setFocus()

    def _look(self, letters: str) -> None:
        self._filter.look_for(letters)
        self._list.setCurrentIndex(self._filter.index(0, 0))

    def _choose(self) -> None:
        index = self._list.currentIndex()
        if not index.isValid():
            return
        action = index.siblingAtColumn(0).data(ACTION)
        self.close()
        self.chosen.emit(action)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self._typed and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                self._list.event(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose()
                return True
        return super().eventFilter(watched, event)


def _row(action: QAction) -> list[QStandardItem]:
    name = QStandardItem(without_letter(action.text()))
    name.setData(action, ACTION)
    name.setToolTip(action.statusTip())
    name.setEnabled(action.isEnabled())
    keys = QStandardItem(action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
    keys.setEnabled(False)
    return [name, keys]

"""Keys of a list: they work while it has the focus, also where the window has another use for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier)


class ViewKeys(QObject):
    """Calls what stands behind a key; the view must not be editing, since its editor has the focus then."""

    def __init__(self, view: QAbstractItemView, keys: Mapping[Qt.Key, Callable[[], object]]) -> None:
        super().__init__(view)
        self._keys = keys
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take the keys that are known, before shortcuts of the window do."""
        if not isinstance(event, QKeyEvent) or event.modifiers() not in PLAIN:
            return False
        do = self._keys.get(Qt.Key(event.key()))
        if do is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            do()
            return True
        return False

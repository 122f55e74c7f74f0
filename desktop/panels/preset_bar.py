"""The menu of presets, and the line in which a new one is named; nothing here is modal."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.panels.presets import delete_preset, read_presets, save_preset
from engine.errors import RetakeError
from engine.settings import RestoreSettings, StoredPreset


class NameLine(QLineEdit):
    """A line that Escape leaves.

    Signals:
        left(): by Escape.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class PresetBar(QWidget):
    """Choose, save and delete presets.

    Signals:
        chosen(object): an `engine.settings.StoredPreset`.
        said(str, str): level and text of what the user should know.
    """

    chosen = Signal(object)
    said = Signal(str, str)

    def __init__(self, settings: Callable[[], RestoreSettings], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._told: set[str] = set()
        self.button = QToolButton()
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.setToolTip(self.tr("Choose all settings at once, or keep the ones that are set now."))
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill)
        self.name = NameLine()
        self.name.setPlaceholderText(self.tr("Name of the preset"))
        self.name.setAccessibleName(self.tr("Name of the preset"))
        self.name.setToolTip(self.tr("Enter saves the settings under this name, Escape doesn't."))
        self.save = QPushButton(self.tr("Save"))
        self.save.setToolTip(self.tr("Save the settings that are set now as a preset."))
        self._lay_out()
        self.name.returnPressed.connect(self._save)
        self.name.left.connect(self._close_naming)
        self.save.clicked.connect(self._save)
        self.show_name("")

    def _lay_out(self) -> None:
        self.naming = QWidget()
        line = QHBoxLayout(self.naming)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.name, 1)
        line.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.button)
        layout.addWidget(self.naming)
        self.naming.hide()

    def show_name(self, name: str) -> None:
        """The name of the preset that is set; empty once something was changed."""
        self.button.setText(name or self.tr("Presets"))
        self.button.setAccessibleName(self.tr("Preset: {name}").format(name=name or self.tr("none")))

    def _fill(self) -> None:
        presets, errors = read_presets()
        for error in errors:
            if error not in self._told:
                self._told.add(error)
                self.said.emit("warning", error)
        self.menu.clear()
        for preset in presets:
            if not preset.shipped and presets[presets.index(preset) - 1].shipped:
                self.menu.addSeparator()
            self._add(self.menu, preset, self.chosen.emit)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Save as…"), self._open_naming)
        own = [preset for preset in presets if not preset.shipped]
        delete = self.menu.addMenu(self.tr("Delete"))
        delete.setEnabled(bool(own))
        for preset in own:
            self._add(delete, preset, self._delete)

    def _add(self, menu: QMenu, preset: StoredPreset, do: Callable[[StoredPreset], object]) -> None:
        action = menu.addAction(preset.name.replace("&", "&&"))
        action.setToolTip(preset.sentence or preset.name)
        action.triggered.connect(lambda: do(preset))

    def _open_naming(self) -> None:
        self.naming.show()
        self.name.setFocus()

    def _close_naming(self) -> None:
        self.name.clear()
        self.naming.hide()
        self.button.setFocus()

    def _save(self) -> None:
        try:
            preset = save_preset(self.name.text(), self._settings())
        except RetakeError as error:
            self.said.emit("warning", str(error))
            return
        self._close_naming()
        self.chosen.emit(preset)
        self.said.emit("info", self.tr("Preset {name} is saved").format(name=preset.name))

    def _delete(self, preset: StoredPreset) -> None:
        try:
            delete_preset(preset)
        except RetakeError as error:
            self.said.emit("warning", str(error))
            return
        self.said.emit("info", self.tr("Preset {name} is deleted").format(name=preset.name))

"""The forms of one stage: one for each choice, made when it is first chosen and kept with what was set there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.panels.numbers import CalmComboBox
from desktop.panels.setting_texts import stage_label, stage_texts
from desktop.panels.settings_form import SettingsForm
from desktop.panels.told import Told


class StageForms(QWidget):
    """A choice of task, method or renderer, with the form of whichever is chosen.

    This widget holds the basic fields, ``more`` the others; the choice ``box`` is placed by whoever owns this.

    Signals:
        chosen(): another task, method or renderer, by the user.
        changed(): a setting, or the choice.
        refused(str): what was typed isn't accepted.
    """

    chosen = Signal()
    changed = Signal()
    refused = Signal(str)

    def __init__(self, stage: str, name: str, table: dict[str, type[Any]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._told = Told()
        self._words: dict[str, str] = {}
        self.forms: dict[str, SettingsForm] = {}
        self.more = QWidget()
        self._rows, self._more_rows = QVBoxLayout(self), QVBoxLayout(self.more)
        for rows in (self._rows, self._more_rows):
            rows.setContentsMargins(0, 0, 0, 0)
            rows.setSpacing(0)
        self.box = CalmComboBox()
        self.box.setAccessibleName(name)
        known = stage_texts(stage)
        for key in sorted(table, key=lambda key: list(known).index(key)):
            self.box.addItem(stage_label(stage, key), key)
            self.box.setItemData(self.box.count() - 1, known[key].sentence, Qt.ItemDataRole.ToolTipRole)
        self.box.currentIndexChanged.connect(self._choose)
        self._show()

    def name(self) -> str:
        """The chosen task, method or renderer."""
        return str(self.box.currentData())

    def form(self) -> SettingsForm:
        """The form of what is chosen."""
        return self.form_of(self.name())

    def form_of(self, name: str) -> SettingsForm:
        """The form of one of the choices, made now where it wasn't."""
        if name not in self.forms:
            form = SettingsForm(self._table[name])
            form.set_told(self._told)
            form.changed.connect(self.changed)
            form.refused.connect(self.refused)
            self._rows.addWidget(form)
            self._more_rows.addWidget(form.more)
            form.hide()
            form.more.hide()
            self.forms[name] = form
        return self.forms[name]

    def settings(self) -> Any:
        """The settings of what is chosen."""
        return self.form().values()

    def set_settings(self, name: str, settings: Any) -> None:
        """Choose, and show settings of it, without saying that anything changed."""
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(name))
        self.form().set_values(settings)
        self._show()

    def set_told(self, told: Told) -> None:
        """Offer what a model can be told: one of some kinds of sound, or words."""
        self._told = told
        for form in self.forms.values():
            form.set_told(told)

    def change_told(self, told: Told) -> None:
        """Go over to another model; see `SettingsForm.change_told`."""
        self._told = told
        for form in self.forms.values():
            form.change_told(told)

    def _choose(self) -> None:
        """Show another form; what was said of the sound holds there too."""
        self._words |= self._shown.words()
        self.form().set_words(self._words)
        self._show()
        self.chosen.emit()
        self.changed.emit()

    def _show(self) -> None:
        chosen = self._shown = self.form()
        for form in self.forms.values():
            form.setVisible(form is chosen and form.has_basic)
            form.more.setVisible(form is chosen and form.has_more)
        self.setVisible(chosen.has_basic)
        self.more.setVisible(chosen.has_more)
        sentence = self.box.itemData(self.box.currentIndex(), Qt.ItemDataRole.ToolTipRole)
        self.box.setToolTip(str(sentence))
        self.box.setAccessibleDescription(str(sentence))

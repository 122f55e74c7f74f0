"""A form for one stage's settings: frozen dataclass in, frozen dataclass out."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.panels.field_editors import FieldEditor, KindField, SpokenField, StretchField, WordsField, editor_of
from desktop.panels.field_text import FieldText
from desktop.panels.setting_texts import field_texts
from desktop.panels.told import Told
from engine.errors import InputError
from engine.model.conditioning import ANY

LABEL_LETTERS = 14


def column_label(text: str, sentence: str, field: QWidget) -> QLabel:
    """The label of a field; all are equally wide, so that fields of several forms stand under each other."""
    label = QLabel(text)
    label.setToolTip(sentence)
    label.setBuddy(field)
    label.setWordWrap(True)
    label.setFixedWidth(label.fontMetrics().averageCharWidth() * LABEL_LETTERS)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
    return label


def narrow_form(parent: QWidget) -> QFormLayout:
    """A layout of labels and fields for the column."""
    layout = QFormLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setHorizontalSpacing(8)
    layout.setVerticalSpacing(4)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return layout


class SettingsForm(QWidget):
    """The settings of one task, method or renderer, or of the splice.

    What is basic is seen here; the rest is in ``more``, for whoever owns the form to put somewhere.

    Attributes:
        settings_class: the dataclass.
        more: the advanced fields; empty where there are none.

    Signals:
        changed(): by the user.
        refused(str): something that was typed isn't accepted; what stood before stands.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, settings_class: type[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings_class = settings_class
        self.editors: dict[str, FieldEditor] = {}
        self._values = settings_class()
        self._told = Told()
        self._aside: dict[str, object] = {}
        self.basic, self.more = QWidget(), QWidget()
        basic_rows, more_rows = narrow_form(self.basic), narrow_form(self.more)
        for name, text in field_texts(settings_class).items():
            self._add(name, text, basic_rows if text.basic else more_rows)
        self.has_basic, self.has_more = basic_rows.rowCount() > 0, more_rows.rowCount() > 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.basic)
        self.basic.setVisible(self.has_basic)
        self.set_values(self._values)

    def _add(self, name: str, text: FieldText, rows: QFormLayout) -> None:
        editor = editor_of(text)
        editor.changed.connect(lambda: self._take(name))
        editor.refused.connect(self.refused)
        rows.addRow(column_label(text.label, text.sentence, editor.main), editor)
        self.editors[name] = editor

    def _take(self, name: str) -> None:
        """Take one control's value; where the settings don't accept it beside the others, say so and put it back."""
        try:
            self._values = dataclasses.replace(self._values, **{name: self.editors[name].value()})
        except InputError as error:
            self.editors[name].set_value(getattr(self._values, name))
            self.refused.emit(str(error))
            return
        self.changed.emit()

    def values(self) -> Any:
        """What is set, as the frozen dataclass."""
        return self._values

    def set_values(self, values: Any) -> None:
        """Show settings of this form's class."""
        assert isinstance(values, self.settings_class)
        self._values = values
        self._aside = {}
        for name, editor in self.editors.items():
            editor.set_value(getattr(values, name))
        self._show_what_can_be_told()

    def set_told(self, told: Told) -> None:
        """Offer what a model can be told: one of some kinds of sound, or words."""
        self._told = told
        for editor in self.editors.values():
            if isinstance(editor, KindField):
                editor.set_kinds(told.kinds)
        self._show_what_can_be_told()

    def change_told(self, told: Told) -> None:
        """Go over to another model: what it can't be told is set aside, and comes back with one that can be."""
        nothing = self.settings_class()
        for name, editor in self.editors.items():
            if isinstance(editor, KindField | WordsField):
                none = getattr(nothing, name)
                before = self._aside.pop(name, none)
                wanted = before if editor.value() == none else editor.value()
                if not editor.can_be(wanted, told):
                    self._aside[name], wanted = wanted, none
                self._put(name, wanted)
        self.set_told(told)

    def words(self) -> dict[str, str]:
        """What is said of the sound, by field, also where it is set aside."""
        fields = {name: editor for name, editor in self.editors.items() if isinstance(editor, WordsField)}
        return {name: editor.value() or str(self._aside.get(name, "")) for name, editor in fields.items()}

    def set_words(self, words: dict[str, str]) -> None:
        """Say of the sound what was said elsewhere; what the model can't be told is set aside."""
        for name, text in words.items():
            editor = self.editors.get(name)
            if isinstance(editor, WordsField):
                told = editor.can_be(text, self._told)
                self._aside[name] = "" if told else text
                self._put(name, text if told else "")
        self._show_what_can_be_told()

    def _put(self, name: str, value: object) -> None:
        self.editors[name].set_value(value)
        self._values = dataclasses.replace(self._values, **{name: value})

    def _show_what_can_be_told(self) -> None:
        """Show words where the model takes some, or some stand there; else the kinds."""
        told = self._told
        for editor in self.editors.values():
            if isinstance(editor, WordsField):
                takes = told.speech if isinstance(editor, SpokenField) else told.words
                self._set_row_visible(editor, takes or bool(editor.value()))
            elif isinstance(editor, KindField):
                self._set_row_visible(editor, not told.words or editor.value() != ANY)

    def _set_row_visible(self, editor: FieldEditor, visible: bool) -> None:
        part = self.basic if editor.text.basic else self.more
        rows = part.layout()
        assert isinstance(rows, QFormLayout)
        rows.setRowVisible(editor, visible)

    def stretches(self) -> list[StretchField]:
        """The fields that can take the selection."""
        return [editor for editor in self.editors.values() if isinstance(editor, StretchField)]

"""A form for one stage's settings: frozen dataclass in, frozen dataclass out."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.panels.field_editors import FieldEditor, KindField, StretchField, WordsField, editor_of
from desktop.panels.field_text import FieldText
from desktop.panels.setting_texts import field_texts
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
        self._takes_words = False
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
        for name, editor in self.editors.items():
            editor.set_value(getattr(values, name))
        self._show_what_can_be_told()

    def set_told(self, kinds: tuple[str, ...], takes_words: bool) -> None:
        """Offer what a model can be told: one of some kinds of sound, or words."""
        self._takes_words = takes_words
        for editor in self.editors.values():
            if isinstance(editor, KindField):
                editor.set_kinds(kinds)
        self._show_what_can_be_told()

    def _show_what_can_be_told(self) -> None:
        """Show words where the model takes some, or some stand there; else the kinds."""
        for editor in self.editors.values():
            if isinstance(editor, WordsField):
                self._set_row_visible(editor, self._takes_words or bool(editor.value()))
            elif isinstance(editor, KindField):
                self._set_row_visible(editor, not self._takes_words or editor.value() != ANY)

    def _set_row_visible(self, editor: FieldEditor, visible: bool) -> None:
        part = self.basic if editor.text.basic else self.more
        rows = part.layout()
        assert isinstance(rows, QFormLayout)
        rows.setRowVisible(editor, visible)

    def stretches(self) -> list[StretchField]:
        """The fields that can take the selection."""
        return [editor for editor in self.editors.values() if isinstance(editor, StretchField)]

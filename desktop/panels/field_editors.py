"""The controls of settings: each shows one field, takes its value and gives it back unchanged."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from desktop.panels.field_text import Editor, FieldText
from desktop.panels.numbers import CalmComboBox, CalmSlider, NumberEdit
from desktop.panels.setting_texts import kind_label
from desktop.panels.told import Told
from engine.errors import InputError
from engine.settings import DenoiseSettings

ARROWS_WIDTH = 28
MOST_LETTERS = 4000  # far more than text encoders read
Stretch = tuple[float, float]
ROUNDING = 1e-6  # of a step: what binary fractions may be off
EDIT_LETTERS = 13  # of a number beside a slider, unit and arrows included


class FieldEditor(QWidget):
    """One field's control.

    Attributes:
        main: the widget that holds the focus and is the label's buddy.

    Signals:
        changed(): by the user.
        refused(str): what was typed isn't accepted, and why; the value before stands.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, text: FieldText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = text
        self.main: QWidget = self
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put a widget into the row, named and explained as the field is."""
        widget.setAccessibleName(self.text.label)
        widget.setAccessibleDescription(self.text.sentence)
        widget.setToolTip(self.text.sentence)
        self.row.addWidget(widget, stretch)

    def value(self) -> object:
        """What is set, in the type of the settings' field."""
        raise NotImplementedError

    def set_value(self, value: object) -> None:
        """Show a value without saying that it changed."""
        raise NotImplementedError


class NumberField(FieldEditor):
    """A number; where it is seen at once and has a range of few steps, with a slider."""

    def __init__(self, text: FieldText, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._whole = text.editor is Editor.WHOLE_NUMBER
        self.edit = NumberEdit()
        self.edit.setDecimals(0 if self._whole else text.decimals)
        self.edit.setRange(text.low, text.high)
        self.edit.setSingleStep(text.step)
        self.edit.setSuffix(f" {text.unit}" if text.unit else "")
        self.edit.setSpecialValueText(text.low_text)
        self.main = self.edit
        self.slider = self._with_slider() if text.basic and not text.low_text else None
        self.add(self.edit, 0 if self.slider else 1)
        if self.slider:
            self.edit.setFixedWidth(self.fontMetrics().averageCharWidth() * EDIT_LETTERS)
        self.edit.valueChanged.connect(self._edited)
        self.edit.refused.connect(self.refused)

    def _with_slider(self) -> CalmSlider:
        slider = CalmSlider()
        slider.setRange(0, round((self.text.high - self.text.low) / self.text.step))
        slider.setMinimumWidth(48)
        self.add(slider, 1)
        slider.valueChanged.connect(self._slid)
        return slider

    def _slid(self, at: int) -> None:
        self.edit.setValue(min(self.text.high, self.text.low + at * self.text.step))

    def _edited(self) -> None:
        self._move_slider()
        self.changed.emit()

    def _move_slider(self) -> None:
        if self.slider:
            with QSignalBlocker(self.slider):
                self.slider.setValue(round((self.edit.value() - self.text.low) / self.text.step))

    def value(self) -> int | float:
        """The number, whole where the field is."""
        number = self.edit.value()
        return round(number) if self._whole else number

    def set_value(self, value: object) -> None:
        """Show a number exactly."""
        assert isinstance(value, int | float)
        with QSignalBlocker(self.edit):
            self.edit.set_exact(float(value))
        self._move_slider()


class SwitchField(FieldEditor):
    """Yes or no."""

    def __init__(self, text: FieldText, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.box = self.main = QCheckBox()
        self.add(self.box, 1)
        self.box.toggled.connect(self.changed)

    def value(self) -> bool:
        """Whether it is on."""
        return self.box.isChecked()

    def set_value(self, value: object) -> None:
        """Show on or off."""
        with QSignalBlocker(self.box):
            self.box.setChecked(bool(value))


class ChoiceField(FieldEditor):
    """One of several."""

    def __init__(self, text: FieldText, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.box = self.main = CalmComboBox()
        self.add(self.box, 1)
        self.offer(text.choices)
        self.box.currentIndexChanged.connect(self.changed)

    def offer(self, choices: tuple[tuple[object, str], ...]) -> None:
        """Replace what can be chosen; what was chosen stays."""
        chosen = self.value() if self.box.count() else None
        with QSignalBlocker(self.box):
            self.box.clear()
            for value, label in choices:
                self.box.addItem(label, value)
        if chosen is not None:
            self.set_value(chosen)

    def value(self) -> object:
        """The value behind the chosen name."""
        return self.box.currentData()

    def set_value(self, value: object) -> None:
        """Choose a value; one that isn't offered is offered from now on, rather than replaced in silence."""
        with QSignalBlocker(self.box):
            if self.box.findData(value) < 0:
                self.box.addItem(str(value), value)
            self.box.setCurrentIndex(self.box.findData(value))


class KindField(ChoiceField):
    """A kind of sound that the model knows."""

    def can_be(self, value: object, told: Told) -> bool:
        """Whether a model can be told that."""
        return value in told.kinds

    def set_kinds(self, kinds: tuple[str, ...]) -> None:
        """Offer the kinds of another model."""
        self.offer(tuple((kind, kind_label(kind)) for kind in kinds))


class WordsField(FieldEditor):
    """Words that a model is told; they count as soon as they are typed, so that none is left out of a take."""

    def __init__(self, text: FieldText, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.line = self.main = QLineEdit()
        self.line.setPlaceholderText(text.low_text)
        self.line.setMaxLength(MOST_LETTERS)
        self.line.setMinimumWidth(self.line.fontMetrics().averageCharWidth() * 8)
        self.add(self.line, 1)
        self.line.textEdited.connect(self._take)
        self.line.editingFinished.connect(self._show_start)
        self._value = ""

    def _show_start(self) -> None:
        """Words that are longer than the line are read from their start once it is left."""
        if not self.line.hasFocus():
            self.line.setCursorPosition(0)

    def can_be(self, value: object, told: Told) -> bool:
        """Whether a model can be told that."""
        return told.words or not value

    def _take(self) -> None:
        words = " ".join(self.line.text().split())
        if words != self._value:
            self._value = words
            self._explain()
            self.changed.emit()

    def _explain(self) -> None:
        """Let words be read whole that are longer than the line."""
        self.line.setToolTip("\n\n".join(filter(None, (self.text.sentence, self._value))))

    def value(self) -> str:
        """The words."""
        return self._value

    def set_value(self, value: object) -> None:
        """Show words."""
        self._value = str(value)
        self.line.setText(self._value)
        self.line.setCursorPosition(0)
        self._explain()


class SpokenField(WordsField):
    """Words that a model is to say."""

    def can_be(self, value: object, told: Told) -> bool:
        """Whether a model can be told that."""
        return told.speech or not value


class LevelField(FieldEditor):
    """A level in dB, or ``auto``: as text, since the settings keep it so."""

    def __init__(self, text: FieldText, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.box = self.main = QCheckBox(self.tr("auto"))
        self.edit = NumberEdit()
        self.edit.setDecimals(text.decimals)
        self.edit.setRange(text.low, text.high)
        self.edit.setSingleStep(text.step)
        self.edit.setSuffix(f" {text.unit}")
        self.edit.setMinimumWidth(self.fontMetrics().horizontalAdvance(f"-60.0 {text.unit}") + ARROWS_WIDTH)
        self.add(self.box)
        self.add(self.edit, 1)
        self.box.toggled.connect(self.edit.setDisabled)
        self.box.toggled.connect(self.changed)
        self.edit.valueChanged.connect(self.changed)
        self.edit.refused.connect(self.refused)

    def value(self) -> str:
        """``auto``, or the level."""
        return "auto" if self.box.isChecked() else f"{self.edit.value():g}"

    def set_value(self, value: object) -> None:
        """Show ``auto`` or a level."""
        automatic = value == "auto"
        with QSignalBlocker(self.box), QSignalBlocker(self.edit):
            self.box.setChecked(automatic)
            self.edit.setDisabled(automatic)
            self.edit.set_exact(-1.0 if automatic else float(str(value)))


class StretchField(FieldEditor):
    """A stretch of the recording as ``START:END`` in seconds, typed or taken from the selection; or none.

    Attributes:
        selected: asked for the selection in seconds; None where nothing is selected.
    """

    def __init__(self, text: FieldText, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.selected: Callable[[], Stretch | None] = lambda: None
        self._value = ""
        self.line = self.main = QLineEdit()
        self.line.setPlaceholderText(self.tr("found by itself"))
        self.line.setMinimumWidth(self.line.fontMetrics().averageCharWidth() * 8)
        self.add(self.line, 1)
        self.button = QToolButton()
        self.button.setText(self.tr("Selection"))
        self.add(self.button)
        self.button.setToolTip(self.tr("Take the stretch that is selected now."))
        self.button.setAccessibleName(self.tr("Noise from the selection"))
        self.line.editingFinished.connect(lambda: self._take(self.line.text().strip()))
        self.button.clicked.connect(self._take_selected)

    def _take_selected(self) -> None:
        stretch = self.selected()
        if stretch is None:
            self.refused.emit(self.tr("Nothing is selected; select a stretch that holds noise alone first"))
        else:
            self._take(stretch_text(*stretch))

    def _take(self, text: str) -> None:
        if text == self._value:
            return
        try:
            DenoiseSettings(noise_from=text)
        except InputError as error:
            self.line.setText(self._value)
            self.refused.emit(str(error))
            return
        self.set_value(text)
        self.changed.emit()

    def value(self) -> str:
        """``START:END``, or nothing."""
        return self._value

    def set_value(self, value: object) -> None:
        """Show a stretch."""
        self._value = str(value)
        self.line.setText(self._value)
        self.line.setCursorPosition(0)


def stretch_text(start_s: float, end_s: float) -> str:
    """``START:END`` with rounded seconds that never reach outside what they stand for, such as past the file's end."""
    places = 4 if end_s < 1 else 3
    steps = 10**places
    start, end = math.ceil(start_s * steps - ROUNDING) / steps, math.floor(end_s * steps + ROUNDING) / steps
    return f"{start:g}:{end:g}" if end_s < 1 else f"{start:.3f}:{end:.3f}"


EDITORS: dict[Editor, type[FieldEditor]] = {
    Editor.NUMBER: NumberField,
    Editor.WHOLE_NUMBER: NumberField,
    Editor.SWITCH: SwitchField,
    Editor.CHOICE: ChoiceField,
    Editor.KIND: KindField,
    Editor.LEVEL: LevelField,
    Editor.STRETCH: StretchField,
    Editor.WORDS: WordsField,
    Editor.SPOKEN: SpokenField,
}


def editor_of(text: FieldText) -> FieldEditor:
    """The control of a field."""
    return EDITORS[text.editor](text)

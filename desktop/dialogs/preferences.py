"""The preferences dialog: every choice takes effect when it is made; Cancel brings back what was."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.preferences import COLOUR_MAPS, LANGUAGES, SCALES, THEMES, TIME_FORMATS, WINDOWS, Preferences
from desktop.theme import without_icons
from engine.settings import DEVICES


class PreferencesDialog(QDialog):
    """Shows `Preferences` and changes them.

    Attributes:
        chosen: what is shown now.

    Signals:
        changed: the new `Preferences`, after each change.
    """

    changed = Signal(object)

    def __init__(self, current: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.chosen = self._before = current
        self._show: list[Callable[[Preferences], None]] = []
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._add_program()
        self._add_spectrogram()
        self._add_work()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.RestoreDefaults
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.Ok
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(self._restore_defaults)
        without_icons(buttons)
        layout = QVBoxLayout(self)
        layout.addLayout(self._form)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(56 * self.fontMetrics().averageCharWidth())

    def reject(self) -> None:
        """Close with everything as it was before."""
        self._set(self._before)
        super().reject()

    def _add_program(self) -> None:
        themes = (self.tr("As the desktop"), self.tr("Light"), self.tr("Dark"))
        self._choice("theme", self.tr("Theme"), dict(zip(THEMES, themes, strict=True)))
        names = dict(zip(LANGUAGES, (self.tr("As the desktop"), "English", "简体中文"), strict=True))
        self._choice("language", self.tr("Language"), names)
        note = QLabel(self.tr("A new language is spoken from the next start on."))
        note.setEnabled(False)
        self._form.addRow("", note)
        formats = (self.tr("Hours, minutes, seconds"), self.tr("Seconds"), self.tr("Samples"))
        self._choice("time_format", self.tr("Times"), dict(zip(TIME_FORMATS, formats, strict=True)))

    def _add_spectrogram(self) -> None:
        scales = (self.tr("Linear"), self.tr("Logarithmic"), self.tr("Mel"))
        self._choice("frequency_scale", self.tr("Frequency scale"), dict(zip(SCALES, scales, strict=True)))
        maps = {**{name: name.capitalize() for name in COLOUR_MAPS}, "grey": self.tr("Grey")}
        self._choice("colour_map", self.tr("Colours"), maps)
        self._level("top_db", self.tr("Brightest at"), -60, 0, self.tr("dBFS"))
        self._level("range_db", self.tr("Range"), 20, 150, self.tr("dB"))
        self._choice("window", self.tr("Window"), {size: self.tr("%n samples", "", size) for size in WINDOWS})

    def _add_work(self) -> None:
        names = (
            self.tr("The fastest there is"),
            self.tr("Processor"),
            self.tr("NVIDIA GPU (CUDA)"),
            self.tr("Apple GPU (MPS)"),
        )
        self._choice("device", self.tr("Compute on"), dict(zip(DEVICES, names, strict=True)))
        self._switch("snap", self.tr("Snap selections to zero crossings"))
        self._switch("quick_first", self.tr("Make a quick take ahead of the full one"))

    def _choice(self, name: str, label: str, texts: dict[Any, str]) -> None:
        box = QComboBox(self)
        for value, text in texts.items():
            box.addItem(text, value)
        self._add(name, label, box)
        self._show.append(lambda chosen: box.setCurrentIndex(box.findData(getattr(chosen, name))))
        self._show[-1](self.chosen)
        box.currentIndexChanged.connect(lambda index: self._change(name, box.itemData(index)))

    def _level(self, name: str, label: str, low: int, high: int, unit: str) -> None:
        box = QSpinBox(self)
        box.setRange(low, high)
        box.setSuffix(f" {unit}")
        self._add(name, label, box)
        self._show.append(lambda chosen: box.setValue(round(getattr(chosen, name))))
        self._show[-1](self.chosen)
        box.valueChanged.connect(lambda value: self._change(name, float(value)))

    def _switch(self, name: str, label: str) -> None:
        box = QCheckBox(label, self)
        box.setObjectName(name)
        self._form.addRow("", box)
        self._show.append(lambda chosen: box.setChecked(getattr(chosen, name)))
        self._show[-1](self.chosen)
        box.toggled.connect(lambda on: self._change(name, on))

    def _add(self, name: str, label: str, box: QWidget) -> None:
        box.setObjectName(name)
        box.setAccessibleName(label)
        self._form.addRow(label, box)

    def _change(self, name: str, value: object) -> None:
        if getattr(self.chosen, name) != value:
            changes: dict[str, Any] = {name: value}
            self.chosen = dataclasses.replace(self.chosen, **changes)
            self.changed.emit(self.chosen)

    def _restore_defaults(self) -> None:
        self._set(Preferences(recent=self.chosen.recent, greeted=self.chosen.greeted))

    def _set(self, wanted: Preferences) -> None:
        for show in self._show:
            show(wanted)

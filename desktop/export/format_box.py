"""The part of the export dialog that chooses the format: container, samples, rate, dither, level."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from desktop.export.choices import containers_for, rates_for, rounds, subtypes_for
from desktop.export.names import container_name, rate_name, subtype_name
from desktop.export.settings import ExportSettings
from desktop.panels.numbers import NumberEdit
from engine.audio import Clip
from engine.normalising import HIGHEST_PEAK_DBFS, LOWEST_DB, Normalising
from engine.recording.formats import Format, Shape, choose_subtype

LOUDNESS_LUFS, PEAK_DBFS = -23.0, -1.0


class FormatBox(QWidget):
    """Only what can be written can be chosen.

    Signals:
        changed(): a choice is another now.
    """

    changed = Signal()

    def __init__(self, clip: Clip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clip = clip
        self._shape = Shape(clip.rate, clip.channels, clip.frames)
        self._own = Format(clip.container, clip.subtype)
        self.container = self._combo(self.tr("File format"))
        self.subtype = self._combo(self.tr("Samples"))
        self.rate = self._combo(self.tr("Sample rate"))
        self.dither = QCheckBox(self.tr("&Dither where samples are rounded"), self)
        self.dither.setToolTip(self.tr("Keeps the error of rounding free of the sound; triangular, 2 steps wide"))
        self.level = self._combo(self.tr("Level"))
        self.target_db = NumberEdit(self)
        self.target_db.setDecimals(1)
        self.target_db.setRange(LOWEST_DB, HIGHEST_PEAK_DBFS)
        self.target_db.setSingleStep(0.5)
        self.target_db.setAccessibleName(self.tr("Level to reach"))
        self._fill_fixed()
        self._lay_out()
        self.container.currentIndexChanged.connect(self._fill_subtypes)
        self.subtype.currentIndexChanged.connect(self._fill_rates)
        self.rate.currentIndexChanged.connect(self._settle)
        self.level.currentIndexChanged.connect(self._offer_level)
        self.dither.toggled.connect(self.changed)
        self.target_db.valueChanged.connect(self.changed)

    def settings(self) -> dict[str, Any]:
        """The choices as arguments of `ExportSettings`; what is the recording's own is None."""
        return {
            "container": self.container.currentData(),
            "subtype": self.subtype.currentData(),
            "rate": None if self.rate.currentData() == self._clip.rate else self.rate.currentData(),
            "dither": self.dither.isChecked(),
            "normalising": Normalising(self.level.currentData(), self.target_db.value()),
        }

    def choose(self, settings: ExportSettings) -> None:
        """Show choices; those that this recording doesn't allow become its own."""
        choose(self.container, settings.container or self._own.container)
        self._fill_subtypes()
        if settings.subtype:
            choose(self.subtype, settings.subtype)
        self._fill_rates()
        choose(self.rate, settings.rate or self._clip.rate)
        self.dither.setChecked(settings.dither)
        choose(self.level, settings.normalising.mode)
        self._offer_level()
        self.target_db.setValue(settings.normalising.target_db)
        self._settle()

    def offers(self, container: str) -> bool:
        """Whether a container can be chosen."""
        return self.container.findData(container) >= 0

    @property
    def keeps_samples(self) -> bool:
        """Whether rate and level stay."""
        return bool(self.rate.currentData() == self._clip.rate and self.level.currentData() == "off")

    def _combo(self, name: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return combo

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("&Format"), self.container)
        form.addRow(self.tr("Sa&mples"), self.subtype)
        form.addRow(self.tr("&Rate"), self.rate)
        form.addRow("", self.dither)
        row = QHBoxLayout()
        row.addWidget(self.level, 1)
        row.addWidget(self.target_db)
        label = QLabel(self.tr("&Level"), self)
        label.setBuddy(self.level)
        form.addRow(label, row)

    def _fill_fixed(self) -> None:
        for name in containers_for(self._shape, self._own.container):
            self.container.addItem(container_name(name), name)
        self.level.addItem(self.tr("Leave as it is"), "off")
        self.level.addItem(self.tr("Peak at"), "peak")
        self.level.addItem(self.tr("Loudness of"), "loudness")

    def _fill_subtypes(self) -> None:
        """Sample types of the container; the one before is kept, else the recording's, else the nearest to that."""
        container, before = self.container.currentData(), self.subtype.currentData()
        names = subtypes_for(container, self._shape, self._own.subtype)
        nearest = choose_subtype(self._clip.path, container, self._own)
        with QSignalBlocker(self.subtype):
            self.subtype.clear()
            for name in names:
                self.subtype.addItem(subtype_name(name), name)
            choose(self.subtype, nearest)
            if before != self._own.subtype:  # what was chosen is kept; what was only the recording's isn't
                choose(self.subtype, before)
        self._fill_rates()

    def _fill_rates(self) -> None:
        before = self.rate.currentData() or self._clip.rate
        rates = rates_for(self.container.currentData(), self.subtype.currentData(), self._shape)
        with QSignalBlocker(self.rate):
            self.rate.clear()
            for rate in rates:
                as_recorded = rate == self._clip.rate
                name = self.tr("{rate} (as recorded)") if as_recorded else "{rate}"
                self.rate.addItem(name.format(rate=rate_name(rate)), rate)
            choose(self.rate, before if before in rates else max(rates))
        self._settle()

    def _offer_level(self) -> None:
        """The usual level of the mode that was chosen."""
        mode = self.level.currentData()
        with QSignalBlocker(self.target_db):
            self.target_db.setSuffix(" LUFS" if mode == "loudness" else " dBFS")
            self.target_db.setValue(LOUDNESS_LUFS if mode == "loudness" else PEAK_DBFS)
        self._settle()

    def _settle(self) -> None:
        self.target_db.setVisible(self.level.currentData() != "off")
        subtype = self.subtype.currentData()
        self.dither.setEnabled(rounds(self._own, subtype, processed=not self.keeps_samples))
        self.changed.emit()


def choose(combo: QComboBox, value: Any) -> None:
    """Show the item with this value, if there is one."""
    index = combo.findData(value)
    if index >= 0:
        combo.setCurrentIndex(index)

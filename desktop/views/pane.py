"""One sound with its rulers: time above, waveform and spectrogram below each other with a splitter between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QSplitter, QToolButton, QWidget

from desktop.views.axes import Axes
from desktop.views.lane_rulers import FrequencyRuler, LevelRuler
from desktop.views.marks import Marks
from desktop.views.rulers import Ruler, TimeRuler
from desktop.views.selection import Selecting
from desktop.views.sound_area import SoundArea
from desktop.views.ticks import TIME_UNITS, TimeUnit

if TYPE_CHECKING:
    from desktop.document.document import Document
    from desktop.pyramids.peaks import Peaks
    from desktop.pyramids.spectrum import Spectrum


class Pane(QWidget):
    """Rulers, waveform and spectrogram of one sound.

    Attributes:
        time_ruler, level_ruler, frequency_ruler: the rulers.
        waveform, spectrogram: the areas; both layers in `spectrogram` when they lie over each other.

    Signals:
        unit_chosen(str): another time unit was chosen at the corner.
        divided(list): the splitter was moved: heights of the two rows.
    """

    unit_chosen = Signal(str)
    divided = Signal(list)

    def __init__(
        self,
        document: Document,
        axes: Axes,
        marks: Marks,
        selecting: Selecting,
        sound: tuple[Peaks, Spectrum],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.time_ruler = TimeRuler(axes.time, marks)
        self.level_ruler = LevelRuler(axes.level, document.channels)
        self.frequency_ruler = FrequencyRuler(axes.frequency, document.channels)
        self.waveform = SoundArea(document, axes, marks, selecting, sound, (1.0, 0.0))
        self.spectrogram = SoundArea(document, axes, marks, selecting, sound, (0.0, 1.0))
        # Over each other, levels matter only while the spectrogram isn't seen.
        self._lower_level_ruler = LevelRuler(axes.level, document.channels)
        self._lower_level_ruler.hide()
        self._title = ""
        self._corner = self._made_corner()
        self._rows = [
            _row(self.level_ruler, self.waveform),
            _row(self.frequency_ruler, self._lower_level_ruler, self.spectrogram),
        ]
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setAccessibleName(self.tr("Waveform and spectrogram"))
        for row, stretch in zip(self._rows, (2, 3), strict=True):
            self.splitter.addWidget(row)
            self.splitter.setStretchFactor(self.splitter.indexOf(row), stretch)
        self.splitter.splitterMoved.connect(lambda *_: self.divided.emit(self.splitter.sizes()))
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._corner, 0, 0)
        layout.addWidget(self.time_ruler, 0, 1)
        layout.addWidget(self.splitter, 1, 0, 1, 2)
        layout.setRowStretch(1, 1)

    @property
    def areas(self) -> tuple[SoundArea, SoundArea]:
        return self.waveform, self.spectrogram

    @property
    def level_rulers(self) -> tuple[LevelRuler, LevelRuler]:
        return self.level_ruler, self._lower_level_ruler

    def set_sound(self, peaks: Peaks, spectrum: Spectrum, title: str) -> None:
        """Show another sound."""
        for area in self.areas:
            area.set_sound(peaks, spectrum)
        self.set_title(title)

    def set_title(self, title: str) -> None:
        """Name the sound in the corner of the upper area that is seen."""
        split = not self._rows[0].isHidden()
        self._title = title
        self.waveform.set_title(title)
        self.spectrogram.set_title("" if split else title)

    def set_overlay(self, overlay: float | None) -> None:
        """Lay waveform and spectrogram over each other: 0 waveform only, 1 spectrogram only; None: below each other."""
        split = overlay is None
        share = 1.0 if overlay is None else overlay
        self._rows[0].setVisible(split)
        self.set_title(self._title)
        # Both are at full strength in the middle.
        self.spectrogram.set_strengths(min(1.0, 2 * (1 - share)), min(1.0, 2 * share))
        self.frequency_ruler.setVisible(share > 0)
        self._lower_level_ruler.setVisible(share == 0)

    def set_unit(self, unit: TimeUnit) -> None:
        """Label time in this unit."""
        self.time_ruler.set_unit(unit)
        self._corner.setText(self.unit_names()[unit])
        for action in self._corner.menu().actions():
            action.setChecked(action.data() == unit)

    def unit_names(self) -> dict[TimeUnit, str]:
        """What the time units are called."""
        return {"clock": self.tr("h:m:s"), "seconds": self.tr("s"), "samples": self.tr("smp")}

    def _made_corner(self) -> QToolButton:
        corner = QToolButton()
        corner.setAutoRaise(True)
        corner.setToolTip(self.tr("Unit of the time ruler"))
        corner.setAccessibleName(self.tr("Unit of the time ruler"))
        corner.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        corner.setFixedSize(QSize(self.level_ruler.sizeHint().width(), self.time_ruler.sizeHint().height()))
        corner.setText(self.unit_names()["clock"])
        menu = QMenu(corner)
        group = QActionGroup(menu)
        names = {
            "clock": self.tr("Hours, minutes, seconds"),
            "seconds": self.tr("Seconds"),
            "samples": self.tr("Samples"),
        }
        for unit in TIME_UNITS:
            action = QAction(names[unit], menu, checkable=True, checked=unit == "clock")
            action.setData(unit)
            group.addAction(action)
            menu.addAction(action)
        menu.triggered.connect(lambda action: self.unit_chosen.emit(action.data()))
        corner.setMenu(menu)
        return corner


def _row(*widgets: Ruler | SoundArea) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)
    return row

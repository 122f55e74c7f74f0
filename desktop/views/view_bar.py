"""The line below the sound: selecting tools, how waveform and spectrogram share the room, and zoom."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from desktop.views.glyphs import GlyphButton
from desktop.views.selection import TOOLS, Tool

OVERLAY_STEPS = 100


class ViewBar(QWidget):
    """Buttons and the opacity slider; it only asks, the editor does.

    Signals:
        tool_asked(str), snap_asked(bool), split_asked(bool), overlay_asked(float), beside_asked(bool): choices.
        zoom_asked(str): ``in``, ``out``, ``fit`` or ``selection``.
    """

    tool_asked = Signal(str)
    snap_asked = Signal(bool)
    split_asked = Signal(bool)
    overlay_asked = Signal(float)
    beside_asked = Signal(bool)
    zoom_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools = QButtonGroup(self)
        names: dict[Tool, str] = {
            "time": self.tr("Select time"),
            "box": self.tr("Select time and frequency"),
            "frequency": self.tr("Select frequency"),
        }
        for tool in TOOLS:
            button = GlyphButton(tool, names[tool], checkable=True)
            button.clicked.connect(lambda _=False, tool=tool: self.tool_asked.emit(tool))
            self._tools.addButton(button, TOOLS.index(tool))
        self.snap = GlyphButton("snap", self.tr("Snap to zero crossings"), checkable=True)
        self.snap.toggled.connect(self.snap_asked)
        self.split = GlyphButton("split", self.tr("Waveform and spectrogram below each other"), checkable=True)
        self.split.toggled.connect(self.split_asked)
        self.overlay = QSlider(Qt.Orientation.Horizontal)
        self.overlay.setRange(0, OVERLAY_STEPS)
        self.overlay.setValue(OVERLAY_STEPS // 2)
        self.overlay.setFixedWidth(8 * self.fontMetrics().height())
        self.overlay.setToolTip(self.tr("Waveform on the left, spectrogram on the right, both in between"))
        self.overlay.setAccessibleName(self.tr("Waveform to spectrogram"))
        self.overlay.valueChanged.connect(lambda value: self.overlay_asked.emit(value / OVERLAY_STEPS))
        self.waveform = GlyphButton("wave", self.tr("Waveform alone"))
        self.waveform.clicked.connect(lambda: self.overlay_asked.emit(0.0))
        self.spectrogram = GlyphButton("spectrum", self.tr("Spectrogram alone"))
        self.spectrogram.clicked.connect(lambda: self.overlay_asked.emit(1.0))
        self.beside = GlyphButton("beside", self.tr("Original and result side by side"), checkable=True)
        self.beside.toggled.connect(self.beside_asked)
        self.read_out = QLabel()
        self.read_out.setAccessibleName(self.tr("Under the pointer"))
        self.read_out.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()

    def show_state(self, *, tool: Tool, snap: bool, overlay: float | None, beside: bool) -> None:
        """Show what is chosen; ``overlay`` None: below each other."""
        self._tools.button(TOOLS.index(tool)).setChecked(True)
        widgets = (self.snap, self.split, self.beside, self.overlay)
        blockers = [QSignalBlocker(widget) for widget in widgets]
        self.snap.setChecked(snap)
        self.split.setChecked(overlay is None)
        self.beside.setChecked(beside)
        if overlay is not None:  # else it stays where it was, for going back
            self.overlay.setValue(round(overlay * OVERLAY_STEPS))
        del blockers

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        gap = self.fontMetrics().height() // 2
        layout.setContentsMargins(gap // 2, 2, gap // 2, 2)
        layout.setSpacing(1)
        for button in self._tools.buttons():
            layout.addWidget(button)
        layout.addWidget(self.snap)
        layout.addSpacing(gap)
        layout.addWidget(self.read_out, 1)
        layout.addSpacing(gap)
        layout.addWidget(self.split)
        layout.addSpacing(gap // 2)
        layout.addWidget(self.waveform)
        layout.addWidget(self.overlay)
        layout.addWidget(self.spectrogram)
        layout.addSpacing(gap // 2)
        layout.addWidget(self.beside)
        layout.addSpacing(gap)
        zooms = {
            "out": ("zoom out", self.tr("Zoom out")),
            "in": ("zoom in", self.tr("Zoom in")),
            "selection": ("to selection", self.tr("Zoom to the selection")),
            "fit": ("fit", self.tr("Show the whole file")),
        }
        for asked, (glyph, name) in zooms.items():
            button = GlyphButton(glyph, name)  # type: ignore[arg-type]
            button.clicked.connect(lambda _=False, asked=asked: self.zoom_asked.emit(asked))
            layout.addWidget(button)

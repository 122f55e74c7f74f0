"""The editor's view of one document: overview, rulers, waveform and spectrogram, and the line below them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop.views.overview import Overview
from desktop.views.pane import Pane
from desktop.views.selection import Part
from desktop.views.sounds import SoundName, Sounds
from desktop.views.spectrogram import SpectrogramLook
from desktop.views.ticks import LevelUnit, TimeUnit
from desktop.views.view_actions import ViewActions
from desktop.views.view_bar import ViewBar
from desktop.views.view_state import sensible

if TYPE_CHECKING:
    from desktop.document.document import Document
    from desktop.pyramids.peaks import Peaks
    from desktop.pyramids.spectrum import Spectrum
    from engine.region import Region

NUDGES = {
    Qt.Key.Key_Left: (Part.RIGHT, Part.LEFT, -1),
    Qt.Key.Key_Right: (Part.RIGHT, Part.LEFT, 1),
    Qt.Key.Key_Up: (Part.TOP, Part.BOTTOM, 1),
    Qt.Key.Key_Down: (Part.TOP, Part.BOTTOM, -1),
}


class EditorView(ViewActions):
    """Everything seen of one document's sound.

    Keys: arrows move the selection's end and upper edge, with Shift its start and lower edge, with Ctrl ten times as
    far; without a selection they move the cursor. Home and End go to the file's ends, [ and ] to the edge before and
    after the cursor; Esc selects nothing, Ctrl+A everything.

    Attributes:
        panes: one, or two side by side. overlay: None below each other, else 0 (waveform) to 1 (spectrogram).
        sound: which sound is shown. sounds: the pyramids of each.

    Signals:
        pointed(str): read-out of time, frequency and level under the pointer; empty beside the sound.
        cursor_moved(int): the cursor stands on another frame.
        scrubbed(int): a moment is to be heard.
        shown_changed(): another sound, layout, unit, colour map or range is shown, or a tool chosen.
        menu_asked(QPoint, object): a context menu is wanted at a global position, over a region's flag (its id) or
            beside them (None).
    """

    pointed = Signal(str)
    cursor_moved = Signal(int)
    scrubbed = Signal(int)
    shown_changed = Signal()
    menu_asked = Signal(QPoint, object)

    def __init__(
        self,
        document: Document,
        peaks: Peaks,
        spectrum: Spectrum,
        make_source: Callable[[SoundName], tuple[Peaks, Spectrum]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``make_source`` makes the pyramids of ``original`` and ``difference`` when they are first shown."""
        super().__init__(document, parent)
        self.sounds = Sounds((peaks, spectrum), make_source, self)
        self.sound: SoundName = "result"
        self.overlay: float | None = None
        self.time_unit: TimeUnit = "clock"
        self.level_unit: LevelUnit = "dBFS"
        self.spectrogram_look = SpectrogramLook()
        self.setAccessibleName(self.tr("Editor"))
        self.overview = Overview(document, self.axes.time, self.marks, peaks)
        self._beside = QSplitter(Qt.Orientation.Horizontal)
        self._beside.setChildrenCollapsible(False)
        self._original: Pane | None = None
        self.pane = self._made_pane("result")
        self._beside.addWidget(self.pane)
        self.bar = ViewBar()
        self.bar.beside.setEnabled(make_source is not None)
        self._connect()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.overview)
        layout.addWidget(self._beside, 1)
        layout.addWidget(self.bar)
        self.setFocusProxy(self.pane.spectrogram)
        self._show_bar()
        if document.view:
            self.restore_view(document.view)

    def _connect(self) -> None:
        document, bar = self.document, self.bar
        for signal in (self.axes.time.changed, self.axes.frequency.changed, self.axes.level.changed):
            signal.connect(self.keep_view)
        self.shown_changed.connect(self.keep_view)
        self.shown_changed.connect(self._show_bar)
        self.sounds.grew.connect(self._sound_grew)
        document.sound_changed.connect(self._sound_changed)
        document.selection_changed.connect(self._mark_extent)
        self.selecting.pulled.connect(self._pull_region)
        self.marks.cursor_moved.connect(self._cursor_moved)
        self.selecting.changed.connect(self.shown_changed)
        bar.tool_asked.connect(self.set_tool)
        bar.snap_asked.connect(self.set_snap)
        bar.split_asked.connect(lambda split: self.set_overlay(None if split else bar.overlay.value() / 100))
        bar.overlay_asked.connect(self.set_overlay)
        bar.beside_asked.connect(self.set_side_by_side)
        zooms = {"in": self.zoom_in, "out": self.zoom_out, "fit": self.fit, "selection": self.zoom_to_selection}
        bar.zoom_asked.connect(lambda asked: zooms[asked]())
        self.pointed.connect(bar.read_out.setText)

    @property
    def panes(self) -> list[Pane]:
        return [self.pane] if self._original is None or self._original.isHidden() else [self._original, self.pane]

    # What is shown

    def show_sound(self, name: SoundName) -> None:
        """Show ``result``, ``original`` or ``difference`` in place.

        Raises:
            ValueError: there is no such sound.
        """
        peaks, spectrum = self.sounds.source(name)
        self.sound = name
        self.pane.set_sound(peaks, spectrum, self._title(name))
        self.overview.set_peaks(peaks)
        self.shown_changed.emit()

    @property
    def side_by_side(self) -> bool:
        return len(self.panes) > 1

    def set_side_by_side(self, beside: bool) -> None:
        """Show the original on the left of the sound shown, on the same axes."""
        if beside == self.side_by_side:
            return
        if beside:
            if self._original is None:
                self._original = self._made_pane("original")
                self._beside.insertWidget(0, self._original)
            self._apply()
            self._original.show()
            self._beside.setSizes([1000, 1000])
            self._original.splitter.setSizes(self.pane.splitter.sizes())
        elif self._original is not None:
            self._original.hide()
        if beside and self.sound == "original":
            self.show_sound("result")
        for pane, name in zip(reversed(self.panes), (self.sound, "original"), strict=False):
            pane.set_title(self._title(name))
        self._mark_extent()
        self.shown_changed.emit()

    def set_overlay(self, overlay: float | None) -> None:
        """Lay waveform and spectrogram over each other: 0 waveform only, 1 spectrogram only; None: below each other."""
        self.overlay = None if overlay is None else min(max(overlay, 0.0), 1.0)
        self._apply()
        self.shown_changed.emit()

    def set_time_unit(self, unit: TimeUnit) -> None:
        """Label time as ``clock`` (h:m:s.ms), ``seconds`` or ``samples``."""
        self.time_unit = unit
        self._apply()
        self.shown_changed.emit()

    def set_level_unit(self, unit: LevelUnit) -> None:
        """Label levels in ``dBFS`` or ``linear``."""
        self.level_unit = unit
        self._apply()
        self.shown_changed.emit()

    def set_colour_map(self, name: str) -> None:
        """Paint spectrograms in another colour map (`COLOUR_MAPS`)."""
        self.spectrogram_look = replace(self.spectrogram_look, colours=name)
        self._apply()
        self.shown_changed.emit()

    def set_range(self, bottom_db: float, top_db: float) -> None:
        """Levels of the darkest and of the brightest colour."""
        self.spectrogram_look = replace(self.spectrogram_look, bottom_db=bottom_db, top_db=max(top_db, bottom_db + 1))
        self._apply()
        self.shown_changed.emit()

    def set_window(self, window: int) -> None:
        """FFT length of the spectrogram, in frames."""
        self.sounds.set_window(window)
        for pane in self._all_panes():
            for area in pane.areas:
                area.spectrogram.forget()
                area.update()
        self.shown_changed.emit()

    # The view, kept with the document

    def view_state(self) -> dict[str, Any]:
        """What is visible and how, as plain values."""
        time, frequency = self.axes.time, self.axes.frequency
        look = self.spectrogram_look
        return {
            "start_frame": time.start,
            "stop_frame": time.stop,
            "low_hz": frequency.low_hz,
            "high_hz": frequency.high_hz,
            "scale": frequency.scale,
            "level_top": self.axes.level.top,
            "cursor_frame": self.marks.cursor_frame,
            "overlay": self.overlay,
            "time_unit": self.time_unit,
            "level_unit": self.level_unit,
            "colour_map": look.colours,
            "bottom_db": look.bottom_db,
            "top_db": look.top_db,
            "tool": self.selecting.tool,
            "snap": self.selecting.snap,
        }

    def restore_view(self, state: dict[str, Any]) -> None:
        """Show what `view_state` gave; what is missing or makes no sense stays as it is."""
        now = self.view_state()
        now |= sensible(state)
        self.axes.frequency.set_scale(now["scale"])
        self.axes.frequency.show(now["low_hz"], now["high_hz"])
        self.axes.time.show(now["start_frame"], now["stop_frame"])
        self.axes.level.show(now["level_top"])
        self.set_cursor(now["cursor_frame"])
        self.set_tool(now["tool"])
        self.set_snap(now["snap"])
        self.overlay, self.time_unit, self.level_unit = now["overlay"], now["time_unit"], now["level_unit"]
        self.spectrogram_look = SpectrogramLook(now["colour_map"], now["bottom_db"], now["top_db"])
        self._apply()
        self.shown_changed.emit()

    def keep_view(self) -> None:
        """Tell the document what is visible; it writes it when there is time."""
        self.document.set_view({**self.document.view, **self.view_state()})

    def release(self) -> None:
        """Stop what works in the background for the sounds made here."""
        self.sounds.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        ctrl = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        plain = {
            Qt.Key.Key_Home: self.go_home,
            Qt.Key.Key_End: self.go_end,
            Qt.Key.Key_BracketLeft: self.previous_edge,
            Qt.Key.Key_BracketRight: self.next_edge,
            Qt.Key.Key_Escape: self.clear_selection,
        }
        if key in NUDGES:
            self._arrow(key, shift, 10 if ctrl else 1)
        elif key in plain:
            plain[key]()
        elif ctrl and key == Qt.Key.Key_A:
            self.select_all()
        else:
            super().keyPressEvent(event)

    def _arrow(self, key: Qt.Key, shift: bool, steps: int) -> None:
        usual, shifted, way = NUDGES[key]
        if self.document.selection is not None:
            self.nudge(shifted if shift else usual, way * steps)
        elif usual == Part.RIGHT:
            time = self.axes.time
            self.set_cursor(self.marks.cursor_frame + way * steps * max(round(time.span / max(self.width(), 1)), 1))
            time.reveal(self.marks.cursor_frame, self.marks.cursor_frame)

    def _made_pane(self, name: SoundName) -> Pane:
        pane = Pane(self.document, self.axes, self.marks, self.selecting, self.sounds.source(name))
        for area in pane.areas:
            area.pointed.connect(self.pointed)
            area.region_shown.connect(self.show_region)
            area.menu_asked.connect(self.menu_asked)
        pane.time_ruler.clicked.connect(self.set_cursor)
        pane.time_ruler.scrubbed.connect(self.scrubbed)
        pane.unit_chosen.connect(self.set_time_unit)
        pane.divided.connect(self._divide)
        return pane

    def _all_panes(self) -> list[Pane]:
        return [self.pane] if self._original is None else [self._original, self.pane]

    def _apply(self) -> None:
        """Show the choices in every pane."""
        for pane in self._all_panes():
            pane.set_overlay(self.overlay)
            pane.set_unit(self.time_unit)
            for ruler in pane.level_rulers:
                ruler.set_unit(self.level_unit)
            for area in pane.areas:
                area.spectrogram.look = self.spectrogram_look
                area.unit = self.time_unit
                area.update()

    def _pull_region(self, before: Region) -> None:
        """Where it was the current region whose handles were dragged, the region follows."""
        row = self.document.current_region
        if row is not None and row.region == before:
            self.change_region()

    def _divide(self, sizes: list[int]) -> None:
        for pane in self._all_panes():
            if pane.splitter.sizes() != sizes:
                pane.splitter.setSizes(sizes)

    def _title(self, name: str) -> str:
        names = {"result": self.tr("Result"), "original": self.tr("Original"), "difference": self.tr("Difference")}
        return names[name] if self.side_by_side or name != "result" else ""

    def _cursor_moved(self, _: int, now: int) -> None:
        self.keep_view()
        self.cursor_moved.emit(now)

    def _mark_extent(self) -> None:
        selection = self.document.selection
        extent = None if selection is None else (selection.start_frame, selection.end_frame)
        for pane in self._all_panes():
            pane.time_ruler.set_extent(extent)

    def _show_bar(self) -> None:
        self.bar.show_state(
            tool=self.selecting.tool, snap=self.selecting.snap, overlay=self.overlay, beside=self.side_by_side
        )

    def _sound_grew(self, name: SoundName) -> None:
        """More is known of a sound: paint again what was incomplete."""
        known = self.sounds.known.get(name)
        if known is None:
            return
        peaks, spectrum = known
        for pane in self._all_panes():
            for area in pane.areas:
                area.grow(peaks, spectrum)
        if self.overview.layer.peaks is peaks and not self.overview.layer.complete:
            self.overview.layer.forget()
            self.overview.update()

    def _sound_changed(self, start: int, stop: int) -> None:
        self.sounds.refresh(start, stop)
        for pane in self._all_panes():
            for area in pane.areas:
                area.forget_sound()
        self.overview.layer.forget()
        self.overview.update()

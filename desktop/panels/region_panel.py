"""The region's numbers: typed, checked, and undone like everything else."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.edits import Edit
from desktop.document.rows import RegionRow
from desktop.panels.subject import subject_region, subject_row
from desktop.panels.time_text import TimeUnit, hz_text, parsed_hz, parsed_time, time_text
from engine.errors import RetakeError
from engine.region import Region

LONGEST_NAME = 200


class RegionPanel(QWidget):
    """Start, end, length and band of the selection or of the current region, its name and notes.

    The current region is shown unless something else is selected. Numbers that are typed change the selection, or the
    region through `actions`; what isn't accepted is refused with a word and the number before stands.

    Signals:
        zoom_asked(object): show this `Region`.
        said(str, str): level and text of what the user should know.
    """

    zoom_asked = Signal(object)
    said = Signal(str, str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.unit: TimeUnit = "clock"
        self.name = self._line(
            self.tr("Name"), self.tr("The region's name; typed for a selection, it makes a region of it.")
        )
        self.start = self._line(self.tr("Start"), self.tr("Where the region starts; a colon separates minutes."))
        self.end = self._line(self.tr("End"), self.tr("Where the region ends; a colon separates minutes."))
        self.length = self._line(self.tr("Length"), self.tr("How long the region is; its start stays."))
        self.low = self._line(self.tr("Low"), self.tr("Lower end of the band in Hz; 0 for all."))
        self.high = self._line(self.tr("High"), self.tr("Upper end of the band in Hz; up to half the sample rate."))
        self.notes = self._line(self.tr("Notes"), self.tr("What you want to remember of this region."))
        self.name.setPlaceholderText(self.tr("not a region yet"))
        self.name.setMaxLength(LONGEST_NAME)
        self.notes.setPlaceholderText(self.tr("none"))
        self.add = QPushButton(self.tr("Add"))
        self.add.setAccessibleName(self.tr("Add region"))
        self.add.setToolTip(self.tr("Keep the selection as a named region."))
        self.zoom = QPushButton(self.tr("Zoom"))
        self.zoom.setToolTip(self.tr("Show the region from edge to edge."))
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setVisible(False)
        self._lay_out()
        self._connect()
        self.refresh()

    def _line(self, name: str, sentence: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setAccessibleDescription(sentence)
        line.setToolTip(sentence)
        line.setMinimumWidth(line.fontMetrics().averageCharWidth() * 9)
        return line

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        self._place(grid, self.name, 0, 0, width=2)
        grid.addWidget(self.add, 0, 3)
        self._place(grid, self.start, 1, 0)
        self._place(grid, self.end, 1, 2)
        self._place(grid, self.length, 2, 0)
        grid.addWidget(self.zoom, 2, 3)
        self._place(grid, self.low, 3, 0)
        self._place(grid, self.high, 3, 2)
        self._place(grid, self.notes, 4, 0, width=3)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(grid)
        layout.addWidget(self.message)

    def _place(self, grid: QGridLayout, line: QLineEdit, row: int, column: int, *, width: int = 1) -> None:
        label = QLabel(line.accessibleName())
        label.setBuddy(line)
        label.setToolTip(line.toolTip())
        grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(line, row, column + 1, 1, width)

    def _connect(self) -> None:
        for line, take in (
            (self.start, self._take_start),
            (self.end, self._take_end),
            (self.length, self._take_length),
            (self.low, self._take_low),
            (self.high, self._take_high),
            (self.name, self._take_name),
            (self.notes, self._take_notes),
        ):
            line.editingFinished.connect(lambda line=line, take=take: self._finish(line, take))
            line.textEdited.connect(self._forget_message)
        self.add.clicked.connect(self._add_clicked)
        self.zoom.clicked.connect(self._zoom)
        self.document.selection_changed.connect(self.refresh)
        self.document.current_changed.connect(self.refresh)
        self.document.edited.connect(self._follow_edit)

    def _follow_edit(self, edit: Edit) -> None:
        """A selection that covered a region follows it, also when its change is undone."""
        for change in edit.changes:
            if change.table == "regions" and change.before and change.after:
                before, after = RegionRow.from_dict(change.before), RegionRow.from_dict(change.after)
                if before.region != after.region and self.document.selection == before.region:
                    self.document.selection = after.region
        self.refresh()

    def set_time_unit(self, unit: TimeUnit) -> None:
        """Show times as ``clock``, ``seconds`` or ``samples``."""
        self.unit = unit
        self.refresh()

    def row(self) -> RegionRow | None:
        """The region that is shown; None where it is the selection, or nothing."""
        return subject_row(self.document)

    def region(self) -> Region | None:
        """What is shown."""
        return subject_region(self.document)

    def refresh(self) -> None:
        """Show what the document holds now."""
        row, region = self.row(), self.region()
        rate = self.document.rate
        self._show(self.name, row.name if row else "")
        self._show(self.notes, row.notes if row else "")
        for line, text in self._texts(region, rate).items():
            self._show(line, text)
        for line in (self.start, self.end, self.length, self.low, self.high):
            line.setEnabled(self.document.frames > 0)
        self.length.setEnabled(region is not None)
        self.name.setEnabled(region is not None)
        self.notes.setEnabled(row is not None)
        self.add.setEnabled(region is not None and row is None)
        self.zoom.setEnabled(region is not None)

    def _texts(self, region: Region | None, rate: int) -> dict[QLineEdit, str]:
        if region is None:
            return dict.fromkeys((self.start, self.end, self.length, self.low, self.high), "")
        return {
            self.start: time_text(region.start_frame, rate, self.unit),
            self.end: time_text(region.end_frame, rate, self.unit),
            self.length: time_text(region.frames, rate, self.unit),
            self.low: self.tr("{hz} Hz").format(hz=hz_text(region.low_hz)),
            self.high: self.tr("{hz} Hz").format(hz=hz_text(region.high_hz)),
        }

    def _show(self, line: QLineEdit, text: str) -> None:
        line.setProperty("shown", text)
        if line.text() != text:
            line.setText(text)
            line.setCursorPosition(0)

    def _forget_message(self) -> None:
        self.message.setVisible(False)

    def _finish(self, line: QLineEdit, take: Callable[[str], None]) -> None:
        """Take what was typed; a text that was not touched keeps its exact frame."""
        text = line.text().strip()
        if text == line.property("shown"):
            return
        try:
            take(text)
        except (ValueError, RetakeError) as error:
            self._refuse(line, str(error))
        self.refresh()

    def _refuse(self, line: QLineEdit, why: str) -> None:
        what = line.accessibleName()
        self.message.setText(f"{what}: {why}")
        self.message.setAccessibleName(self.message.text())
        self.message.setVisible(True)
        self.said.emit("warning", self.message.text())

    def _base(self) -> Region:
        """What is changed: what is shown, or the whole recording."""
        return self.region() or Region(0, self.document.frames, 0.0, self.document.rate / 2)

    def _time(self, text: str) -> int:
        try:
            return parsed_time(text, self.document.rate, self.unit)
        except ValueError:
            example = time_text(self.document.frames // 2, self.document.rate, self.unit)
            raise ValueError(
                self.tr("{text!r} is no time; {example} would be").format(text=text, example=example)
            ) from None

    def _hz(self, text: str) -> float:
        try:
            return parsed_hz(text)
        except ValueError:
            raise ValueError(self.tr("{text!r} is no frequency; 440 or 12.5k would be").format(text=text)) from None

    def _take_start(self, text: str) -> None:
        base = self._base()
        self._change(Region(self._time(text), base.end_frame, base.low_hz, base.high_hz))

    def _take_end(self, text: str) -> None:
        base = self._base()
        self._change(Region(base.start_frame, self._time(text), base.low_hz, base.high_hz))

    def _take_length(self, text: str) -> None:
        base = self._base()
        self._change(Region(base.start_frame, base.start_frame + self._time(text), base.low_hz, base.high_hz))

    def _take_low(self, text: str) -> None:
        base = self._base()
        self._change(Region(base.start_frame, base.end_frame, self._hz(text), base.high_hz))

    def _take_high(self, text: str) -> None:
        base = self._base()
        self._change(Region(base.start_frame, base.end_frame, base.low_hz, self._hz(text)))

    def _take_name(self, text: str) -> None:
        row = self.row()
        if not text:
            raise ValueError(self.tr("a region needs a name"))
        if row:
            actions.change_region(self.document, row.id, name=text)
        else:
            self.add_region(text)

    def _take_notes(self, text: str) -> None:
        row = self.row()
        if row:
            actions.change_region(self.document, row.id, notes=text)

    def _change(self, region: Region) -> None:
        """Set the selection or the region.

        Raises:
            ValueError: the document can't hold it.
        """
        self._check(region)
        row = self.row()
        if row is None:
            self.document.selection = region
            return
        actions.change_region(self.document, row.id, region=region)

    def _check(self, region: Region) -> None:
        rate, frames = self.document.rate, self.document.frames
        last = time_text(frames, rate, self.unit)
        if not 0 <= region.start_frame < region.end_frame <= frames:
            text = self.tr("{start} to {end} isn't accepted; it must rise, within 0 to {last}")
            start, end = (time_text(frame, rate, self.unit) for frame in (region.start_frame, region.end_frame))
            raise ValueError(text.format(start=start, end=end, last=last))
        if not 0 <= region.low_hz < region.high_hz <= rate / 2:
            text = self.tr("{low} to {high} Hz isn't accepted; it must rise, within 0 to {most} Hz")
            low, high = hz_text(region.low_hz), hz_text(region.high_hz)
            raise ValueError(text.format(low=low, high=high, most=hz_text(rate / 2)))

    def add_region(self, name: str = "") -> None:
        """Keep the selection as a named region, and make it the current one.

        Raises:
            DiskFullError, OutputError: it could not be written.
        """
        region = self.region()
        if region is not None and self.row() is None:
            self.document.current_region_id = actions.add_region(self.document, region, name)

    def _add_clicked(self) -> None:
        try:
            self.add_region()
        except RetakeError as error:
            self.said.emit("error", str(error))

    def _zoom(self) -> None:
        if region := self.region():
            self.zoom_asked.emit(region)

"""Moving about, selecting and regions: what menus and keys do to an editor's view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.views.axes import Axes
from desktop.views.frequency_scale import FrequencyAxis, Scale
from desktop.views.level_axis import LevelAxis
from desktop.views.marks import Marks
from desktop.views.selection import Part, Selecting, Tool
from desktop.views.time_axis import TimeAxis
from engine.errors import RetakeError

if TYPE_CHECKING:
    from desktop.document.document import Document

STEP_ZOOM = 2.0
NORMAL_SPAN_S = 10.0
MARGIN = 0.1  # left free on each side of what is zoomed to
NUDGE_BAND = 1 / 200  # of the visible band


class ViewActions(QWidget):
    """The axes, the marks and the selection of one editor, and everything that moves them.

    Attributes:
        axes: time, frequency, level. marks: cursor and playhead. selecting: the tool and snapping.
        follows: whether the view goes along with the playhead.

    Signals:
        said(str, str): level and text of what the user should know.
    """

    said = Signal(str, str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.axes = Axes(
            TimeAxis(document.frames, document.rate, self),
            FrequencyAxis(document.rate / 2, parent=self),
            LevelAxis(self),
        )
        self.marks = Marks(self)
        self.selecting = Selecting(document, self)
        self.follows = True

    # Time

    def zoom_in(self) -> None:
        """Show half as much, around the selection, the cursor, or the middle, whichever is seen first."""
        self.axes.time.zoom(STEP_ZOOM, self._zoom_centre())

    def zoom_out(self) -> None:
        """Show twice as much."""
        self.axes.time.zoom(1 / STEP_ZOOM, self._zoom_centre())

    def zoom_normal(self) -> None:
        """Show 10 seconds."""
        time, centre = self.axes.time, self._zoom_centre()
        time.zoom(time.span / (NORMAL_SPAN_S * time.rate), centre)

    def zoom_to_selection(self) -> None:
        """Let the selection fill the view, with a small margin; its band too, unless it is the whole one."""
        selection = self.document.selection
        if selection is None:
            return
        margin = MARGIN * selection.frames
        self.axes.time.show(selection.start_frame - margin, selection.end_frame + margin)
        band = selection.high_hz - selection.low_hz
        if band < self.document.rate / 2:
            self.axes.frequency.show(
                max(selection.low_hz - MARGIN * band, 0.0),
                min(selection.high_hz + MARGIN * band, self.document.rate / 2),
            )

    def fit(self) -> None:
        """Show the whole file and the whole band."""
        self.axes.time.fit()
        self.axes.frequency.fit()
        self.axes.level.fit()

    def go_home(self) -> None:
        """Cursor and view to the file's start."""
        self._go_to(0)

    def go_end(self) -> None:
        """Cursor and view to the file's end."""
        self._go_to(self.document.frames)

    def previous_edge(self) -> None:
        """Cursor to the nearest edge before it: of the selection, of a region, or of the file."""
        self._go_to(max((edge for edge in self._edges() if edge < self.marks.cursor_frame), default=0))

    def next_edge(self) -> None:
        """Cursor to the nearest edge after it."""
        edges = (edge for edge in self._edges() if edge > self.marks.cursor_frame)
        self._go_to(min(edges, default=self.document.frames))

    def set_cursor(self, frame: int) -> None:
        """Put the cursor on a frame."""
        self.marks.cursor_frame = min(max(frame, 0), self.document.frames)

    def set_playhead(self, frame: int | None) -> None:
        """Show where playback is; None when it stopped. The view turns a page when it leaves it."""
        time, before = self.axes.time, self.marks.playhead_frame
        self.marks.playhead_frame = frame
        if frame is None or not self.follows or time.start <= frame < time.stop:
            return
        if before is None or time.start <= before < time.stop:
            time.pan(frame - time.start - 0.02 * time.span)

    # Frequency and level

    def set_scale(self, scale: Scale) -> None:
        """Draw frequencies on a ``linear``, ``log`` or ``mel`` scale."""
        self.axes.frequency.set_scale(scale)

    def zoom_frequency(self, factor: float) -> None:
        """Zoom the band, around the middle of what is seen of it."""
        axis = self.axes.frequency
        axis.zoom(factor, axis.hz_at(0.5, 1.0))

    def fit_frequency(self) -> None:
        """Show the whole band."""
        self.axes.frequency.fit()

    def zoom_level(self, factor: float) -> None:
        """Draw the waveform ``factor`` times as high."""
        self.axes.level.zoom(factor)

    def fit_level(self) -> None:
        """Full scale fills the waveform's lanes."""
        self.axes.level.fit()

    # Selection and regions

    def set_tool(self, tool: Tool) -> None:
        """What the mouse selects: ``time``, ``box`` or ``frequency``."""
        self.selecting.set_tool(tool)

    def set_snap(self, snap: bool) -> None:
        """Whether edges in time move to zero crossings."""
        self.selecting.set_snap(snap)

    def select_all(self) -> None:
        """Select the whole recording."""
        self.selecting.select_all()

    def clear_selection(self) -> None:
        """Select nothing."""
        self.selecting.clear()

    def nudge(self, part: Part, steps: float) -> None:
        """Move an edge of the selection by ``steps``: pixels in time, 1/200 of the visible band in frequency."""
        time, frequency = self.axes.time, self.axes.frequency
        frames = max(round(time.span / max(self.width(), 1)), 1)
        hz = max((frequency.high_hz - frequency.low_hz) * NUDGE_BAND, 1.0)
        self.selecting.nudge(part, round(steps * frames), steps * hz)
        selection = self.document.selection
        if selection is not None and part & (Part.LEFT | Part.RIGHT):
            edge = selection.start_frame if part & Part.LEFT else selection.end_frame
            time.reveal(edge, edge)

    def show_region(self, region_id: int) -> None:
        """Make a region current, select it and zoom to it."""
        self.take_region(region_id)
        self.zoom_to_selection()

    def take_region(self, region_id: int) -> None:
        """Make a region current, select it and bring it into view."""
        self.document.current_region_id = region_id
        region = self.document.regions[region_id].region
        self.document.selection = region
        self.axes.time.reveal(region.start_frame, region.end_frame)

    def next_region(self) -> None:
        """Take the region after the current one, in time; after the last the first."""
        self._step_region(1)

    def previous_region(self) -> None:
        """Take the region before the current one, in time; before the first the last."""
        self._step_region(-1)

    def add_region(self) -> int | None:
        """Make a region of the selection; its id, or None without a selection or where it can't be kept."""
        from desktop.document import actions

        if self.document.selection is None:
            return None
        try:
            region_id = actions.add_region(self.document, self.document.selection)
        except RetakeError as error:
            self.said.emit("error", str(error))
            return None
        self.document.current_region_id = region_id
        return region_id

    def change_region(self) -> None:
        """Give the current region the selection's extent."""
        from desktop.document import actions

        document = self.document
        if document.selection is None or document.current_region_id is None:
            return
        try:
            actions.change_region(document, document.current_region_id, region=document.selection)
        except RetakeError as error:
            self.said.emit("error", str(error))

    def remove_region(self) -> None:
        """Remove the current region."""
        from desktop.document import actions

        if self.document.current_region_id is None:
            return
        try:
            actions.remove_regions(self.document, [self.document.current_region_id])
        except RetakeError as error:
            self.said.emit("error", str(error))

    def _step_region(self, step: int) -> None:
        rows = sorted(self.document.regions.values(), key=lambda row: (row.start_frame, row.id))
        if not rows:
            return
        ids = [row.id for row in rows]
        current = self.document.current_region_id
        at = ids.index(current) + step if current in ids else 0 if step > 0 else -1
        self.take_region(ids[at % len(ids)])

    def _edges(self) -> set[int]:
        rows = [row.region for row in self.document.regions.values()]
        regions = rows if self.document.selection is None else [*rows, self.document.selection]
        ends = {frame for region in regions for frame in (region.start_frame, region.end_frame)}
        return ends | {0, self.document.frames}

    def _go_to(self, frame: int) -> None:
        self.set_cursor(frame)
        time = self.axes.time
        if not time.start <= frame <= time.stop:
            time.centre_on(frame)

    def _zoom_centre(self) -> float:
        time, selection = self.axes.time, self.document.selection
        places = [] if selection is None else [(selection.start_frame + selection.end_frame) / 2]
        places.append(float(self.marks.cursor_frame))
        seen = [place for place in places if time.start <= place <= time.stop]
        return seen[0] if seen else (time.start + time.stop) / 2

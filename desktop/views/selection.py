"""Selecting with the mouse: one logic for the waveform (time only) and the spectrogram (time and frequency).

- A tool says what a new selection spans: `time` (the whole band), `box`, or `frequency` (the whole file). Ctrl held
  when the button goes down makes it time for once, Alt frequency.
- Edges and corners are dragged; Ctrl inside the selection moves it; Shift pulls the nearest edges to the pointer.
- `snap` moves edges in time to the nearest zero crossing once the button is released.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntFlag
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, Qt, Signal

from engine.errors import RetakeError
from engine.region import Region

if TYPE_CHECKING:
    from desktop.document.document import Document

Tool = Literal["time", "box", "frequency"]
TOOLS: tuple[Tool, ...] = get_args(Tool)
SNAP_WITHIN_S = 0.01
SMALLEST_BAND_HZ = 1.0

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Part(IntFlag):
    """What of a selection is under the pointer; corners are two edges."""

    NONE = 0
    LEFT = 1
    RIGHT = 2
    TOP = 4
    BOTTOM = 8
    INSIDE = 16


@dataclass(frozen=True)
class Point:
    """Where the pointer is, in the recording."""

    frame: float
    hz: float


@dataclass(frozen=True)
class _Drag:
    """What a pressed button does: a new selection from ``begun`` on, edges of ``region`` pulled, or all of it moved."""

    begun: Point
    region: Region
    parts: Part
    tool: Tool
    new: bool


def part_at(box: QRectF, x: float, y: float, reach: float, banded: bool) -> Part:
    """What of a selection drawn as ``box`` lies within ``reach`` of a point; ``banded`` where it has a height."""
    if not box.adjusted(-reach, -reach if banded else 0, reach, reach if banded else 0).contains(x, y):
        return Part.NONE
    part = Part.NONE
    # Of a narrow selection the nearer edge is taken, never both.
    if abs(x - box.left()) <= reach and abs(x - box.left()) <= abs(x - box.right()):
        part |= Part.LEFT
    elif abs(x - box.right()) <= reach:
        part |= Part.RIGHT
    if banded:
        if abs(y - box.top()) <= reach and abs(y - box.top()) <= abs(y - box.bottom()):
            part |= Part.TOP
        elif abs(y - box.bottom()) <= reach:
            part |= Part.BOTTOM
    return part or (Part.INSIDE if box.contains(x, y) else Part.NONE)


def cursor_of(part: Part, moves: bool, banded: bool) -> Qt.CursorShape:
    """The pointer's shape over a part of the selection; ``moves`` while Ctrl is held."""
    if part in (Part.LEFT | Part.TOP, Part.RIGHT | Part.BOTTOM):
        return Qt.CursorShape.SizeFDiagCursor
    if part in (Part.RIGHT | Part.TOP, Part.LEFT | Part.BOTTOM):
        return Qt.CursorShape.SizeBDiagCursor
    if part & (Part.LEFT | Part.RIGHT):
        return Qt.CursorShape.SizeHorCursor
    if part & (Part.TOP | Part.BOTTOM):
        return Qt.CursorShape.SizeVerCursor
    if part & Part.INSIDE and moves:
        return Qt.CursorShape.SizeAllCursor
    return Qt.CursorShape.CrossCursor if banded else Qt.CursorShape.IBeamCursor


def nearest_zero_crossing(read: Callable[[int, int], NDArray[np.float32]], frame: int, rate: int, frames: int) -> int:
    """The frame nearest to ``frame``, at most 10 ms away, where the channels' sum passes zero.

    Args:
        read: gives samples ``(channels, frames)`` from a frame to another.
        frame: where to look; 0 and ``frames`` stay.
        frames: the recording's length.

    Returns:
        Of the two frames at a crossing the one nearer to zero; ``frame`` itself where there is none.
    """
    if not 0 < frame < frames:
        return min(max(frame, 0), frames)
    reach = max(1, round(SNAP_WITHIN_S * rate))
    start, stop = max(frame - reach, 0), min(frame + reach + 1, frames)
    samples = np.nan_to_num(read(start, stop))
    sums = samples.sum(axis=0, dtype=np.float64)
    if not sums.any():  # channels that cancel each other
        sums = samples[0].astype(np.float64)
    crossing = np.flatnonzero(np.signbit(sums[:-1]) != np.signbit(sums[1:]))
    nearer = crossing + (np.abs(sums[crossing + 1]) < np.abs(sums[crossing]))
    found = np.concatenate([nearer, np.flatnonzero(sums == 0)]) + start
    return int(found[np.argmin(np.abs(found - frame))]) if found.size else frame


class Selecting(QObject):
    """Turns presses, drags and keys into the document's selection.

    Attributes:
        tool: what a new selection spans.
        snap: whether edges in time move to the nearest zero crossing.

    Signals:
        changed: another tool was chosen, or snapping switched.
        pulled: edges were dragged, or it was moved; with what was selected before.
    """

    changed = Signal()
    pulled = Signal(object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.tool: Tool = "box"
        self.snap = False
        self._drag: _Drag | None = None

    def set_tool(self, tool: Tool) -> None:
        """Choose what a new selection spans.

        Raises:
            ValueError: there is no such tool.
        """
        if tool not in TOOLS:
            raise ValueError(f"tool is {tool!r}; {', '.join(TOOLS)} are accepted")
        if tool != self.tool:
            self.tool = tool
            self.changed.emit()

    def set_snap(self, snap: bool) -> None:
        """Whether edges in time move to the nearest zero crossing."""
        if snap != self.snap:
            self.snap = snap
            self.changed.emit()

    @property
    def whole(self) -> Region:
        """All of the recording."""
        return Region(0, self.document.frames, 0.0, self.document.rate / 2)

    @property
    def dragging(self) -> bool:
        return self._drag is not None

    def press(self, point: Point, part: Part, modifiers: Qt.KeyboardModifier, banded: bool, anchor: int) -> None:
        """The button went down on a part of the selection; ``anchor`` is where Shift extends from without one."""
        selection = self.document.selection
        tool: Tool = "time"
        if banded:
            tool = "time" if modifiers & CTRL else "frequency" if modifiers & ALT else self.tool
        edges = part & (Part.LEFT | Part.RIGHT | Part.TOP | Part.BOTTOM)
        if modifiers & SHIFT:
            region = selection or replace(self.whole, start_frame=anchor, end_frame=anchor)
            self._drag = _Drag(point, region, _nearest_edges(region, point, banded), tool, new=False)
            self.drag_to(point)
        elif selection is not None and edges:
            self._drag = _Drag(point, selection, edges, tool, new=False)
        elif selection is not None and part & Part.INSIDE and modifiers & CTRL:
            self._drag = _Drag(point, selection, Part.INSIDE, "box" if banded else "time", new=False)
        else:
            self._drag = _Drag(point, self.whole, Part.NONE, tool, new=True)

    def drag_to(self, point: Point) -> None:
        """The pointer moved with the button down."""
        drag = self._drag
        if drag is None:
            return
        if drag.new:
            region = self._spanned(drag.begun, point, drag.tool)
        elif drag.parts == Part.INSIDE:
            region = self._moved(drag, point)
        else:
            region = _pulled(drag.region, point, drag.parts)
        self._set(region)

    def release(self) -> None:
        """The button went up after a drag: snap, if it is on."""
        drag, self._drag = self._drag, None
        self._snap(drag)
        if drag is not None and not drag.new and self.document.selection not in (None, drag.region):
            self.pulled.emit(drag.region)

    def _snap(self, drag: _Drag | None) -> None:
        selection = self.document.selection
        if drag is None or selection is None or not self.snap or drag.parts in (Part.TOP, Part.BOTTOM):
            return
        start, end = (self._snapped(frame) for frame in (selection.start_frame, selection.end_frame))
        if start < end:
            self._set(replace(selection, start_frame=start, end_frame=end))

    def abandon(self) -> None:
        """The press was a click, or Esc was hit."""
        self._drag = None

    def clear(self) -> None:
        """Select nothing."""
        self._drag = None
        self.document.selection = None

    def select_all(self) -> None:
        """Select the whole recording, all of its band."""
        if self.document.frames > 0:
            self.document.selection = self.whole

    def nudge(self, part: Part, frames: int, hz: float) -> None:
        """Move edges of the selection by so much; they stop before they meet the opposite one."""
        selection = self.document.selection
        if selection is None:
            return
        at = Point(
            (selection.start_frame if part & Part.LEFT else selection.end_frame) + frames,
            (selection.low_hz if part & Part.BOTTOM else selection.high_hz) + hz,
        )
        pulled = _pulled(selection, at, part)
        same_order = {
            Part.LEFT: pulled.end_frame == selection.end_frame,
            Part.RIGHT: pulled.start_frame == selection.start_frame,
            Part.TOP: pulled.low_hz == selection.low_hz,
            Part.BOTTOM: pulled.high_hz == selection.high_hz,
        }
        if same_order[part]:
            self._set(pulled)

    def _spanned(self, one: Point, other: Point, tool: Tool) -> Region:
        whole = self.whole
        start, end = sorted((one.frame, other.frame))
        low, high = sorted((one.hz, other.hz))
        if tool == "frequency":
            return replace(whole, low_hz=low, high_hz=high)
        timed = replace(whole, start_frame=round(start), end_frame=round(end))
        return timed if tool == "time" else replace(timed, low_hz=low, high_hz=high)

    def _moved(self, drag: _Drag, point: Point) -> Region:
        region, whole = drag.region, self.whole
        frames = round(point.frame - drag.begun.frame)
        frames = min(max(frames, -region.start_frame), whole.end_frame - region.end_frame)
        hz = point.hz - drag.begun.hz if drag.tool == "box" else 0.0
        hz = min(max(hz, -region.low_hz), whole.high_hz - region.high_hz)
        return Region(region.start_frame + frames, region.end_frame + frames, region.low_hz + hz, region.high_hz + hz)

    def _snapped(self, frame: int) -> int:
        """The zero crossing beside a frame; the frame itself where the sound can't be read, as it holds NaN."""
        document = self.document
        try:
            return nearest_zero_crossing(document.read, frame, document.rate, document.frames)
        except RetakeError:
            return frame

    def _set(self, region: Region) -> None:
        """Select a region, brought inside the recording; an empty one is left out."""
        whole = self.whole
        start = min(max(region.start_frame, 0), whole.end_frame)
        end = min(max(region.end_frame, 0), whole.end_frame)
        low, high = (
            min(max(_whole_hz(hz, whole.high_hz), 0.0), whole.high_hz) for hz in (region.low_hz, region.high_hz)
        )
        if start < end and low + SMALLEST_BAND_HZ <= high:
            self.document.selection = Region(start, end, low, high)


def _whole_hz(hz: float, nyquist_hz: float) -> float:
    """Whole Hz, as they are shown; Nyquist stays what it is."""
    return hz if hz >= nyquist_hz else float(round(hz))


def _nearest_edges(region: Region, point: Point, banded: bool) -> Part:
    """The edges that Shift pulls: in time the nearer one, in frequency only from outside the band."""
    middle = (region.start_frame + region.end_frame) / 2
    part = Part.LEFT if point.frame < middle else Part.RIGHT
    if banded and point.hz < region.low_hz:
        part |= Part.BOTTOM
    elif banded and point.hz > region.high_hz:
        part |= Part.TOP
    return part


def _pulled(region: Region, point: Point, parts: Part) -> Region:
    """A region with edges moved to a point; pulled past the opposite edge, they change places."""
    start = point.frame if parts & Part.LEFT else region.start_frame
    end = point.frame if parts & Part.RIGHT else region.end_frame
    low = point.hz if parts & Part.BOTTOM else region.low_hz
    high = point.hz if parts & Part.TOP else region.high_hz
    start, end = sorted((round(start), round(end)))
    low, high = sorted((low, high))
    return Region(start, end, low, high)

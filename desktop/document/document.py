"""A document: a recording that is never written, its regions, their takes, and undo.

Each edit is in the project file before it is seen, so that what was seen can't be lost. A take keeps the place that
its sound was made for: a region that is moved afterwards stands for the next take, and the one in use stays where it
lies until another is chosen.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from desktop.document.edits import Edit, RowChange
from desktop.document.files import remove_files
from desktop.document.layered import Layered
from desktop.document.mosaic import Piece, changed_ranges, pieces_of, takes_in_use
from desktop.document.own_clip import OwnClip
from desktop.document.rows import RegionRow, TakeRow
from desktop.document.sounds import TakeSounds
from desktop.document.sources import Hashing
from desktop.document.steps import Step
from desktop.document.store import Store
from engine.audio import Clip, Patch
from engine.errors import RetakeError
from engine.region import Region

VIEW_WRITTEN_AFTER_MS = 1000
log = logging.getLogger(__name__)


class Holder(Protocol):
    """What lives as long as the document and is closed with it: a lock, work in the background."""

    def close(self) -> None: ...


class Document(QObject):
    """Made by `desktop.document.opening`; changed by `desktop.document.actions`.

    Attributes:
        clip, source: the recording and its file; ``rate``, ``channels``, ``frames`` are the recording's.
        regions: by id, in the order of their layers, lowest first.
        takes: by id.
        undo: the history; its texts are those of the edits.
        project: the project file that the user chose; None for a document that was never saved.
        store: the project file that is written, also of one that was never saved: ``store.path``.
        view: plain values of the view, stored and not undone; see `set_view`.
        holders: what is closed with the document, in this order: hashing before the store, locks and the rest after it.

    Signals:
        edited(Edit): after an edit was made, undone (then it is the inverted one) or done again.
        sound_changed(int, int): frames, half-open, that sound different now.
        selection_changed(), current_changed(): of `selection` and `current_region_id`.
        project_changed(): the document goes on in another file.
        failed(str): an undo or redo could not be written, and everything is as it was.
    """

    edited = Signal(object)
    sound_changed = Signal(int, int)
    selection_changed = Signal()
    current_changed = Signal()
    project_changed = Signal()
    failed = Signal(str)

    def __init__(self, clip: Clip, store: Store, project: Path | None, holders: tuple[Holder, ...] = ()) -> None:
        super().__init__()
        facts = store.facts()
        self.clip, self.store, self.project = clip, store, project
        self.source, self.rate, self.channels, self.frames = clip.path, clip.rate, clip.channels, clip.frames
        self.regions: dict[int, RegionRow] = {}
        self.takes: dict[int, TakeRow] = {row.id: row for row in store.takes()}
        self._order_regions({row.id: row for row in store.regions()})
        self.view: dict[str, Any] = facts.get("view", {})
        self._selection: Region | None = None
        self._current: int | None = None
        self._counters = store.counters()
        self.holders = holders
        self._closed = False
        self._sounds = TakeSounds(store.path)
        self._allow_truncated = bool(facts.get("allow_truncated"))
        self._heard = takes_in_use(self.regions.values(), self.takes)
        self._layered = Layered(clip, self._sounds, pieces_of(self._heard))
        self._unseen: list[Edit] = []
        self._failure, self._returning = "", False
        self._cursor = 0
        self.undo = QUndoStack(self)
        self._fill_history(store.history(), int(facts["cursor"]))
        self.undo.indexChanged.connect(self._settle)
        self._view_timer = QTimer(self, singleShot=True, interval=VIEW_WRITTEN_AFTER_MS)
        self._view_timer.timeout.connect(self.write_view)

    @property
    def selection(self) -> Region | None:
        """What the mouse drew; not undoable."""
        return self._selection

    @selection.setter
    def selection(self, region: Region | None) -> None:
        if region != self._selection:
            self._selection = region
            self.selection_changed.emit()

    @property
    def current_region_id(self) -> int | None:
        """The region whose takes are shown; not undoable."""
        return self._current

    @current_region_id.setter
    def current_region_id(self, region_id: int | None) -> None:
        if region_id != self._current:
            self._current = region_id
            self.current_changed.emit()

    @property
    def current_region(self) -> RegionRow | None:
        """The region whose takes are shown."""
        return self.regions.get(self._current) if self._current is not None else None

    @property
    def edits_made(self) -> bool:
        """Whether there is anything that closing an unsaved document would lose."""
        return bool(self.undo.count() or self.regions or self.takes)

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """The recording with the takes in use, frames ``start`` to ``stop``: (channels, frames) float32.

        Raises:
            RecordingError, InputError: as `engine.audio.Clip.read`.
            ProjectDamagedError: a take's sound can't be read.
        """
        return self._layered.read(start, stop)

    def read_original(self, start: int, stop: int) -> NDArray[np.float32]:
        """The recording as it is in its file, else as `read`."""
        return self.clip.read(start, stop)

    def patch(self, take_id: int) -> Patch:
        """The whole of a take's sound; `read_take` gives parts of it."""
        return self._sounds.patch(take_id)

    def read_take(self, take_id: int, start: int, stop: int) -> NDArray[np.float32]:
        """Frames ``start`` to ``stop`` of a take, counted from its own first one: (channels, frames)."""
        return self._sounds.read(take_id, start, stop)

    def takes_of(self, region_id: int) -> list[TakeRow]:
        """Takes of a region, the first made first."""
        return sorted((take for take in self.takes.values() if take.region_id == region_id), key=lambda take: take.id)

    def is_other_take(self, take_id: int) -> bool:
        """Whether a take is not the one in use in its region."""
        region = self.regions.get(self.takes[take_id].region_id)
        return region is not None and region.take_id != take_id

    def reader(self, using: int | None = None) -> Layered:
        """The sound as it is now, for another thread, with file handles of its own; its owner closes it.

        ``using``: a take to be heard in its region, in place of the one in use there.
        """
        return self._own_reader(self._pieces(using))

    def before_and_after(self, take: TakeRow) -> tuple[Layered, Layered]:
        """What a take was made from, and that with it laid over, as `reader`; takes that are gone are left out."""
        beneath = [self.takes[take_id] for take_id in take.base if take_id in self.takes]
        return self._own_reader(pieces_of(beneath)), self._own_reader(pieces_of([*beneath, take]))

    def _own_reader(self, pieces: tuple[Piece, ...]) -> Layered:
        sounds = TakeSounds(self.store.path)
        clip = self.own_clip()

        def close() -> None:
            sounds.close()
            clip.close()

        return Layered(clip, sounds, pieces, close)

    def pieces_between(self, start: int, stop: int, using: int | None = None) -> tuple[Piece, ...]:
        """Which takes are heard between two frames; ``using`` as for `reader`."""
        return tuple(piece for piece in self._pieces(using) if piece.start < stop and piece.stop > start)

    def _pieces(self, using: int | None) -> tuple[Piece, ...]:
        if using is None:
            return self._layered.pieces
        owner = self.takes[using].region_id
        rows = [replace(row, take_id=using) if row.id == owner else row for row in self.regions.values()]
        return pieces_of(takes_in_use(rows, self.takes))

    def own_clip(self) -> OwnClip:
        """The recording without takes, for another thread; its owner closes it."""
        return OwnClip(self.clip, self._allow_truncated)

    def set_view(self, view: dict[str, Any]) -> None:
        """Keep plain values of the view; they are written a little later."""
        if view != self.view and not self._closed:
            self.view = dict(view)
            self._view_timer.start()

    def write_view(self) -> None:
        """Write the view now; what can't be written is left, for it can be found again."""
        try:
            self.store.set_facts(view=self.view)
        except RetakeError as error:
            log.warning("the view was not written: %s", error)

    def blind_tests(self) -> list[dict[str, Any]]:
        """Results of blind tests, the first one first; see `desktop.playback.abx.Trial.to_dict`."""
        return list(self.store.facts().get("blind_tests", []))

    def keep_blind_test(self, result: dict[str, Any]) -> None:
        """Keep a result with the project; not undoable.

        Raises:
            DiskFullError, OutputError: it could not be written.
        """
        self.store.set_facts(blind_tests=[*self.blind_tests(), result])

    def new_number(self, kind: str) -> int:
        """A number of this kind that was never given out: of ``regions``, ``takes``, or the takes of one region."""
        self._counters[kind] = self._counters.get(kind, 0) + 1
        return self._counters[kind]

    def do(self, edit: Edit) -> None:
        """Make an edit: written first, then seen, then on the undo stack; one without changes is none.

        Raises:
            DiskFullError, OutputError: it could not be written; the document is as before.
        """
        if not edit.changes:
            return
        last = self.undo.command(self.undo.index() - 1) if self.undo.index() else None
        # Qt, too, merges nothing into a step that is marked as clean.
        merges = isinstance(last, Step) and not self.undo.isClean() and last.takes_in(edit)
        position = self.undo.index() - 1 if merges else self.undo.index()
        whole = last.edit.followed_by(edit) if merges and isinstance(last, Step) else edit
        self.store.append(edit.changes, whole, position, self._counters)
        self._apply(edit)
        self._cursor = position + 1
        self.undo.push(Step(self, edit, time.monotonic(), merges))
        self._settle()

    def step(self, edit: Edit, by: int) -> None:
        """Called by `Step` for each edit that the undo stack passes; `_settle` follows when it has arrived.

        Nothing may be raised into Qt's stack, so a failure is kept, and the steps after it are left out.
        """
        if self._failure or self._closed:
            return
        try:
            self.store.move(edit.changes, self._cursor + by)
        except RetakeError as error:
            self._failure = str(error)
            return
        self._apply(edit)
        self._cursor += by

    def move_to(self, store: Store, project: Path | None, holders: tuple[Holder, ...]) -> None:
        """Go on in another project file with the same content; the one before is closed, its holders are not."""
        before = self.store
        self._sounds.close()
        self.store, self.project, self.holders = store, project, holders
        self._sounds = TakeSounds(store.path)
        self._layered = Layered(self.clip, self._sounds, self._layered.pieces)
        before.close()
        self.project_changed.emit()

    def close(self) -> None:
        """Write what is left to write and close all files; may be called twice.

        A document that was never saved keeps its project file, unless it holds nothing; see `opening.discard`.
        """
        if self._closed:
            return
        self._closed = True
        if self._view_timer.isActive():
            self._view_timer.stop()
            self.write_view()
        hashings = [holder for holder in self.holders if isinstance(holder, Hashing)]
        for hashing in hashings:  # they write to the project
            hashing.close()
        self._sounds.close()
        self.store.close()
        if self.project is None and not self.edits_made:
            remove_files(self.store.path)
        for holder in self.holders:
            if holder not in hashings:
                holder.close()
        self.clip.close()

    def _fill_history(self, edits: list[Edit], cursor: int) -> None:
        """Put the edits of earlier sessions on the stack, whose changes are made up to ``cursor``."""
        for edit in edits:
            self.undo.push(Step(self, edit, 0.0))
        self._closed = True  # the stack steps back to where the rows are; no row changes by that
        self.undo.setIndex(cursor)
        self._closed = False
        self._cursor = cursor

    def _apply(self, edit: Edit) -> None:
        regions = dict(self.regions)
        for change in edit.changes:
            if change.table == "regions":
                set_row(regions, change, RegionRow.from_dict)
            else:
                set_row(self.takes, change, TakeRow.from_dict)
        self._order_regions(regions)
        self._unseen.append(edit)

    def _order_regions(self, regions: dict[int, RegionRow]) -> None:
        ordered = sorted(regions.values(), key=lambda row: (row.layer, row.id))
        self.regions.clear()
        self.regions.update((row.id, row) for row in ordered)

    def _settle(self) -> None:
        """Bring stack and rows together again after a failure, then say what changed."""
        if self._closed or self._returning:
            return
        failure = self._failure
        if failure:
            self._returning = True
            self.undo.setIndex(self._cursor)
            self._returning, self._failure = False, ""
        edits, self._unseen = self._unseen, []
        if edits:
            self._tell(edits)
        if failure:
            self.failed.emit(failure)

    def _tell(self, edits: list[Edit]) -> None:
        before, self._heard = self._heard, takes_in_use(self.regions.values(), self.takes)
        self._layered = Layered(self.clip, self._sounds, pieces_of(self._heard))
        if self._current not in self.regions:
            self.current_region_id = None
        for edit in edits:
            self.edited.emit(edit)
        for start, stop in changed_ranges(before, self._heard):
            self.sound_changed.emit(start, stop)


def set_row(rows: dict[int, Any], change: RowChange, from_dict: Any) -> None:
    """Make one row what ``change`` says."""
    if change.after is None:
        rows.pop(change.id, None)
    else:
        rows[change.id] = from_dict(change.after)

"""Spectrogram pictures of any view, at once: composed from tiles that a background thread makes.

A view's tiles are those of the coarsest hop that is no longer than a pixel, so each pixel shows one or two columns.
Where one isn't there yet, its place is filled from a coarser or finer one, or from one of the window used before.
"""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from desktop.pyramids.builder import Builder
from desktop.pyramids.picture import Rows, columns_of
from desktop.pyramids.readable import MakeReader
from desktop.pyramids.shelf import Shelf
from desktop.pyramids.tiles import DRAFT_WINDOWS, LOWEST_DB, TILE_COLUMNS, Bytes, Tile, TileJob, TileKey
from engine.audio import Readable

WINDOWS = (256, 512, 1024, 2048, 4096, 8192)
VIEW_SHARE = 4  # of the tiles' memory, what one view may take: one over this, so that several can be seen at once
OVERLAP = 32  # of windows at the finest hop; between its columns the picture is interpolated
PLANS = 8  # sets of rows that are remembered
FINER_LEVELS = 3  # searched for a tile that isn't there
AHEAD = 2  # tiles on each side of the view
READY_EVERY_S = 0.03
Keys = list[TileKey]

_owners = itertools.count()
TILES: Shelf[tuple[int, TileKey], Tile] = Shelf(128 << 20)
# Tiles already composed to a picture's rows, by serial number and edges: panning and zooming in time need no more.
ROWS: Shelf[tuple[int, bytes], Bytes] = Shelf(24 << 20)


@dataclass(frozen=True)
class Wanted:
    """Tiles of a view: those in it, the middle first, and those beside it."""

    visible: Keys
    beside: Keys


class Spectrum(QObject):
    """Pictures of the spectrogram of a sound that may change.

    Attributes:
        window: frames that are analysed together.

    Signals:
        ready(): there are new tiles; draw again.
        failed(str): the sound can't be read in the background.
    """

    ready = Signal()
    failed = Signal(str)

    def __init__(
        self, source: Readable, make_reader: MakeReader, *, window: int = 2048, parent: QObject | None = None
    ) -> None:
        """Nothing is read before the first `image`.

        Args:
            source: for its rate, channels and frames; never read.
            make_reader: gives a reader for the background thread, of the sound as it is now.
        """
        super().__init__(parent)
        self.window = checked_window(window)
        self._window_before = self.window
        self._rate, self._channels, self._frames = source.rate, source.channels, source.frames
        self._lock = threading.Lock()  # never for as much as a millisecond: the window waits for it
        self._owner = next(_owners)  # of its tiles among those of all spectra
        self._wanted: dict[Hashable, Wanted] = {}
        self._jobs: dict[tuple[TileKey, bool], TileJob] = {}
        self._plans: dict[tuple[int, bytes], Rows] = {}
        self._told_s = 0.0
        self._untold = False
        self._builder = Builder("spectrum", make_reader, self._step, self.failed.emit)

    def set_window(self, window: int) -> None:
        """Analyse with windows of so many frames from now on; one of `WINDOWS`, else ValueError."""
        if checked_window(window) != self.window:
            with self._lock:
                self._window_before, self.window = self.window, window
                self._wanted.clear()
                self._jobs.clear()

    def image(
        self, start: float, stop: float, columns: int, edges_hz: NDArray[np.float64], *, viewer: Hashable = None
    ) -> tuple[Bytes, bool]:
        """The picture of a view, from what is known now; the rest is asked of the background.

        Args:
            start, stop: the view in frames; may reach beyond the sound, where there is nothing (0).
            columns: its width in pixels.
            edges_hz: (rows + 1,) rising, what each row shows.
            viewer: who asks. Of each viewer, the latest view is worked on and earlier ones are dropped.

        Returns:
            uint8 (channels, rows, columns), the lowest row first: `to_db` gives their levels; 0 also where nothing
            is known. And whether this is how the picture stays: nothing missing, a draft or from an older sound.
        """
        rows = len(edges_hz) - 1
        if columns < 1 or rows < 1 or stop <= start or stop <= 0 or start >= self._frames:
            with self._lock:
                self._wanted.pop(viewer, None)
            return np.zeros((self._channels, max(rows, 0), max(columns, 0)), np.uint8), True
        edges_hz = np.ascontiguousarray(edges_hz, np.float64)
        level, first, last = self._reach(start, stop, columns)
        keys = [TileKey(self.window, level, i) for i in range(first // TILE_COLUMNS, (last - 1) // TILE_COLUMNS + 1)]
        complete = self._ask(keys, viewer)
        strip = np.zeros((self._channels, rows, last - first), np.uint8)
        for key in keys:
            offset = key.index * TILE_COLUMNS - first
            begin, end = max(offset, 0), min(offset + TILE_COLUMNS, last - first)
            self._fill(strip[:, :, begin:end], key, begin - offset, end - offset, edges_hz)
        picture = columns_of(strip, first, 1 << level, start, stop, columns)
        edges = start + (stop - start) * np.arange(columns + 1) / columns
        picture[:, :, (edges[1:] <= 0) | (edges[:-1] >= self._frames)] = 0
        return picture, complete

    def refresh(self, start: int, stop: int) -> None:
        """The sound is another from frame ``start`` to ``stop`` (exclusive): what shows it is made anew.

        Pictures show the old sound there until then.
        """
        with self._lock:
            self._builder.renew()
            tiles = [(key, tile) for (owner, key), tile in TILES.items() if owner == self._owner]
            places: list[tuple[TileKey, Tile | TileJob]] = [
                *tiles,
                *((key, job) for (key, _), job in self._jobs.items()),
            ]
            for key, place in places:
                first, last = key.columns_of(start, stop)
                if first < last:
                    place.touch((first, last))
            some = bool(self._wanted)
        if some:
            self._builder.wake()

    def close(self) -> None:
        """Stop the background thread and wait until it has ended; may be called twice."""
        self._builder.close()
        TILES.remove([place for place, _ in TILES.items() if place[0] == self._owner])

    # --- in the window's thread ---

    def _reach(self, start: float, stop: float, columns: int) -> tuple[int, int, int]:
        """The level to draw a view from, and its first and last (exclusive) column there."""
        finest = max(self.window // OVERLAP, 1).bit_length() - 1
        level = max(math.frexp((stop - start) / columns)[1] - 1, finest)
        tile_bytes = self._channels * (self.window // 2 + 1) * TILE_COLUMNS
        while True:
            hop = 1 << level
            first = max(math.floor(start / hop) - 1, 0)
            last = min(math.ceil(stop / hop) + 1, -(-self._frames // hop))
            tiles = (last - 1) // TILE_COLUMNS - first // TILE_COLUMNS + 1
            if tiles == 1 or tiles * tile_bytes * VIEW_SHARE <= TILES.limit_bytes:
                return level, first, last
            level += 1  # many channels: better coarse than never whole

    def _ask(self, keys: Keys, viewer: Hashable) -> bool:
        """Have tiles made where they are wanted; returns whether all are there as they shall be."""
        window, level, first, last = keys[0].window, keys[0].level, keys[0].index, keys[-1].index
        tiles = -(-self._frames // (TILE_COLUMNS << level))
        beside = [index for step in range(1, AHEAD + 1) for index in (last + step, first - step) if 0 <= index < tiles]
        middle = (first + last) / 2
        wanted = Wanted(
            sorted(keys, key=lambda key: abs(key.index - middle)), [TileKey(window, level, i) for i in beside]
        )
        with self._lock:
            self._wanted[viewer] = wanted
            found = [self._tile(key) for key in keys]
            complete = all(tile is not None and tile.final for tile in found)
            idle = complete and all(self._tile(key) for key in wanted.beside)
        if not idle:
            self._builder.wake()
        return complete

    def _fill(self, strip: Bytes, key: TileKey, first: int, last: int, edges_hz: NDArray[np.float64]) -> None:
        """Columns ``first`` to ``last`` of a tile, or what is there in its stead, as rows of a picture."""
        tile = self._tile(key)
        if tile is not None:
            strip[:] = self._rows_of(key, tile, edges_hz)[:, :, first:last]
            return
        for other, found in self._stand_ins(key):
            rows = self._rows_of(other, found, edges_hz)
            shift = other.level - key.level
            if shift >= 0:  # each of its columns stands for several
                at = ((key.index * TILE_COLUMNS + np.arange(first, last)) >> shift) - other.index * TILE_COLUMNS
                strip[:] = rows.take(at, axis=2)
            else:
                offset = (other.index * TILE_COLUMNS >> -shift) - key.index * TILE_COLUMNS
                rows = rows.reshape(*rows.shape[:2], TILE_COLUMNS >> -shift, 1 << -shift).max(axis=3)
                begin, end = max(offset, first), min(offset + rows.shape[2], last)
                if begin < end:
                    strip[:, :, begin - first : end - first] = rows[:, :, begin - offset : end - offset]

    def _tile(self, key: TileKey) -> Tile | None:
        return TILES.get((self._owner, key))

    def _stand_ins(self, key: TileKey) -> list[tuple[TileKey, Tile]]:
        """Tiles to show in place of one, to be laid over each other: the next coarser, then finer ones."""
        for window in dict.fromkeys((key.window, self._window_before)):
            found = [(other, tile) for other in coarser(key, window) if (tile := self._tile(other))][:1]
            if found and found[0][0].level == key.level:
                return found
            found += [(other, tile) for other in finer(key, window) if (tile := self._tile(other))]
            if found:
                return found
        return []

    def _rows_of(self, key: TileKey, tile: Tile, edges_hz: NDArray[np.float64]) -> Bytes:
        """A tile's levels as rows of a picture, composed once for all pictures of the same rows."""
        edges = edges_hz.tobytes()
        rows = ROWS.get((tile.serial, edges))
        if rows is None:
            plan = self._plans.get((key.window, edges))
            if plan is None:
                if len(self._plans) == PLANS:
                    self._plans.clear()
                plan = self._plans[key.window, edges] = Rows(edges_hz, self._rate, key.window)
            rows = plan.of(tile.values)
            ROWS.put((tile.serial, edges), rows, rows.nbytes)
        return rows

    # --- in the background's thread ---

    def _step(self, reader: Readable, version: int) -> bool:
        """Go on with the tile that is wanted most; returns whether there may be more to do."""
        with self._lock:
            # Where the sound has changed since this reader was made, the next one is about to come.
            job = self._next_job() if version == self._builder.version else None
        if job is not None:
            job.advance(reader)
            if job.done:
                self._store(job)
        if self._untold and (job is None or time.monotonic() - self._told_s > READY_EVERY_S):
            self._untold, self._told_s = False, time.monotonic()
            self.ready.emit()
        return job is not None

    def _next_job(self) -> TileJob | None:
        """A first look at everything visible, then its final form, then what lies beside it."""
        wanted = list(self._wanted.values())
        keys = {key for one in wanted for key in one.visible + one.beside}
        self._jobs = {place: job for place, job in self._jobs.items() if place[0] in keys}
        visible = [key for one in wanted for key in one.visible]
        tiles = [self._tile(key) for key in visible]
        for key, tile in zip(visible, tiles, strict=True):
            if tile is None:
                return self._job(key, None)
        for key, tile in zip(visible, tiles, strict=True):
            if tile is not None and not tile.final:
                return self._job(key, tile)
        for one in wanted:
            for key in one.beside:
                if self._tile(key) is None:
                    return self._job(key, None)
        return None

    def _job(self, key: TileKey, old: Tile | None) -> TileJob:
        draft = old is None and key.windows > DRAFT_WINDOWS
        if (key, draft) not in self._jobs:
            self._jobs[key, draft] = TileJob(key, self._channels, draft, old)
        return self._jobs[key, draft]

    def _store(self, job: TileJob) -> None:
        with self._lock:  # so that no change of the sound falls between
            self._jobs.pop((job.key, job.draft), None)
            tile = job.finished()
            TILES.put((self._owner, job.key), tile, tile.values.nbytes)
        self._untold = True


def checked_window(window: int) -> int:
    """The window, if it is one of `WINDOWS`."""
    if window not in WINDOWS:
        raise ValueError(f"window is {window} frames; accepted are {', '.join(map(str, WINDOWS))}")
    return window


def coarser(key: TileKey, window: int) -> Iterator[TileKey]:
    """The tiles that hold a tile's time at its own and at ever longer hops."""
    for up in range(0 if window != key.window else 1, 40 - key.level):
        yield TileKey(window, key.level + up, key.index >> up)


def finer(key: TileKey, window: int) -> Iterator[TileKey]:
    """The tiles that share a tile's time at shorter hops, the shortest first."""
    for down in range(min(FINER_LEVELS, key.level), 0, -1):
        for part in range(1 << down):
            yield TileKey(window, key.level - down, (key.index << down) + part)


def to_db(values: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Levels in dB, a sine of full scale at 0, of a picture's values; those of 0 are -150 dB, below, or not known."""
    levels_db: NDArray[np.float32] = LOWEST_DB - np.float32(LOWEST_DB / 255) * values.astype(np.float32)
    return levels_db

"""Lows and highs of the waveform for any view of a recording, at once: what isn't known yet is NaN and comes later.

Far out they come from a pyramid that a background thread fills, the visible stretch first, then from start to end;
close in, below the pyramid's smallest bins, from the samples. Columns show all that they touch, so a click of one
sample is visible at any zoom; those drawn from bins may begin and end up to one bin early or late, which is at most
a quarter of a column from 512 frames a column on, and at most one column below.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop.pyramids.builder import Builder, close_reader
from desktop.pyramids.cache import PeakCache, key_of
from desktop.pyramids.direct import DirectReads
from desktop.pyramids.pyramid import Floats, Frames, Pyramid, bins_of, column_frames, reduced
from desktop.pyramids.readable import MakeReader, Origin, readable_part
from engine.audio import Readable
from engine.errors import RetakeError

BLOCK_FRAMES = 1 << 18  # read by the background between two looks at what else is wanted
BLOCK_SAMPLES = 1 << 20  # and of all channels
NEAR_SAMPLES = 1 << 21  # read in the background for a view close in; more is drawn from bins, wider than columns
MARGIN_FRAMES = 1 << 16  # read ahead on both sides of such a view
GROWN_EVERY_S = 0.05
LOAD_BINS = 1 << 15
Span = tuple[int, int]

log = logging.getLogger(__name__)


class Peaks(QObject):
    """Lows and highs of a sound that may change.

    Signals:
        grown(float): more is known than before, this share of all; draw again.
        finished(): everything is known.
        failed(str): the sound can't be read in the background.
    """

    grown = Signal(float)
    finished = Signal()
    failed = Signal(str)

    def __init__(
        self,
        source: Readable,
        make_reader: MakeReader,
        *,
        origin: Origin | None = None,
        changed: Iterable[Span] = (),
        cache: PeakCache | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Nothing is read before `start`, or the first `columns`: there is time to connect the signals.

        Args:
            source: read in the calling thread, short stretches only.
            make_reader: gives a reader for the background thread, of the sound as it is now.
            origin: the file below the sound, for keeping its peaks on disk; None keeps nothing.
            changed: the stretches in which the sound differs from that file.
            cache: where they are kept, if not in the user's cache folder.
        """
        super().__init__(parent)
        self.pyramid = Pyramid(source.channels, source.frames)
        self._source = source
        self._origin = origin
        self._cache = cache or PeakCache()
        self._lock = threading.Lock()  # never for as much as a millisecond: the window waits for it
        self._left = np.ones(-(-source.frames // self._block_frames), bool)
        self._visible: Span = (0, 0)
        self._changes: list[tuple[int, Span]] = [(0, self._in_bins(*span)) for span in changed]  # since which version
        self._outdated: list[Span] = []
        self._near: tuple[int, Floats] | None = None  # samples read in the background for a view close in
        self._near_wanted: Span | None = None
        self._direct = DirectReads(source)
        self._key: str | None = None
        self._begun = self._kept = self._told_end = False
        self._told_s = 0.0
        self._builder = Builder("peaks", make_reader, self._step, self.failed.emit)
        self._started = False

    def start(self) -> None:
        """Begin to make the pyramid in the background, if that hasn't begun."""
        if not self._started:
            self._started = True
            self._builder.wake()

    @property
    def share(self) -> float:
        """How much of the pyramid is there, 0 to 1."""
        return 1.0 - float(self._left.mean()) if self._left.size else 1.0

    def columns(self, start: float, stop: float, columns: int) -> tuple[Floats, Floats]:
        """Lows and highs of a view.

        Args:
            start, stop: the view in frames; may reach beyond the sound, where there is nothing (NaN).
            columns: its width in pixels.

        Returns:
            float32 (channels, columns) each; NaN where nothing is known (yet: `grown` tells of more).
        """
        lows, highs = (np.full((self._source.channels, columns), np.nan, np.float32) for _ in range(2))
        first, last = column_frames(start, stop, columns)
        inside = np.flatnonzero((last > 0) & (first < self._source.frames))
        if not inside.size:
            self.start()
            return lows, highs
        place = slice(int(inside[0]), int(inside[-1]) + 1)
        first, last = np.maximum(first[place], 0), np.minimum(last[place], self._source.frames)
        self._visible = (int(first[0]), int(last[-1]))
        self.start()
        lows[:, place], highs[:, place] = self._columns(first, last, (stop - start) / columns)
        return lows, highs

    def samples(self, start: int, stop: int) -> Floats:
        """The samples themselves, for drawing them one by one; NaN where not known (yet) or outside the sound.

        Returns:
            float32 (channels, stop - start). For at most some ten thousand frames.
        """
        sound = np.full((self._source.channels, max(stop - start, 0)), np.nan, np.float32)
        begin, end = max(start, 0), min(stop, self._source.frames)
        if begin < end:
            read = self._near_samples(begin, end)
            if read is not None:
                sound[:, begin - start : end - start] = read
        return sound

    def refresh(self, start: int, stop: int) -> None:
        """The sound is another from frame ``start`` to ``stop`` (exclusive)."""
        span = self._in_bins(start, stop)
        if span[0] >= span[1]:
            return
        version = self._builder.renew()
        with self._lock:
            self._changes.append((version, span))
            self._near = None
        sound = self._direct.read(*span) if span[1] - span[0] <= BLOCK_FRAMES else None
        with self._lock:
            self._told_end = False
            if sound is None:
                self._outdated.append(span)
            else:
                self.pyramid.lay(span[0] // self.pyramid.base_frames, *bins_of(sound, self.pyramid.base_frames))
        self._builder.wake()

    def close(self) -> None:
        """Stop the background thread and wait until it has ended; may be called twice."""
        self._builder.close()

    # --- in the window's thread ---

    @property
    def _block_frames(self) -> int:
        return max(
            min(BLOCK_FRAMES, BLOCK_SAMPLES >> (self._source.channels - 1).bit_length()), self.pyramid.base_frames
        )

    def _in_bins(self, start: int, stop: int) -> Span:
        """Frames widened to whole bins, within the sound."""
        size = self.pyramid.base_frames
        return max(start, 0) // size * size, min(-(-stop // size) * size, self._source.frames)

    def _columns(self, first: Frames, last: Frames, column_frames: float) -> tuple[Floats, Floats]:
        begin, end = int(first[0]), int(last[-1])
        if column_frames < self.pyramid.base_frames:
            near = self._near_samples(begin, end)
            if near is not None:
                first, last = first - begin, last - begin
                return reduced(np.fmin, near, first, last), reduced(np.fmax, near, first, last)
        return self.pyramid.columns(first, last, self.pyramid.level_for(column_frames))

    def _near_samples(self, start: int, stop: int) -> Floats | None:
        """Samples for a view close in: read here where that is quick, else asked of the background."""
        near = self._near
        if near is not None and near[0] <= start and stop <= near[0] + near[1].shape[1]:
            return near[1][:, start - near[0] : stop - near[0]]
        read = self._direct.read(start, stop)
        room = NEAR_SAMPLES // self._source.channels - (stop - start)
        if read is None and room > 0:
            margin = min(max(stop - start, MARGIN_FRAMES), room // 2)
            self._near_wanted = (max(start - margin, 0), min(stop + margin, self._source.frames))
            self._builder.wake()
        return read

    # --- in the background's thread ---

    def _step(self, reader: Readable, version: int) -> bool:
        """Do what is wanted most; returns whether there may be more to do."""
        if not self._begun:
            self._begun = True
            self._load()
        elif self._near_wanted:
            self._read_near(reader, version)
        elif (span := self._next_outdated()) is not None:
            if not self._read_span(reader, version, *span):
                with self._lock:
                    self._outdated.append(span)
        elif (block := self._next_block()) is not None:
            size = self._block_frames
            done = self._read_span(reader, version, block * size, min((block + 1) * size, self._source.frames))
            self._left[block] = not done
        else:
            self._end()
            return False
        return True

    def _load(self) -> None:
        """Take over the peaks that were kept of the origin, but for where the sound is another now."""
        if self._origin is None:
            return
        channels, bins = self.pyramid.lows[0].shape
        self._key = key_of(self._origin, channels, bins, self.pyramid.base_frames)
        kept = self._cache.load(self._key, (channels, bins)) if self._key else None
        if kept is None:
            return
        for at in range(0, bins, LOAD_BINS):  # in parts, because the window waits for the lock
            with self._lock:
                self.pyramid.lay(at, *(values[:, at : at + LOAD_BINS] for values in kept))
        with self._lock:
            self._outdated = [span for _, span in self._changes]
        self._left[:] = False
        self._kept = True
        self._tell()

    def _next_outdated(self) -> Span | None:
        """At most a block of where the sound has changed."""
        with self._lock:
            if not self._outdated:
                return None
            start, stop = self._outdated.pop()
            cut = min(start + self._block_frames, stop)
            if cut < stop:
                self._outdated.append((cut, stop))
            return start, cut

    def _next_block(self) -> int | None:
        """The next block that was never read: in what is visible, then from start to end."""
        first = self._visible[0] // self._block_frames
        for begin, left in ((first, self._left[first : -(-self._visible[1] // self._block_frames)]), (0, self._left)):
            if left.any():
                return begin + int(left.argmax())
        return None

    def _read_near(self, reader: Readable, version: int) -> None:
        wanted = self._near_wanted
        if wanted is None:
            return
        began = time.perf_counter()
        sound = readable_part(reader, *wanted)
        self._direct.learn(time.perf_counter() - began, wanted[1] - wanted[0])
        with self._lock:
            if self._changed_since(version, *wanted):
                return  # asked for again, and read with the next reader
            self._near = (wanted[0], sound)
            if self._near_wanted == wanted:
                self._near_wanted = None
        self._tell()

    def _read_span(self, reader: Readable, version: int, start: int, stop: int) -> bool:
        """Lay the bins of some frames; False if the reader turned out to be too old for them."""
        began = time.perf_counter()
        sound = readable_part(reader, start, stop)
        self._direct.learn(time.perf_counter() - began, stop - start)
        bins = bins_of(sound, self.pyramid.base_frames)
        with self._lock:
            if self._changed_since(version, start, stop):
                return False
            self.pyramid.lay(start // self.pyramid.base_frames, *bins)
        if time.monotonic() - self._told_s > GROWN_EVERY_S:
            self._tell()
        return True

    def _changed_since(self, version: int, start: int, stop: int) -> bool:
        return any(v > version and a < stop and start < b for v, (a, b) in self._changes)

    def _tell(self) -> None:
        self._told_s = time.monotonic()
        self.grown.emit(self.share)

    def _end(self) -> None:
        """Everything is known: tell of it, and keep it."""
        if self._told_end:
            return
        self._told_end = True
        self._tell()
        self.finished.emit()
        if not self._kept and self._key is not None:
            self._keep(self._key)

    def _keep(self, key: str) -> None:
        """Keep the peaks of the origin: where the sound is another, they are made from that once more."""
        self._kept = True
        peaks = np.stack((self.pyramid.lows[0], self.pyramid.highs[0]))
        with self._lock:
            changes = [span for _, span in self._changes]  # those included that were made while peaks were copied
        if changes:
            try:
                self._undo(peaks, changes)
            except (OSError, RetakeError) as error:
                log.warning("peaks are not kept, because the file below can't be read: %s", error)
                return
        if not (self._builder.stopping or np.isnan(peaks).any()):
            self._cache.save(key, peaks)

    def _undo(self, peaks: Floats, changes: list[Span]) -> None:
        """Set ``peaks``, (2, channels, bins), to those of the origin where the sound is another."""
        assert self._origin is not None
        size = self.pyramid.base_frames
        reader = self._origin.make_reader()
        try:
            for start, stop in blocks_of(changes, self._block_frames):
                if self._builder.stopping:
                    break
                peaks[:, :, start // size : -(-stop // size)] = bins_of(readable_part(reader, start, stop), size)
        finally:
            close_reader(reader)


def blocks_of(spans: Iterable[Span], block_frames: int) -> Iterator[Span]:
    """Spans in parts of at most a block."""
    for start, stop in spans:
        for at in range(start, stop, block_frames):
            yield at, min(at + block_frames, stop)

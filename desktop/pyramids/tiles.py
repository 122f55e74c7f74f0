"""Tiles of the spectrogram: 256 columns each, at hops that are powers of two, made in short steps.

A column of `hop` frames shows one window at its middle while windows overlap by half or more; further out, as many
windows as cover it at half overlap, 2 * hop / window of them, so that nothing in the sound is passed over. A draft
takes DRAFT_WINDOWS, spread evenly, and comes many times sooner. Of several windows a column shows the mean power or,
where that is higher, the loudest window lowered by what the loudest of n windows of steady noise exceeds their mean
by (the n-th harmonic number, 6.8 dB of 64): hiss and tones keep their level at every zoom, and a click, which the
mean of 64 windows would sink by 18 dB, stays visible.

Levels are of sines, 0 dB at full scale, exact between two bins as well: a local maximum is raised to the vertex of
the parabola through it and its neighbours, at most by the 1.42 dB that a Hann window loses half-way between them
(J. O. Smith, "Spectral Audio Signal Processing", Quadratic Interpolation of Spectral Peaks).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from desktop.pyramids.readable import readable_part
from engine.audio import Readable

TILE_COLUMNS = 256
DRAFT_WINDOWS = 2
CHUNK_SAMPLES = 1 << 19  # windowed at a time: a few milliseconds between two looks at what else is wanted
LOWEST_DB = -150.0
SCALLOP_DB = 1.42
FAINT, LOUD = 1e-20, 10.0  # powers below and above everything that is shown
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
_serials = itertools.count()


@dataclass(frozen=True)
class TileKey:
    """A tile's place: columns of ``1 << level`` frames, from frame ``index * 256 << level`` on."""

    window: int
    level: int
    index: int

    @property
    def hop(self) -> int:
        """Frames in a column."""
        return 1 << self.level

    @property
    def windows(self) -> int:
        """Windows in a column."""
        return max(1, 2 * self.hop // self.window)

    @property
    def start_frame(self) -> int:
        """The first frame of its columns."""
        return self.index * TILE_COLUMNS * self.hop

    def columns_of(self, start: int, stop: int) -> tuple[int, int]:
        """The columns (first, exclusive last) that frames ``start`` to ``stop`` reach, half a window around."""
        half = self.window // 2
        first = (start - half - self.start_frame) // self.hop
        last = -(-(stop + half - self.start_frame) // self.hop)
        return max(first, 0), min(last, TILE_COLUMNS)


@dataclass
class Tile:
    """Levels (channels, bins, 256) of one tile.

    Attributes:
        draft: made of few windows; a better one is to come.
        outdated: columns (first, exclusive last) in which the sound is another by now, or None.
    """

    values: Bytes
    draft: bool = False
    outdated: tuple[int, int] | None = None
    serial: int = field(default_factory=_serials.__next__)

    @property
    def final(self) -> bool:
        """Whether there is nothing left to do."""
        return not self.draft and self.outdated is None

    def touch(self, columns: tuple[int, int]) -> None:
        """The sound is another in some columns."""
        self.outdated = joined(self.outdated, columns)


class TileJob:
    """A tile under way: `advance` until it is `done`.

    Attributes:
        outdated: columns in which the sound has changed since the job began.
        done: whether it is `finished`.
    """

    def __init__(self, key: TileKey, channels: int, draft: bool, old: Tile | None) -> None:
        self.key = key
        self.draft = draft
        self.outdated: tuple[int, int] | None = None
        self.done = False
        self._channels = channels
        self._old = old if old is not None and not old.draft else None
        self._values: Bytes | None = None
        self._column, self._last = 0, TILE_COLUMNS
        if self._old is not None and self._old.outdated is not None:
            self._column, self._last = self._old.outdated
        self._windows = min(key.windows, DRAFT_WINDOWS) if draft else key.windows
        self._chunk = max(1, CHUNK_SAMPLES // (channels * key.window))  # windows in a step
        self._part = 0  # windows that are done of the columns under way
        self._total: Floats | float = 0.0
        self._loudest: Floats | float = 0.0

    def touch(self, columns: tuple[int, int]) -> None:
        """The sound is another in some columns, which may be made already."""
        self.outdated = joined(self.outdated, columns)

    def advance(self, reader: Readable) -> None:
        """Do some milliseconds of the work."""
        if self._values is None:
            self._values = self._begun()
            self._last = min(self._last, -(-(reader.frames - self.key.start_frame) // self.key.hop))
        if self._column < self._last:  # beyond the sound it is silent
            count = min(max(1, self._chunk // self._windows), self._last - self._column)
            self._add(reader, count)
            if self._part == count * self._windows:
                self._put(count)
        self.done = self._column >= self._last

    def finished(self) -> Tile:
        """The tile."""
        assert self._values is not None
        return Tile(self._values, self.draft, self.outdated)

    def _begun(self) -> Bytes:
        if self._old is not None:
            return self._old.values.copy()
        return np.zeros((self._channels, self.key.window // 2 + 1, TILE_COLUMNS), np.uint8)

    def _add(self, reader: Readable, count: int) -> None:
        """Take in the next windows of ``count`` columns; where a column has more than a step's, there is one."""
        step = self.key.hop // self._windows
        first = self._column * self._windows + self._part
        start = self.key.start_frame + first * step + step // 2 - self.key.window // 2
        windows = min(self._chunk, count * self._windows - self._part)
        powers = powers_of(windows_at(reader, start, step, windows, self.key.window))
        powers = powers.reshape(self._channels, count, -1, powers.shape[2])  # (C, windows, bins) -> (C, columns, ...)
        self._total = powers.sum(axis=2) + self._total
        self._loudest = np.maximum(powers.max(axis=2), self._loudest)
        self._part += windows

    def _put(self, count: int) -> None:
        """Set ``count`` columns to what was taken in."""
        assert self._values is not None
        shown: Floats = np.asarray(self._total, np.float32) / np.float32(self._windows)
        if self._windows > 1:
            shown = np.maximum(shown, self._loudest / np.float32(harmonic(self._windows)))
        levels = to_bytes(sine_levels_db(shown)).transpose(0, 2, 1)  # (C, columns, bins) -> (C, bins, columns)
        self._values[:, :, self._column : self._column + count] = levels
        self._column += count
        self._part, self._total, self._loudest = 0, 0.0, 0.0


def joined(one: tuple[int, int] | None, other: tuple[int, int]) -> tuple[int, int]:
    """The shortest stretch that holds both."""
    return other if one is None else (min(one[0], other[0]), max(one[1], other[1]))


def windows_at(reader: Readable, start: int, step: int, count: int, window: int) -> Floats:
    """Stretches of ``window`` frames, ``step`` apart: (channels, count, window), 0 outside the sound."""
    if step > 2 * window:
        return np.stack([padded(reader, start + i * step, window) for i in range(count)], axis=1)
    sound = padded(reader, start, (count - 1) * step + window)
    per_channel, per_frame = sound.strides
    shape = (sound.shape[0], count, window)
    return np.lib.stride_tricks.as_strided(sound, shape, (per_channel, step * per_frame, per_frame), writeable=False)


def padded(reader: Readable, start: int, count: int) -> Floats:
    """Frames from ``start`` on; 0 outside the sound, and where it can't be read, which the peaks tell of."""
    begin, end = max(start, 0), min(start + count, reader.frames)
    if begin == start and end == start + count:
        return readable_part(reader, begin, end, unreadable=0.0)
    sound = np.zeros((reader.channels, count), np.float32)
    if begin < end:
        sound[:, begin - start : end - start] = readable_part(reader, begin, end, unreadable=0.0)
    return sound


def powers_of(windows: Floats) -> Floats:
    """Power spectra (channels, count, bins) of stretches of sound, 1 for a sine of full scale at a bin's middle."""
    import scipy.fft  # only a background thread needs it, and the window opens sooner without

    spectra: NDArray[np.complex64] = scipy.fft.rfft(windows * hann(windows.shape[-1]))
    powers: Floats = np.empty(spectra.shape, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        np.square(spectra.real, out=powers)
        powers += np.square(spectra.imag)
    return powers


@cache
def hann(window: int) -> Floats:
    """Periodic Hann window, scaled so that a sine of amplitude 1 has magnitude 1 in its bin."""
    weights = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    scaled: Floats = (weights * 2 / weights.sum()).astype(np.float32)
    return scaled


@cache
def harmonic(count: int) -> float:
    """1 + 1/2 + ... + 1/count: the mean of the largest of that many exponential variables of mean 1."""
    return float(np.sum(1 / np.arange(1, count + 1)))


def sine_levels_db(powers: Floats) -> Floats:
    """Levels in dB of powers (..., bins), those of local maxima corrected for lying between bins."""
    with np.errstate(over="ignore", invalid="ignore"):
        levels_db: Floats = np.log10(np.clip(powers, np.float32(FAINT), np.float32(LOUD)))
        levels_db *= 10
        middle = levels_db[..., 1:-1]
        below, above = middle - levels_db[..., :-2], middle - levels_db[..., 2:]
        is_peak = (below >= 0) & (above >= 0)
        raised = np.square(below - above)
        raised /= 8 * np.maximum(below + above, np.float32(1e-6))
        np.minimum(raised, SCALLOP_DB, out=raised)
        raised *= is_peak
        middle += raised
    return levels_db


def to_bytes(levels_db: Floats) -> Bytes:
    """Levels as bytes: 1 at -150 dB and below, 255 at 0 dB and above; 0 is kept for what is not known yet."""
    scaled = levels_db * np.float32(-255 / LOWEST_DB)
    scaled += np.float32(255.5)
    np.nan_to_num(scaled, copy=False)
    values: Bytes = np.clip(scaled, 1, 255, out=scaled).astype(np.uint8)
    return values

"""Recordings as they are read: opened, checked, and read in blocks, never as a whole.

Everything that libsndfile reads. libsndfile says nothing about a file that was cut off or a header that lies,
so the declared length is compared with what is there (`engine.recording.extent`) before anything is read.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.errors import InputError, RecordingError
from engine.recording.extent import Extent, measure, open_sound
from engine.recording.riff import Chunk
from engine.recording.samples import sample_type, to_float32

BLOCK_FRAMES = 1 << 16
MAX_REMEMBERED = 1 << 20  # positions of non-finite samples that are told apart


@dataclass(frozen=True)
class Patch:
    """Samples to lay into a recording: float32 (channels, frames), from ``start_frame`` on."""

    start_frame: int
    samples: NDArray[np.float32]

    @property
    def stop_frame(self) -> int:
        return self.start_frame + int(self.samples.shape[1])


class Readable(Protocol):
    """Sound that can be read anywhere: a `Clip`, one with takes laid in, or any other that stands for one."""

    @property
    def rate(self) -> int:
        """Frames a second."""

    @property
    def channels(self) -> int:
        """How many channels there are."""

    @property
    def frames(self) -> int:
        """Length in frames."""

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Frames ``start`` to ``stop`` (exclusive), (channels, frames).

        Raises:
            RecordingError: they can't be decoded or are not finite.
        """


class Clip:
    """A recording, opened for reading; made by `open_clip`. Reading is safe from several threads.

    Attributes:
        path: the file.
        rate: frames a second.
        channels, frames: size of the recording; ``frames`` is what can be read.
        container, subtype: libsndfile's names, such as ``WAV`` and ``PCM_24``.
        endian: ``<`` or ``>``, of the samples in the file.
        layout: where the samples lie, for containers made of chunks, else None.
        repair_nonfinite: whether NaN and Inf are read as 0.
        stamp: length and time of change of the file when it was opened.
    """

    def __init__(self, path: Path, file: soundfile.SoundFile, extent: Extent, repair_nonfinite: bool) -> None:
        self.path = path
        self.rate: int = file.samplerate
        self.channels: int = file.channels
        self.frames = extent.frames
        self.container: str = file.format
        self.subtype: str = file.subtype
        self.layout = extent.layout
        self.endian = extent.layout.byte_order if extent.layout else "<"
        self.repair_nonfinite = repair_nonfinite
        self.tags: dict[str, str] = file.copy_metadata()
        self.chunks: tuple[Chunk, ...] = extent.chunks
        self.chunk_order = extent.chunk_order
        self._file = file
        self.stamp = stamp(path)
        self._lock = threading.Lock()
        self._notes: list[str] = []
        self._zeroed: NDArray[np.int64] = np.empty(0, np.int64)  # frame * channels + channel, sorted

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.rate

    @property
    def lossy(self) -> bool:
        """Whether encoding threw something away: MP3, Vorbis, Opus, ADPCM, GSM."""
        return sample_type(self.subtype).kind == "lossy"

    @property
    def notes(self) -> list[str]:
        """What the user must be told of this recording, one line each."""
        if not self._zeroed.size:
            return list(self._notes)
        most = "at least " if self._zeroed.size >= MAX_REMEMBERED else ""
        frame = int(self._zeroed[0]) // self.channels
        zeroed = f"{most}{count_of(self._zeroed.size, 'non-finite sample')} zeroed"
        return [*self._notes, f"{zeroed}, first at frame {frame} ({frame / self.rate:.3f} s)"]

    def note(self, text: str) -> None:
        """Add to `notes`."""
        self._notes.append(text)

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Read frames ``start`` to ``stop`` (exclusive).

        Returns:
            (channels, frames) float32, C-contiguous, full scale at 1.

        Raises:
            RecordingError: it holds NaN or Inf and ``repair_nonfinite`` is off, or it can't be decoded.
            InputError: the recording doesn't have these frames.
        """
        self._check_range(start, stop)
        sound = np.empty((self.channels, stop - start), np.float32)
        bad: list[NDArray[np.int64]] = []
        for at, block in self.native_blocks(start, stop):
            floats = to_float32(block)
            if block.dtype.kind == "f":
                bad.append(self._zero_nonfinite(floats, at))
            place = slice(at - start, at - start + len(floats))
            sound[:, place] = floats.T  # (frames, channels) -> (channels, frames)
        self._judge(bad, sum(positions.size for positions in bad))
        return sound

    def read_native(self, start: int, stop: int) -> NDArray[Any]:
        """Read frames ``start`` to ``stop`` in the file's own sample type, unchecked.

        Returns:
            (frames, channels): int16 for integers of up to 16 bits, int32 for more (in the upper bits),
            float32 or float64.

        Raises:
            RecordingError: it can't be decoded.
            InputError: the recording doesn't have these frames.
        """
        self._check_range(start, stop)
        with self._lock:
            try:
                self._file.seek(start)
                block: NDArray[Any] = self._file.read(
                    stop - start, dtype=sample_type(self.subtype).dtype, always_2d=True
                )
            except soundfile.LibsndfileError as error:
                raise RecordingError(
                    f"{self.path}: frames {start} to {stop} can't be decoded: {error.error_string}"
                ) from error
        if len(block) != stop - start:
            raise RecordingError(
                f"{self.path}: {stop - start} frames wanted from frame {start}, only {len(block)} can be decoded"
            )
        return block

    def native_blocks(self, start: int, stop: int) -> Iterator[tuple[int, NDArray[Any]]]:
        """`read_native` of a range in blocks, each with its first frame."""
        for at in range(start, stop, BLOCK_FRAMES):
            yield at, self.read_native(at, min(at + BLOCK_FRAMES, stop))

    def check_all(self) -> None:
        """Look for NaN and Inf in the whole recording, in blocks.

        Raises:
            RecordingError: some were found and ``repair_nonfinite`` is off; or a block can't be decoded.
        """
        first_ones: list[NDArray[np.int64]] = []
        count, room = 0, MAX_REMEMBERED
        for at, block in self.native_blocks(0, self.frames):
            bad = self._zero_nonfinite(to_float32(block), at)
            first_ones.append(bad[:room])
            count, room = count + bad.size, max(0, room - bad.size)
        self._judge(first_ones, count)

    def check_unchanged(self) -> None:
        """Refuse to go on with a file that was written to since it was opened.

        Raises:
            RecordingError: its length or time of change differs, or it is gone.
        """
        if not self.path.exists() or stamp(self.path) != self.stamp:
            raise changed_since(self.path)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()

    def __enter__(self) -> Clip:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _check_range(self, start: int, stop: int) -> None:
        if not 0 <= start <= stop <= self.frames:
            raise InputError(f"{self.path}: frames {start} to {stop} were asked for; it holds 0 to {self.frames}")

    def _zero_nonfinite(self, floats: NDArray[np.float32], at: int) -> NDArray[np.int64]:
        """Zero NaN and Inf in (frames, channels) in place; returns their positions in the recording."""
        finite = np.isfinite(floats)
        if finite.all():
            return np.empty(0, np.int64)
        floats[~finite] = 0
        return np.flatnonzero(~finite) + at * self.channels

    def _judge(self, found: list[NDArray[np.int64]], count: int) -> None:
        """Refuse ``count`` non-finite samples, or remember that they, or the first of them, were zeroed."""
        bad = np.concatenate(found) if found else np.empty(0, np.int64)
        if not bad.size:
            return
        if not self.repair_nonfinite:
            frame, channel = divmod(int(bad[0]), self.channels)
            verb = "is" if count == 1 else "are"
            raise RecordingError(
                f"{self.path}: {count_of(count, 'sample')} {verb} NaN or Inf, first at frame {frame} "
                f"({frame / self.rate:.3f} s), channel {channel + 1}; --repair-nonfinite sets them to zero"
            )
        with self._lock:
            self._zeroed = np.union1d(self._zeroed, bad)[:MAX_REMEMBERED]


def changed_since(path: Path) -> RecordingError:
    """The error that tells that a file is another one than was opened."""
    return RecordingError(f"{path}: was changed since it was opened; open it again")


def stamp(path: Path) -> tuple[int, int]:
    """Length and time of change of a file."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def count_of(count: int, noun: str) -> str:
    """``1 sample``, ``2 samples``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def open_clip(path: Path | str, *, allow_truncated: bool = False, repair_nonfinite: bool = False) -> Clip:
    """Open a recording; reads its header and, of compressed ones, its end.

    Args:
        allow_truncated: read what is there of a file that was cut off, and note it.
        repair_nonfinite: read NaN and Inf as 0, and note it; else they are refused when they are read.

    Raises:
        RecordingError: it is missing, no recording, empty, or cut off.
    """
    path = Path(path)
    check_file(path)
    extent = measure(path)
    if extent.shortage and not (allow_truncated and extent.frames):
        offer = "; --allow-truncated reads those" if extent.frames else ""
        raise RecordingError(f"{path}: truncated: {extent.shortage}{offer}")
    if extent.frames == 0:
        raise RecordingError(f"{path}: holds no samples (0 frames)")
    clip = Clip(path, open_sound(path, extent.repairs), extent, repair_nonfinite)
    if extent.shortage:
        clip.note(f"truncated: {extent.shortage}; reading those")
    return clip


def check_file(path: Path) -> None:
    """Refuse what is no file with something in it, with a reason."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise RecordingError(f"{path}: no such file") from None
    except OSError as error:
        raise RecordingError(f"{path}: can't be read: {error.strerror or error}") from error
    if stat.S_ISDIR(status.st_mode):
        raise RecordingError(f"{path}: is a directory; a recording is expected")
    if not stat.S_ISREG(status.st_mode):
        raise RecordingError(f"{path}: is not a regular file; a recording is expected")
    if not os.access(path, os.R_OK):
        raise RecordingError(f"{path}: can't be read: permission denied")
    if status.st_size == 0:
        raise RecordingError(f"{path}: is empty (0 bytes)")

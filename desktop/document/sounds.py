"""The sound of takes in a project file: chunks of float32 with a checksum each, so that a part is read alone."""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.connection import ProjectDamagedError, connect, explained, transaction
from desktop.translating import translate
from engine.audio import Patch
from engine.errors import RetakeError

CHUNK_FRAMES = 1 << 16
CHUNKS_AT_ONCE = 8  # in one transaction: others who write wait no longer than that
CACHE_BYTES = 32 * 2**20
Sound = NDArray[np.float32]


def write_sound(connection: sqlite3.Connection, path: Path, take_id: int, patch: Patch) -> None:
    """Write a take's sound, before its row; without a row, it is removed when the project is opened again.

    Raises:
        RetakeError: see `desktop.document.connection.explain`; what was written is of no account.
    """
    channels, frames = patch.samples.shape
    with transaction(connection, path):
        connection.execute("INSERT INTO sounds VALUES (?, ?, ?, ?)", (take_id, patch.start_frame, frames, channels))
    try:
        write_chunks(connection, path, take_id, patch.samples)
    except RetakeError:
        with suppress(RetakeError):  # what can't be removed now goes when the project is opened or closed
            remove_sound(connection, path, take_id)
        raise


def write_chunks(connection: sqlite3.Connection, path: Path, take_id: int, samples: Sound) -> None:
    """Write (channels, frames) in several transactions."""
    chunks = range(-(-samples.shape[1] // CHUNK_FRAMES))
    for first in range(0, len(chunks), CHUNKS_AT_ONCE):
        with transaction(connection, path):
            for chunk in chunks[first : first + CHUNKS_AT_ONCE]:
                write_chunk(connection, take_id, chunk, samples[:, chunk * CHUNK_FRAMES :][:, :CHUNK_FRAMES])


def remove_sound(connection: sqlite3.Connection, path: Path, take_id: int) -> None:
    """Remove a take's sound."""
    with transaction(connection, path):
        connection.execute("DELETE FROM audio WHERE take_id = ?", (take_id,))
        connection.execute("DELETE FROM sounds WHERE take_id = ?", (take_id,))


def write_chunk(connection: sqlite3.Connection, take_id: int, chunk: int, samples: Sound) -> None:
    """Write (channels, frames) as one chunk."""
    blob = np.ascontiguousarray(samples, "<f4").tobytes()
    connection.execute(
        "INSERT INTO audio (take_id, chunk, crc, samples) VALUES (?, ?, ?, ?)", (take_id, chunk, zlib.crc32(blob), blob)
    )


def chunk_frames(frames: int, chunk: int) -> int:
    """Frames of a chunk of a sound of ``frames`` frames; the last one is shorter."""
    return min(CHUNK_FRAMES, frames - chunk * CHUNK_FRAMES)


def decoded(blob: bytes, crc: int, channels: int, frames: int) -> Sound | None:
    """The (channels, frames) of a stored chunk, read-only; None where it isn't what was written."""
    if len(blob) != 4 * channels * frames or zlib.crc32(blob) != crc:
        return None
    return np.frombuffer(blob, "<f4").reshape(channels, frames)


class TakeSounds:
    """The sounds of a project's takes for reading, with the chunks that were read last; safe in any thread.

    Attributes:
        path: the project file, opened by the first reading.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        self._chunks: OrderedDict[tuple[int, int], Sound] = OrderedDict()
        self._sizes: dict[int, tuple[int, int, int]] = {}
        self._bytes = 0

    def patch(self, take_id: int) -> Patch:
        """The whole of a take's sound.

        Raises:
            ProjectDamagedError: it isn't there, or not as it was written.
        """
        start_frame, frames, _ = self.size(take_id)
        return Patch(start_frame, self.read(take_id, 0, frames))

    def read(self, take_id: int, start: int, stop: int) -> Sound:
        """Frames ``start`` to ``stop`` of a take, counted from its own first one: (channels, frames).

        Raises:
            ProjectDamagedError: they aren't there, or not as they were written.
        """
        channels = self.size(take_id)[2]
        sound = np.empty((channels, stop - start), np.float32)
        for at, part in self.parts(take_id, start, stop):
            sound[:, at - start : at - start + part.shape[1]] = part
        return sound

    def parts(self, take_id: int, start: int, stop: int) -> Iterator[tuple[int, Sound]]:
        """As `read`, chunk by chunk, each part with its first frame."""
        for chunk in range(start // CHUNK_FRAMES, -(-stop // CHUNK_FRAMES)):
            at = chunk * CHUNK_FRAMES
            samples = self._chunk(take_id, chunk)
            first, last = max(start, at), min(stop, at + samples.shape[1])
            yield first, samples[:, first - at : last - at]

    def size(self, take_id: int) -> tuple[int, int, int]:
        """Start frame, frames and channels of a take's sound.

        Raises:
            ProjectDamagedError: it isn't there.
        """
        with self._lock:
            if take_id not in self._sizes:
                row = self._row("SELECT start_frame, frames, channels FROM sounds WHERE take_id = ?", take_id)
                if row is None:
                    text = translate("Project", "{path}: holds no sound of take {number}")
                    raise ProjectDamagedError(text.format(path=self.path, number=take_id))
                self._sizes[take_id] = (row[0], row[1], row[2])
            return self._sizes[take_id]

    def close(self) -> None:
        """Close the file; may be called twice."""
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def _chunk(self, take_id: int, chunk: int) -> Sound:
        _, frames, channels = self.size(take_id)
        with self._lock:
            if (take_id, chunk) in self._chunks:
                self._chunks.move_to_end((take_id, chunk))
                return self._chunks[take_id, chunk]
            row = self._row("SELECT samples, crc FROM audio WHERE take_id = ? AND chunk = ?", take_id, chunk)
            samples = decoded(row[0], row[1], channels, chunk_frames(frames, chunk)) if row else None
            if samples is None:
                text = translate(
                    "Project", "{path}: is damaged: part {part} of take {number} can't be read; open the project again"
                )
                raise ProjectDamagedError(text.format(path=self.path, part=chunk + 1, number=take_id))
            self._keep(take_id, chunk, samples)
            return samples

    def _keep(self, take_id: int, chunk: int, samples: Sound) -> None:
        self._chunks[take_id, chunk] = samples
        self._bytes += samples.nbytes
        while self._bytes > CACHE_BYTES and len(self._chunks) > 1:
            self._bytes -= self._chunks.popitem(last=False)[1].nbytes

    def _row(self, query: str, *values: int) -> Any:
        if self._connection is None:
            self._connection = connect(self.path, write=False)
        with explained(self.path):
            return self._connection.execute(query, values).fetchone()

"""A file read as if some of its bytes were others: wrong sizes are put right without touching the file."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path


class Overlay(io.RawIOBase):
    """A read-only file over ``path`` in which ``edits``, (offset, bytes), stand for what is there."""

    def __init__(self, path: Path, edits: Sequence[tuple[int, bytes]]) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=1 << 16)
        self._edits = tuple(edits)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        at = self._file.tell()
        data = self._file.read(size)
        for offset, new in self._edits:
            if at < offset + len(new) and offset < at + len(data):
                start, stop = max(at, offset), min(at + len(data), offset + len(new))
                data = data[: start - at] + new[start - offset : stop - offset] + data[stop - at :]
        return data

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

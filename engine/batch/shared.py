"""Whether a node sees the files that a batch is about, told by the batch's journal: it is there before any work."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

END_BYTES = 65536


@dataclass(frozen=True)
class Mark:
    """What a journal is known by, which only grows.

    Attributes:
        path: its file, absolute.
        size: that it has at least, in bytes.
        end: SHA-256 of what ends at that size, at most `END_BYTES` of it; hexadecimal.
    """

    path: str
    size: int
    end: str

    @property
    def is_seen(self) -> bool:
        """Whether this machine sees it."""
        try:
            return end_of(Path(self.path), self.size) == self.end
        except OSError:
            return False


def mark_of(path: Path) -> Mark:
    """What a journal is known by now.

    Raises:
        OSError: it can't be read.
    """
    size = path.stat().st_size
    return Mark(str(Path.cwd() / path), size, end_of(path, size))


def end_of(path: Path, size: int) -> str:
    """SHA-256 of the last bytes of a file before a size that it has, hexadecimal; of fewer where it is shorter."""
    with path.open("rb") as file:
        start = file.seek(max(0, size - END_BYTES))
        return hashlib.sha256(file.read(size - start)).hexdigest()

"""The files that make a project: the database, and what SQLite keeps beside it while it is open or after a crash."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

SIDE_FILES = ("-wal", "-shm", "-journal")


def files_of(path: Path) -> list[Path]:
    """A project's file and those that SQLite may have left beside it."""
    return [path, *(path.with_name(path.name + end) for end in SIDE_FILES)]


def remove_files(path: Path) -> None:
    """Remove a project with all that lies beside it, as far as that can be done."""
    for file in files_of(path):
        with suppress(OSError):
            file.unlink()

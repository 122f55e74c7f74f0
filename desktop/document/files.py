"""The files that make a project: the database, and what SQLite keeps beside it while it is open or after a crash."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

LARGE_BYTES = 16 * 2**20
SIDE_FILES = ("-wal", "-shm", "-journal")


def files_of(path: Path) -> list[Path]:
    """A project's file and those that SQLite may have left beside it."""
    return [path, *(path.with_name(path.name + end) for end in SIDE_FILES)]


def remove_files(path: Path) -> None:
    """Remove a project with all that lies beside it, as far as that can be done."""
    for file in files_of(path):
        with suppress(OSError):
            unlink(file)


def unlink(file: Path) -> None:
    """Remove a file; the room of a large one is given back in a thread, which takes a file system a while.

    Raises:
        OSError: it isn't there or can't be removed.
    """
    if file.stat().st_size < LARGE_BYTES or os.name != "posix":
        file.unlink()
        return
    fd = os.open(file, os.O_RDONLY)  # what is open keeps its room
    try:
        file.unlink()
    finally:
        threading.Thread(target=os.close, args=(fd,), name="freeing", daemon=True).start()

"""Bringing a project's journal into its file, in a thread: that waits for the disk, which a window must not."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path

from desktop.document.connection import connect
from engine.errors import RetakeError

JOURNAL_BYTES = 16 * 2**20


class Checkpoints:
    """Starts a checkpoint when the journal has grown, one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = path.with_name(f"{path.name}-wal")
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Start one if the journal is long."""
        if self._thread and self._thread.is_alive():
            return
        with suppress(OSError):
            if self._journal.stat().st_size > JOURNAL_BYTES:
                self._thread = threading.Thread(target=bring_in, args=(self._path,), name="checkpoint", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Wait for the one that runs; may be called twice."""
        if self._thread:
            self._thread.join()


def bring_in(path: Path, *, empty: bool = False) -> None:
    """Bring a project's journal into its file, from any thread, as far as others let it.

    What they read or write meanwhile is left for the next time; a journal that was brought in whole is written again
    from its start, or is left ``empty``, for which those who write have to wait.
    """
    with suppress(RetakeError, sqlite3.Error), closing(connect(path, write=True)) as connection:
        connection.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if empty else 'PASSIVE'})").fetchall()

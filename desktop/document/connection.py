"""SQLite connections to project files, and its errors in the user's words.

WAL where the file system can; else a rollback journal, as on network shares, where WAL's shared memory doesn't work.
Limits: with WAL, a loss of power may take the last edits along, never the file; a killed process takes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.translating import translate
from engine.errors import DiskFullError, InputError, OutputError, RetakeError

WAIT_S = 5.0
FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMMAP", "SQLITE_IOERR_TRUNCATE")
NO_PLACE = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")


class ProjectDamagedError(InputError):
    """A project file holds what can't be; `desktop.document.recovery.recover_project` saves the rest of it."""


def connect(path: Path, *, write: bool, alone: bool = False) -> sqlite3.Connection:
    """Open an existing database; reading may go on in other threads while one writes.

    Args:
        write: else nothing can be changed through it, and it may be used from any one thread at a time.
        alone: nobody writes to the file and no journal lies beside it: so it is read without making one.

    Raises:
        RetakeError: see `explain`.
    """
    uri = f"{path.absolute().as_uri()}?mode={'rw' if write else 'ro'}{'&immutable=1' if alone else ''}"
    with explained(path):
        connection = sqlite3.connect(uri, WAIT_S, isolation_level=None, check_same_thread=write, uri=True)
        try:
            if write:
                set_journal(connection)
            else:
                connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def set_journal(connection: sqlite3.Connection) -> str:
    """Choose WAL or, where that can't be, a rollback journal; returns the journal's name."""
    mode = str(connection.execute("PRAGMA journal_mode = WAL").fetchone()[0])
    if mode != "wal":
        mode = str(connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0])
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")
    return mode


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All of it or nothing.

    Raises:
        RetakeError: see `explain`; nothing was changed.
    """
    with explained(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk may have ended it already
                connection.execute("ROLLBACK")
            raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into Retake's."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


def explain(error: sqlite3.Error, path: Path) -> RetakeError:
    """DiskFullError, OutputError, ProjectDamagedError or RetakeError, whatever SQLite's error means to a user."""
    name = getattr(error, "sqlite_errorname", "")
    if name in FULL:
        text = translate(
            "Project", "{path}: no space: {error}; the last change was not kept. Free some space and try again"
        )
        return DiskFullError(text.format(path=path, error=error))
    if name.startswith(NO_PLACE):
        return OutputError(translate("Project", "{path}: can't be written: {error}").format(path=path, error=error))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        text = translate("Project", "{path}: can't be written: another program has kept it locked for {seconds} s")
        return OutputError(text.format(path=path, seconds=f"{WAIT_S:g}"))
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return ProjectDamagedError(translate("Project", "{path}: is damaged: {error}").format(path=path, error=error))
    return RetakeError(translate("Project", "{path}: can't be read or written: {error}").format(path=path, error=error))

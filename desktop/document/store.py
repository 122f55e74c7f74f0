"""The project file: one SQLite database, written at each edit, in one transaction for each.

Tables: ``facts`` (of the recording, the undo cursor, the view; JSON), ``regions`` and ``takes`` (a row's dictionary
as JSON), ``sounds`` and ``audio`` (see `desktop.document.sounds`), ``history`` (edits by position), ``counters``
(ids that were given out), ``source`` (the recording's own bytes, where the user wants them inside).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.checkpoints import JOURNAL_BYTES, Checkpoints
from desktop.document.connection import ProjectDamagedError, connect, explained, transaction
from desktop.document.edits import Edit, RowChange
from desktop.document.rows import RegionRow, TakeRow
from desktop.document.sounds import TakeSounds, remove_sound, write_sound
from desktop.translating import translate
from engine.audio import Patch
from engine.errors import RetakeError
from engine.saving import explain as explain_os

APPLICATION_ID = int.from_bytes(b"RTke", "big")
SCHEMA_VERSION = 1
PAGE_BYTES = 4096
# The order of the tables belongs to the format: see `desktop.document.first_page`.
SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE regions (id INTEGER PRIMARY KEY, row TEXT NOT NULL);
CREATE TABLE takes (id INTEGER PRIMARY KEY, row TEXT NOT NULL);
CREATE TABLE history (position INTEGER PRIMARY KEY, edit TEXT NOT NULL, made_s REAL NOT NULL);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE sounds (
    take_id INTEGER PRIMARY KEY, start_frame INTEGER NOT NULL, frames INTEGER NOT NULL, channels INTEGER NOT NULL
);
CREATE TABLE audio (
    id INTEGER PRIMARY KEY, take_id INTEGER NOT NULL, chunk INTEGER NOT NULL, crc INTEGER NOT NULL,
    samples BLOB NOT NULL, UNIQUE (take_id, chunk)
);
CREATE TABLE source (chunk INTEGER PRIMARY KEY, crc INTEGER NOT NULL, bytes BLOB NOT NULL);
"""


class Store:
    """An open project file, for one thread.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = connect(path, write=True)
        self._connection.execute("PRAGMA wal_autocheckpoint = 0")
        self._connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES // 16}")
        self._checkpoints = Checkpoints(path)

    def facts(self) -> dict[str, Any]:
        """What is known of the recording, and ``cursor`` and ``view``."""
        with explained(self.path):
            return {name: json.loads(value) for name, value in self._connection.execute("SELECT * FROM facts")}

    def set_facts(self, **facts: Any) -> None:
        """Set some facts; values are what JSON holds."""
        with transaction(self._connection, self.path):
            self._put_facts(facts)

    def regions(self) -> list[RegionRow]:
        """All regions."""
        return [RegionRow.from_dict(values) for values in self._rows("SELECT row FROM regions ORDER BY id")]

    def takes(self) -> list[TakeRow]:
        """All takes."""
        return [TakeRow.from_dict(values) for values in self._rows("SELECT row FROM takes ORDER BY id")]

    def history(self) -> list[Edit]:
        """All edits that can be undone or done again."""
        return [Edit.from_dict(values) for values in self._rows("SELECT edit FROM history ORDER BY position")]

    def counters(self) -> dict[str, int]:
        """Highest number given out of each kind."""
        with explained(self.path):
            return dict(self._connection.execute("SELECT name, value FROM counters"))

    def append(self, changes: Iterable[RowChange], step: Edit, position: int, counters: Mapping[str, int]) -> None:
        """Make changes, and let the history end with ``step`` at ``position``, all or nothing.

        Raises:
            DiskFullError: there is no room; nothing was changed.
            RetakeError: see `desktop.document.connection.explain`; nothing was changed.
        """
        with transaction(self._connection, self.path):
            self._change(changes)
            self._connection.execute("DELETE FROM history WHERE position >= ?", (position,))
            self._connection.execute(
                "INSERT INTO history VALUES (?, ?, ?)", (position, json.dumps(step.to_dict()), time.time())
            )
            self._connection.executemany("INSERT OR REPLACE INTO counters VALUES (?, ?)", counters.items())
            self._put_facts({"cursor": position + 1})
        self._checkpoints.look()

    def move(self, changes: Iterable[RowChange], cursor: int) -> None:
        """Make the changes of an edit that is undone or done again; errors are those of `append`."""
        with transaction(self._connection, self.path):
            self._change(changes)
            self._put_facts({"cursor": cursor})

    def write_patch(self, take_id: int, patch: Patch) -> None:
        """Write a take's sound, before its row."""
        write_sound(self._connection, self.path, take_id, patch)

    def has_sound(self, take_id: int) -> bool:
        """Whether a take's sound was written."""
        with explained(self.path):
            return bool(
                self._connection.execute("SELECT count(*) FROM sounds WHERE take_id = ?", (take_id,)).fetchone()[0]
            )

    def drop_unreachable_sounds(self) -> None:
        """Remove the sounds that neither a row nor the history knows: of jobs cut off, and of steps dropped."""
        known = {take.id for take in self.takes()} | takes_in(self.history())
        with explained(self.path):
            stored = {take_id for (take_id,) in self._connection.execute("SELECT take_id FROM sounds")}
        for take_id in stored - known:
            remove_sound(self._connection, self.path, take_id)

    def close(self) -> None:
        """Tidy up and close the file, which is whole then without its journal; may be called twice."""
        self._checkpoints.close()
        with suppress(RetakeError, sqlite3.Error):  # what is not tidied now is tidied when it is opened again
            self.drop_unreachable_sounds()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.close()

    def _rows(self, query: str) -> list[dict[str, Any]]:
        with explained(self.path):
            try:
                return [json.loads(text) for (text,) in self._connection.execute(query)]
            except ValueError as error:
                text = translate("Project", "{path}: is damaged: a row can't be read")
                raise ProjectDamagedError(text.format(path=self.path)) from error

    def _change(self, changes: Iterable[RowChange]) -> None:
        for change in changes:
            if change.after is None:
                self._connection.execute(f"DELETE FROM {change.table} WHERE id = ?", (change.id,))
            else:
                text = json.dumps(change.after)
                self._connection.execute(f"INSERT OR REPLACE INTO {change.table} VALUES (?, ?)", (change.id, text))

    def _put_facts(self, facts: Mapping[str, Any]) -> None:
        pairs = [(name, json.dumps(value)) for name, value in facts.items()]
        self._connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", pairs)


def create_project(path: Path, facts: Mapping[str, Any]) -> None:
    """Make an empty project.

    Raises:
        OutputError: there is no folder to write it in, or it can't be written.
        DiskFullError: there is no room.
    """
    try:
        path.touch(exist_ok=False)
    except OSError as error:
        raise explain_os(error, path) from error
    with explained(path):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = OFF")  # a loss of power takes an empty project along
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN; {SCHEMA}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            pairs = [(name, json.dumps(value)) for name, value in facts.items()]
            connection.executemany("INSERT INTO facts VALUES (?, ?)", pairs)
            connection.execute("COMMIT")
        finally:
            connection.close()


def takes_in(history: Iterable[Edit]) -> set[int]:
    """Ids of the takes that edits know."""
    return {change.id for edit in history for change in edit.changes if change.table == "takes"}


def write_patch(project: Path, take_id: int, patch: Patch) -> None:
    """Write a take's sound from any thread, before its row is added.

    Raises:
        RetakeError: see `desktop.document.connection.explain`.
    """
    connection = connect(project, write=True)
    try:
        write_sound(connection, project, take_id, patch)
    finally:
        connection.close()


def read_patch(project: Path, take_id: int) -> Patch:
    """A take's sound, read through a connection of its own, from any process.

    Raises:
        ProjectDamagedError: the project doesn't hold it, or not as it was written.
    """
    sounds = TakeSounds(project)
    try:
        return sounds.patch(take_id)
    finally:
        sounds.close()


def read_part(project: Path, take_id: int, start: int, stop: int) -> NDArray[np.float32]:
    """Frames ``start`` to ``stop`` of a take, counted from its own first one; see `read_patch`."""
    sounds = TakeSounds(project)
    try:
        return sounds.read(take_id, start, stop)
    finally:
        sounds.close()

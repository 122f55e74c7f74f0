"""Saving a document to a file of the user's choice, whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from desktop.document.checkpoints import bring_in
from desktop.document.connection import connect, explained, transaction
from desktop.document.document import Document
from desktop.document.files import files_of, remove_files
from desktop.document.locks import ProjectLock
from desktop.document.sources import Hashing, hashing_for, relative_to, write_source
from desktop.document.store import Store
from engine.errors import InputError, OutputError, RetakeError
from engine.saving import check_place, explain, put_in_place, sync_directory

PAGES_AT_ONCE = 2000  # of SQLite's 4 KiB: where there is no WAL, edits get their turn in between


def save_as(document: Document, path: Path) -> None:
    """Save a document to a file of the user's choice, over what is there, and go on in that one.

    Raises:
        OutputError: it can't be written there, or a project of that name is open.
        DiskFullError: there is no room; what was there is as before, and so is the document.
    """
    if path.absolute() == document.store.path:
        return
    with Saving(document, path) as saving:
        saving.copy()
        saving.finish()


class Saving:
    """A document on its way to another file, where it goes on; the long part of it, `copy`, may run in any thread.

    A context manager: left before `finish`, it leaves all as it was. A project that was never saved is removed when
    the document is closed; until then, jobs may still read from it.

    Raises:
        OutputError: it can't be written there, or a project of that name is open.
    """

    def __init__(self, document: Document, path: Path) -> None:
        self._document, self._path = document, path.absolute()
        check_place(self._path, [document.source], force=True)
        self._part = self._path.with_name(f".retake-{secrets.token_hex(6)}.part")
        self._watch = connect(document.store.path, write=False)  # its data_version counts the others' changes
        try:
            self._lock: ProjectLock | None = ProjectLock(self._path)
        except InputError as error:
            self._watch.close()
            raise OutputError(str(error)) from error
        self._copied = -1
        document.write_view()

    def __enter__(self) -> Saving:
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.close()
        remove_files(self._part)
        if self._lock:
            self._lock.close()

    @property
    def is_current(self) -> bool:
        """Whether the copy holds all that the document does: takes may have come in since."""
        return self._copied == self._version()

    def copy(self) -> None:
        """Write the copy, beside its place.

        Raises:
            DiskFullError, OutputError: it can't be written.
        """
        bring_in(self._document.store.path, empty=True)  # closing that one, in the window's thread, would wait for it
        version = self._version()
        remove_files(self._part)
        try:
            with explained(self._part), closing(sqlite3.connect(self._part, isolation_level=None)) as other:
                with closing(connect(self._document.store.path, write=False)) as source:
                    source.backup(other, pages=PAGES_AT_ONCE)
                other.execute("PRAGMA journal_mode = DELETE")
            relate(self._part, self._path)
            sync(self._part)
        except OSError as error:
            raise explain(error, self._path) from error
        self._copied = version

    def finish(self) -> None:
        """Put the copy in its place and let the document go on in it.

        Raises:
            OutputError, DiskFullError: what was there is as before, and so is the document.
        """
        try:
            settle(self._path)
            put_in_place(self._part, self._path, force=True)
            sync_directory(self._path.parent)
        except OSError as error:
            raise explain(error, self._path) from error
        store = Store(self._path)
        if self._document.project is None:
            with suppress(RetakeError):
                self._document.store.set_facts(moved_to=str(self._path))
        assert self._lock
        lock, self._lock = self._lock, None
        go_on_in(self._document, store, lock)

    def _version(self) -> int:
        with explained(self._document.store.path):
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])


def go_on_in(document: Document, store: Store, lock: ProjectLock) -> None:
    """Let a document go on in another project file."""
    before, saved = document.store.path, document.project is not None
    hashings = [item for item in document.holders if isinstance(item, Hashing)]
    locks = [item for item in document.holders if isinstance(item, ProjectLock) and saved and item.project == before]
    kept = [item for item in document.holders if item not in hashings and item not in locks]
    left = [] if saved else [Removal(before)]
    for hashing in hashings:
        hashing.close()
    document.move_to(store, store.path, (*hashing_for(store), lock, *kept, *left))
    for one in locks:
        one.close()


def relate(part: Path, path: Path) -> None:
    """Set what depends on where a project lies."""
    with closing(connect(part, write=True)) as connection, transaction(connection, path):
        known = json.loads(connection.execute("SELECT value FROM facts WHERE name = 'source_path'").fetchone()[0])
        relative = json.dumps(relative_to(Path(known), path))
        connection.execute("UPDATE facts SET value = ? WHERE name = 'source_relative'", (relative,))
        connection.execute("DELETE FROM facts WHERE name = 'moved_to'")


def sync(path: Path) -> None:
    """Have the disk hold a file."""
    fd = os.open(path, os.O_RDWR)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def settle(path: Path) -> None:
    """Leave no journal beside a file that is about to be replaced: it would be taken for the new one's."""
    beside = files_of(path)[1:]
    if any(file.exists() for file in beside):
        with suppress(RetakeError, OSError):
            connect(path, write=True).close()
        for file in beside:
            file.unlink(missing_ok=True)


@dataclass(frozen=True)
class Removal:
    """Removes a project that is not needed any more, when it is closed."""

    path: Path

    def close(self) -> None:
        """Remove it; may be called twice."""
        remove_files(self.path)


def embed_source(document: Document) -> None:
    """Write the recording itself into the project, so that it opens without the file.

    Raises:
        RecordingError: the recording is gone or was changed.
        DiskFullError: there is no room; the project is as before.
    """
    document.clip.check_unchanged()
    know_embedded(document, write_source(document.store.path, document.source))


def know_embedded(document: Document, digest: str) -> None:
    """Keep what `desktop.document.sources.write_source` found out, which may be called in any thread."""
    document.store.set_facts(source_sha256=digest)

"""Saving a document to a file of the user's choice, whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from desktop.document.connection import connect, transaction
from desktop.document.document import Document
from desktop.document.files import files_of, remove_files
from desktop.document.locks import ProjectLock
from desktop.document.sources import Hashing, hashing_for, relative_to, write_source
from desktop.document.store import Store
from engine.errors import InputError, OutputError, RetakeError
from engine.saving import check_place, explain, put_in_place, sync_directory


def save_as(document: Document, path: Path) -> None:
    """Save a document to a file of the user's choice, over what is there, and go on in that one.

    A project that was never saved is removed when the document is closed; until then, jobs may still read from it.

    Raises:
        OutputError: it can't be written there, or a project of that name is open.
        DiskFullError: there is no room; what was there is as before, and so is the document.
    """
    path = path.absolute()
    if path == document.store.path:
        return
    check_place(path, [document.source], force=True)
    try:
        lock = ProjectLock(path)
    except InputError as error:
        raise OutputError(str(error)) from error
    try:
        document.write_view()
        write_copy(document.store, path)
        store = Store(path)
    except BaseException:
        lock.close()
        raise
    if document.project is None:
        with suppress(RetakeError):
            document.store.set_facts(moved_to=str(path))
    go_on_in(document, store, lock)


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


def write_copy(store: Store, path: Path) -> None:
    """Write a project to another file, whole or not at all."""
    part = path.with_name(f".retake-{secrets.token_hex(6)}.part")
    try:
        store.copy_to(part)
        relate(part, path)
        sync(part)
        settle(path)
        put_in_place(part, path, force=True)
        sync_directory(path.parent)
    except OSError as error:
        raise explain(error, path) from error
    finally:
        remove_files(part)


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
    digest = write_source(document.store.path, document.source)
    document.store.set_facts(source_sha256=digest)

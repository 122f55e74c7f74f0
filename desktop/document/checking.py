"""Whether a file is a project that can be opened, found out without writing to it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from desktop.document.connection import ProjectDamagedError, connect, explained
from desktop.document.edits import Edit
from desktop.document.files import SIDE_FILES, remove_files
from desktop.document.first_page import begins_as_database, is_ours, version_of
from desktop.document.rows import RegionRow, TakeRow
from desktop.document.sounds import CHUNK_FRAMES, chunk_frames, decoded
from desktop.document.store import APPLICATION_ID, SCHEMA, SCHEMA_VERSION, takes_in
from desktop.translating import translate
from engine.errors import InputError
from engine.saving import explain

WHOLLY_CHECKED_BYTES = 64 * 2**20  # larger ones: all but the sound, whose checksums are held when it is read
TABLES = ("facts", "regions", "takes", "history", "counters", "sounds", "audio", "source")


def check_project(path: Path) -> None:
    """Refuse what is no project, a newer one, or a damaged one; nothing is written to it.

    Raises:
        InputError: it is missing, no project, or of a newer version.
        ProjectDamagedError: it is damaged.
    """
    check_header(path)
    if not path.with_name(f"{path.name}-journal").exists():
        with read_only(path) as connection:
            check_database(connection, path)
        return
    with (  # an unfinished change is rolled back in a copy
        tempfile.TemporaryDirectory(prefix="retake-") as folder,
        closing(connect(copied(path, Path(folder)), write=True)) as connection,
    ):
        check_database(connection, path)


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a project that nobody has open, which leaves nothing beside it that wasn't there."""
    journal, index = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    alone, had_index = not journal.exists(), index.exists()
    try:
        with closing(connect(path, write=False, alone=alone)) as connection:
            yield connection
    finally:
        if not (alone or had_index):
            index.unlink(missing_ok=True)


def read_facts(path: Path) -> dict[str, Any]:
    """A project's facts, read without writing to it."""
    with read_only(path) as connection, explained(path):
        return {name: json.loads(value) for name, value in connection.execute("SELECT * FROM facts")}


def check_header(path: Path) -> None:
    """Refuse what doesn't begin as a SQLite database.

    Raises:
        ProjectDamagedError: it is a project but for its beginning.
        InputError: it can't be read, or is no project.
    """
    with read_by_name(path):
        whole = begins_as_database(path)
    if not whole:
        raise no_project(path)


def check_recoverable(path: Path) -> None:
    """Refuse what can't be recovered: other programs' files and projects of newer versions.

    Raises:
        InputError: so it is, or it can't be read.
    """
    with read_by_name(path):
        ours, version = is_ours(path), version_of(path)
    if not ours:
        raise no_project(path)
    if version > SCHEMA_VERSION:
        raise newer(path, version)


@contextmanager
def read_by_name(path: Path) -> Iterator[None]:
    """Turn the system's errors into Retake's."""
    try:
        yield
    except OSError as error:
        text = translate("Project", "{path}: can't be read: {error}")
        raise InputError(text.format(path=path, error=error.strerror or error)) from error


def no_project(path: Path) -> InputError:
    """What to say of a file that doesn't begin as a project does.

    Raises:
        InputError: it can't be read.
    """
    with read_by_name(path):
        ours = is_ours(path)
    if ours:
        text = translate("Project", "{path}: its beginning is damaged; the rest can be recovered into a new project")
        return ProjectDamagedError(text.format(path=path))
    return InputError(translate("Project", "{path}: is no Retake project").format(path=path))


def newer(path: Path, version: int) -> InputError:
    """What to say of a project of a newer version."""
    text = translate(
        "Project", "{path}: was saved by a newer Retake (project version {version}); this one opens up to {most}"
    )
    return InputError(text.format(path=path, version=version, most=SCHEMA_VERSION))


def copied(path: Path, folder: Path, *, journals: bool = True) -> Path:
    """A copy of a project with the files beside it, unless ``journals`` are left behind.

    Raises:
        DiskFullError, OutputError: it can't be copied.
    """
    copy = folder / "copy.retake"
    remove_files(copy)  # of an earlier try
    try:
        shutil.copyfile(path, copy)
        for end in SIDE_FILES:
            beside = path.with_name(path.name + end)
            if journals and beside.exists() and end != "-shm":
                shutil.copyfile(beside, copy.with_name(copy.name + end))
    except OSError as error:
        raise explain(error, copy) from error
    return copy


def check_database(connection: sqlite3.Connection, shown: Path) -> None:
    """Check a database, and name ``shown`` in what is raised."""
    text = translate("Project", "{path}: is damaged; what can be read of it can be recovered into a new project")
    damaged = ProjectDamagedError(text.format(path=shown))
    whole = shown.stat().st_size <= WHOLLY_CHECKED_BYTES
    with explained(shown):
        check_version(connection, shown)
        try:
            for query in ["quick_check"] if whole else [f"quick_check('{table}')" for table in TABLES[:-2]]:
                if connection.execute(f"PRAGMA {query}").fetchall() != [("ok",)]:
                    raise damaged
            if tables_of(connection) != our_tables():
                raise damaged
            check_rows(connection, damaged)
            check_sounds(connection, damaged, whole)
        except (ValueError, TypeError, KeyError) as error:
            raise damaged from error
        except sqlite3.OperationalError as error:
            # The queries are right: it is the tables that aren't as they should be, or texts that are none.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            raise damaged if code == sqlite3.SQLITE_ERROR else error from None


def check_version(connection: sqlite3.Connection, shown: Path) -> None:
    """Refuse other programs' databases and projects of newer versions.

    Raises:
        ProjectDamagedError, InputError: see `no_project`; or it is of a newer version.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise no_project(shown)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise newer(shown, version)


def tables_of(connection: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """All tables and indexes, and how they were made."""
    return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def our_tables() -> list[tuple[str, str | None]]:
    """Those of a new project."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        return tables_of(connection)


def check_rows(connection: sqlite3.Connection, damaged: ProjectDamagedError) -> None:
    """Refuse rows that don't fit together."""
    facts = {name: json.loads(value) for name, value in connection.execute("SELECT * FROM facts")}
    regions = {row.id: row for row in map(region_of, connection.execute("SELECT row FROM regions"))}
    takes = {row.id: row for row in map(take_of, connection.execute("SELECT row FROM takes"))}
    rows = connection.execute("SELECT position, edit FROM history ORDER BY position").fetchall()
    history = [Edit.from_dict(json.loads(text)) for _, text in rows]
    sounds = {take_id for (take_id,) in connection.execute("SELECT take_id FROM sounds")}
    fits = (
        [position for position, _ in rows] == list(range(len(rows)))
        and 0 <= facts["cursor"] <= len(rows)
        and all(take.region_id in regions for take in takes.values())
        and all(row.take_id is None or row.take_id in takes for row in regions.values())
        and takes.keys() | takes_in(history) <= sounds
        and {"source_path", "source_size", "rate", "channels", "frames"} <= facts.keys()
    )
    if not fits:
        raise damaged


def check_sounds(connection: sqlite3.Connection, damaged: ProjectDamagedError, whole: bool) -> None:
    """Refuse sounds that lack a part or, if ``whole``, have another than was written."""
    known = {row.id for row in map(take_of, connection.execute("SELECT row FROM takes"))}
    known |= takes_in(Edit.from_dict(json.loads(text)) for (text,) in connection.execute("SELECT edit FROM history"))
    for take_id, frames, channels in connection.execute("SELECT take_id, frames, channels FROM sounds").fetchall():
        if take_id not in known:  # of a job that was cut off
            continue
        wanted = list(range(-(-frames // CHUNK_FRAMES)))
        query = "SELECT chunk FROM audio WHERE take_id = ? ORDER BY chunk"
        if [chunk for (chunk,) in connection.execute(query, (take_id,))] != wanted:
            raise damaged
        query = "SELECT chunk, samples, crc FROM audio WHERE take_id = ?"
        for chunk, blob, crc in connection.execute(query, (take_id,)) if whole else ():
            if decoded(blob, crc, channels, chunk_frames(frames, chunk)) is None:
                raise damaged


def region_of(record: tuple[str]) -> RegionRow:
    """A region from its stored text."""
    return RegionRow.from_dict(json.loads(record[0]))


def take_of(record: tuple[str]) -> TakeRow:
    """A take from its stored text."""
    return TakeRow.from_dict(json.loads(record[0]))

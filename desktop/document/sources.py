"""The recording that a project belongs to: known by its bytes, found where it was, or carried inside the project."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from desktop.document.connection import ProjectDamagedError, connect, explained, transaction
from desktop.document.store import Store
from desktop.translating import translate
from engine.audio import Clip
from engine.errors import InputError, RecordingError, RetakeError
from engine.saving import explain, written_whole

BLOCK_BYTES = 1 << 20
BLOCKS_AT_ONCE = 8  # in one transaction


class SourceError(InputError):
    """The recording of a project can't be used without asking; see the kinds below.

    Attributes:
        project: the project file.
        source: where the recording was.
    """

    def __init__(self, message: str, project: Path, source: Path) -> None:
        super().__init__(message)
        self.project = project
        self.source = source


class SourceMissing(SourceError):
    """It isn't where it was, and the project doesn't hold it: open the project with another path."""


class SourceChanged(SourceError):
    """What lies there is another recording than the one that the project was made with."""


@dataclass(frozen=True)
class SourceFacts:
    """What a project keeps of its recording's file.

    Attributes:
        path: where it was when the project was written last.
        relative: the same, from the project's folder; empty where that can't be said.
        size, mtime_ns: of the file.
        sha256: of its bytes; empty until it was computed.
    """

    path: str
    relative: str
    size: int
    mtime_ns: int
    sha256: str = ""

    def to_facts(self) -> dict[str, Any]:
        """As they are stored."""
        return {f"source_{name}": value for name, value in vars(self).items()}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> SourceFacts:
        """The facts of `to_facts`' values."""
        return cls(*(facts[f"source_{name}"] for name in ("path", "relative", "size", "mtime_ns", "sha256")))


def facts_of(source: Path, project: Path, sha256: str = "") -> SourceFacts:
    """What is to be kept of a recording's file.

    Raises:
        RecordingError: it isn't there.
    """
    source = source.absolute()
    try:
        status = source.stat()
    except OSError as error:
        raise unreadable(source, error) from error
    return SourceFacts(str(source), relative_to(source, project), status.st_size, status.st_mtime_ns, sha256)


def unreadable(source: Path, error: OSError) -> RecordingError:
    """The error that tells why a recording can't be read."""
    text = translate("Project", "{path}: can't be read: {error}")
    return RecordingError(text.format(path=source, error=error.strerror or error))


def relative_to(source: Path, project: Path) -> str:
    """The way from a project's folder to its recording."""
    try:
        return os.path.relpath(source, project.absolute().parent)
    except ValueError:  # another drive
        return ""


def size_of(clip: Clip) -> dict[str, int]:
    """What another file must have in common with a recording to stand in for it."""
    return {"rate": clip.rate, "channels": clip.channels, "frames": clip.frames}


def found_source(project: Path, facts: SourceFacts) -> Path:
    """The recording where it was, or where it lies as seen from the project.

    Raises:
        SourceMissing: there is nothing.
        SourceChanged: there is something else.
    """
    places = [Path(facts.path)]
    if facts.relative:
        places.append(Path(os.path.normpath(project.absolute().parent / facts.relative)))
    there = [place for place in dict.fromkeys(places) if place.is_file()]
    for place in there:
        if is_same(place, facts):
            return place
    if there:
        text = translate("Project", "{path}: was changed since {project} was saved; takes may no longer fit it")
        raise SourceChanged(text.format(path=there[0], project=project.name), project, there[0])
    text = translate("Project", "{path}: is not there; {project} needs this recording")
    raise SourceMissing(text.format(path=facts.path, project=project.name), project, Path(facts.path))


def is_same(place: Path, facts: SourceFacts) -> bool:
    """Whether a file is the recording: same size and time, or same size and bytes."""
    try:
        status = place.stat()
        if status.st_size != facts.size:
            return False
        if status.st_mtime_ns == facts.mtime_ns:
            return True
        return bool(facts.sha256) and sha256_of(place) == facts.sha256
    except OSError:
        return False


def sha256_of(path: Path, stop: threading.Event | None = None) -> str:
    """SHA-256 of a file, in hexadecimal; empty where it was stopped."""
    digest = hashlib.sha256()
    for block in blocks_of(path):
        if stop and stop.is_set():
            return ""
        digest.update(block)
    return digest.hexdigest()


def blocks_of(path: Path) -> Iterator[bytes]:
    """A file's bytes."""
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


class Hashing:
    """Works out a recording's SHA-256 in a thread and writes it to the project, unless the file changes meanwhile.

    Attributes:
        thread: the work, which `close` stops and waits for.
    """

    def __init__(self, project: Path, facts: SourceFacts) -> None:
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._work, args=(project, facts), name="hashing", daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop; may be called twice."""
        self._stop.set()
        self.thread.join()

    def _work(self, project: Path, facts: SourceFacts) -> None:
        source = Path(facts.path)
        try:
            digest = sha256_of(source, self._stop)
            status = source.stat()
            if digest and (status.st_size, status.st_mtime_ns) == (facts.size, facts.mtime_ns):
                with closing(connect(project, write=True)) as connection:
                    put_fact(connection, project, "source_sha256", digest)
        except (OSError, RetakeError):
            return  # without a hash, the file's size and time stand for it


def put_fact(connection: sqlite3.Connection, project: Path, name: str, text: str) -> None:
    """Set a fact that is a text without quotes in it."""
    with transaction(connection, project):
        connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, f'"{text}"'))


def write_source(project: Path, source: Path) -> str:
    """Write a recording's bytes into its project, so that it can be opened without the file; returns their SHA-256.

    Raises:
        DiskFullError: there is no room; the project is as before.
        RecordingError: the recording can't be read.
    """
    digest = hashlib.sha256()
    with closing(connect(project, write=True)) as connection:
        remove_source(connection, project)
        try:
            for first, blocks in groups_of(source):
                with transaction(connection, project):
                    for number, block in enumerate(blocks, first):
                        digest.update(block)
                        connection.execute("INSERT INTO source VALUES (?, ?, ?)", (number, zlib.crc32(block), block))
        except (RetakeError, OSError) as error:
            remove_source(connection, project)
            if isinstance(error, OSError):
                raise unreadable(source, error) from error
            raise
        put_fact(connection, project, "embedded", digest.hexdigest())
    return digest.hexdigest()


def groups_of(source: Path) -> Iterator[tuple[int, list[bytes]]]:
    """A file's blocks, several at once, with the number of the first."""
    group: list[bytes] = []
    count = 0
    for block in blocks_of(source):
        group.append(block)
        if len(group) == BLOCKS_AT_ONCE:
            yield count, group
            count, group = count + len(group), []
    if group:
        yield count, group


def remove_source(connection: sqlite3.Connection, project: Path) -> None:
    """Take a recording's bytes out of its project."""
    with transaction(connection, project):
        connection.execute("DELETE FROM source")
        connection.execute("DELETE FROM facts WHERE name = 'embedded'")


def extracted_source(project: Path, facts: SourceFacts, embedded: str) -> Path:
    """The recording that a project holds, as a file in the cache.

    Args:
        embedded: SHA-256 of the bytes.

    Raises:
        ProjectDamagedError: the bytes are not what was written.
        DiskFullError, OutputError: the cache can't be written.
    """
    folder = platformdirs.user_cache_path("retake") / "sources" / embedded
    target = folder / Path(facts.path).name
    if target.is_file() and target.stat().st_size == facts.size and sha256_of(target) == embedded:
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(error, target) from error
    with closing(connect(project, write=False)) as connection, written_whole(target, force=True) as file:
        digest = hashlib.sha256()
        with explained(project):
            for crc, block in connection.execute("SELECT crc, bytes FROM source ORDER BY chunk"):
                if zlib.crc32(block) != crc:
                    text = translate("Project", "{path}: is damaged: the recording inside can't be read")
                    raise ProjectDamagedError(text.format(path=project))
                digest.update(block)
                file.write(block)
        if digest.hexdigest() != embedded:
            text = translate("Project", "{path}: is damaged: the recording inside is not whole")
            raise ProjectDamagedError(text.format(path=project))
    return target


def hashing_for(store: Store) -> tuple[Hashing, ...]:
    """Work on the recording's hash, where it isn't known."""
    facts = SourceFacts.from_facts(store.facts())
    return () if facts.sha256 else (Hashing(store.path, facts),)

"""Documents that were never saved: their project files, and what of them a crash left."""

from __future__ import annotations

import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from desktop.document.checking import read_facts, read_only
from desktop.document.connection import explained
from desktop.document.files import files_of, remove_files
from desktop.document.locks import ProjectLock, is_open
from engine.errors import InputError, RetakeError
from engine.saving import explain

SUFFIX = ".retake"


@dataclass(frozen=True)
class LeftOver:
    """A project that was never saved, of a process that is gone.

    Attributes:
        path: to open with `open_project` or remove with `discard`.
        source: the recording; None where the project is damaged.
        changed_s: when it was written last, in seconds since 1970.
        regions, takes: how many it holds.
    """

    path: Path
    source: Path | None
    changed_s: float
    regions: int
    takes: int


def unsaved_folder() -> Path:
    """Where documents live that were never saved."""
    return platformdirs.user_data_path("retake") / "unsaved"


def new_unsaved(name: str) -> Path:
    """A free path in the folder of unsaved documents.

    Raises:
        OutputError: the folder can't be made.
    """
    folder = unsaved_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(error, folder) from error
    readable = re.sub(r"[^\w. -]", "_", name)[:40].strip(". ") or "recording"
    return folder / f"{readable}-{uuid.uuid4().hex}{SUFFIX}"


def unsaved_left_over() -> list[LeftOver]:
    """Projects of processes that are gone, the last written first; those that hold nothing are removed."""
    found = []
    for path in unsaved_folder().glob(f"*{SUFFIX}"):
        if is_open(path):
            continue
        item = looked_at(path)
        if item is None:
            with suppress(InputError):  # another window was faster
                discard(path)
        else:
            found.append(item)
    return sorted(found, key=lambda item: item.changed_s, reverse=True)


def looked_at(path: Path) -> LeftOver | None:
    """What an unsaved project holds; None for nothing, or where it was saved elsewhere since."""
    if not path.stat().st_size:
        return None
    changed_s = max(file.stat().st_mtime for file in files_of(path) if file.exists())
    try:
        facts = read_facts(path)
        with read_only(path) as connection, explained(path):
            count = (
                "SELECT (SELECT count(*) FROM regions), (SELECT count(*) FROM takes), (SELECT count(*) FROM history)"
            )
            regions, takes, steps = connection.execute(count).fetchone()
    except (RetakeError, ValueError):
        return LeftOver(path, None, changed_s, 0, 0)
    if "moved_to" in facts or not (regions or takes or steps):
        return None
    return LeftOver(path, Path(facts["source_path"]), changed_s, regions, takes)


def discard(path: Path) -> None:
    """Remove a project for good, with its lock.

    Raises:
        InputError: it is open.
        OutputError: its folder can't be written.
    """
    lock = ProjectLock(path)
    try:
        remove_files(path)
    finally:
        lock.close()

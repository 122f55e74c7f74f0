"""How documents come to be: from a recording, from a project file, from what a crash left; and how they are saved.

A document that was never saved has a project file all the same, in the folder of unsaved documents, so that a crash
loses nothing. A lock beside each file tells whether a living process has it open.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.document.checking import check_header, check_project, read_facts
from desktop.document.document import Document
from desktop.document.files import remove_files
from desktop.document.locks import ProjectLock, check_closed
from desktop.document.saving import embed_source, save_as
from desktop.document.sources import (
    SourceChanged,
    SourceError,
    SourceFacts,
    SourceMissing,
    extracted_source,
    facts_of,
    found_source,
    hashing_for,
    sha256_of,
    size_of,
)
from desktop.document.store import Store, create_project
from desktop.document.unsaved import LeftOver, discard, new_unsaved, unsaved_folder, unsaved_left_over
from desktop.translating import translate
from engine.audio import Clip, open_clip
from engine.errors import InputError, OutputError, RetakeError
from engine.saving import explain

__all__ = [
    "LeftOver",
    "SourceChanged",
    "SourceMissing",
    "discard",
    "embed_source",
    "new_document",
    "open_project",
    "save_as",
    "unsaved_folder",
    "unsaved_left_over",
]
HASHED_AT_ONCE_BYTES = 8 * 2**20


@dataclass(frozen=True)
class Opened:
    """The files of a document, opened, checked and locked in any thread.

    Attributes:
        clip: the recording.
        path, lock: of the project file.
        known: what is new about the recording's file.
    """

    clip: Clip
    path: Path
    lock: ProjectLock
    known: SourceFacts | None = None

    def document(self) -> Document:
        """The document, made in the thread that will use it.

        Raises:
            RetakeError: the project can't be read or written; its files are closed.
        """
        try:
            return document_on(self.clip, self.path, self.lock, self.known)
        except BaseException:
            self.clip.close()
            self.lock.close()
            raise


def new_document(source: Path, *, repair_nonfinite: bool = False, allow_truncated: bool = False) -> Document:
    """A document of a recording, without regions; raises what `opened_recording` raises."""
    return opened_recording(source, repair_nonfinite=repair_nonfinite, allow_truncated=allow_truncated).document()


def open_project(path: Path, source: Path | None = None, *, accept_changed: bool = False) -> Document:
    """Open a project, one of the unsaved ones too, with its undo history; see `opened_project`."""
    return opened_project(path, source, accept_changed=accept_changed).document()


def opened_recording(source: Path, *, repair_nonfinite: bool = False, allow_truncated: bool = False) -> Opened:
    """A recording with a new, unsaved project of it.

    Raises:
        RecordingError: as `engine.audio.open_clip`.
        DiskFullError, OutputError: the folder of unsaved documents can't be written.
    """
    clip = open_clip(source.absolute(), allow_truncated=allow_truncated, repair_nonfinite=repair_nonfinite)
    try:
        path = new_unsaved(source.stem)
        facts = facts_of(clip.path, path)
        if facts.size <= HASHED_AT_ONCE_BYTES:
            facts = replace(facts, sha256=sha256_of(clip.path))
        flags = {"repair_nonfinite": repair_nonfinite, "allow_truncated": allow_truncated}
        lock = ProjectLock(path)
    except (RetakeError, OSError) as error:
        clip.close()
        raise error if isinstance(error, RetakeError) else explain(error, clip.path) from error
    try:
        create_project(path, {**facts.to_facts(), **size_of(clip), **flags, "cursor": 0, "view": {}})
        return Opened(clip, path, lock)
    except BaseException:
        clip.close()
        lock.close()
        remove_files(path)
        raise


def opened_project(path: Path, source: Path | None = None, *, accept_changed: bool = False) -> Opened:
    """A project and its recording.

    Args:
        source: the recording, where it isn't the one that the project finds; its bytes must be the same.
        accept_changed: take a recording with other bytes, of the same rate, channels and frames.

    Raises:
        SourceMissing, SourceChanged: to be asked about; open again with an argument above.
        ProjectDamagedError: see `desktop.document.recovery`.
        InputError: no project, a newer one, or open elsewhere; or another recording doesn't fit.
        OutputError: it can't be written to, and edits are written at once.
    """
    path = Path(os.path.realpath(path))  # a project has one lock, whatever name it is opened by
    check_closed(path)
    check_header(path)
    check_writable(path)
    lock = ProjectLock(path)
    try:
        check_project(path)
        facts = read_facts(path)
        place, known = source_of(path, facts, source, accept_changed)
        return Opened(opened_clip(place, facts), path, lock, known)
    except BaseException:
        lock.close()
        raise


def check_writable(path: Path) -> None:
    """Refuse a project that can't be written to.

    Raises:
        OutputError: which of file and folder it is.
    """
    advice = translate("Project", "edits are saved at once, so copy the project to a place where you may write")
    if not os.access(path, os.W_OK):
        text = translate("Project", "{path}: is not writable; {advice}")
        raise OutputError(text.format(path=path, advice=advice))
    if not os.access(path.parent, os.W_OK | os.X_OK):
        text = translate("Project", "{path}: its folder is not writable; {advice}")
        raise OutputError(text.format(path=path, advice=advice))


def source_of(
    project: Path, facts: Mapping[str, Any], source: Path | None, accept_changed: bool
) -> tuple[Path, SourceFacts | None]:
    """The recording to open, and what is new about its file, if anything is."""
    known = SourceFacts.from_facts(facts)
    if source is not None or accept_changed:
        place = (source or Path(known.path)).absolute()
        return place, checked_source(project, known, place, accept_changed)
    try:
        place = found_source(project, known)
    except SourceError:
        if not facts.get("embedded"):
            raise
        return extracted_source(project, known, facts["embedded"]), None
    status = place.stat()
    moved = str(place) != known.path or status.st_mtime_ns != known.mtime_ns
    return place, facts_of(place, project, known.sha256) if moved else None


def checked_source(project: Path, known: SourceFacts, place: Path, accept_changed: bool) -> SourceFacts:
    """What to keep of the recording that the user named.

    Raises:
        SourceMissing: there is none.
        SourceChanged: its bytes are others, and that wasn't accepted.
    """
    if not place.is_file():
        text = translate("Project", "{path}: is not there; {project} needs a recording")
        raise SourceMissing(text.format(path=place, project=project.name), project, place)
    facts = facts_of(place, project)
    same = facts.size == known.size
    if same and known.sha256:
        facts = replace(facts, sha256=sha256_of(place))
        same = facts.sha256 == known.sha256
    elif same:
        same = facts.mtime_ns == known.mtime_ns
    if not (same or accept_changed):
        text = translate("Project", "{path}: is not the recording that {project} was made with")
        raise SourceChanged(text.format(path=place, project=project.name), project, place)
    return facts


def opened_clip(place: Path, facts: Mapping[str, Any]) -> Clip:
    """A project's recording.

    Raises:
        InputError: it hasn't the length, rate and channels that the project's takes were made for.
    """
    flags = {name: bool(facts.get(name)) for name in ("allow_truncated", "repair_nonfinite")}
    clip = open_clip(place, **flags)
    if size_of(clip) != {name: facts[name] for name in size_of(clip)}:
        clip.close()
        size = translate("Project", "{frames} frames of {channels} channels at {rate} Hz")
        found, wanted = size.format(**size_of(clip)), size.format(**{name: facts[name] for name in size_of(clip)})
        text = translate("Project", "{path}: holds {found}; the project was made with {wanted}")
        raise InputError(text.format(path=place, found=found, wanted=wanted))
    return clip


def document_on(clip: Clip, path: Path, lock: ProjectLock, known: SourceFacts | None = None) -> Document:
    """A document on a project file that was checked and locked; ``known`` is what is new about the recording."""
    store = Store(path)
    try:
        if known:
            store.set_facts(**known.to_facts())
        store.drop_unreachable_sounds()
        project = None if path.parent == unsaved_folder() else path
        return Document(clip, store, project, (*hashing_for(store), lock))
    except BaseException:
        store.close()
        raise

"""Fetch a model from a hub, so that it is seen whole or not at all. Free of torch.

It grows in ``OWNER--NAME.partial``, each file under a name that holds the start of its hash, and gets its last name
when its content has the hash that the hub announced. When all have, the folder is renamed. What is cut off, by a kill
or a loss of power too, stays and is gone on with; whatever is found there is hashed before it is believed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DiskFullError, HubError, InputError, ModelError
from engine.model.folder import check_pipeline
from engine.model.hub import RemoteFile, RemoteModel, download, look_up
from engine.model.manifest import (
    FileRecord,
    Manifest,
    git_sha1_of,
    read_manifest,
    sha256_of,
    write_manifest,
    wrong_hashes,
)
from engine.model.parts import MODEL_INDEX
from engine.model.store import MANIFEST, REPLACED, fetched_folder, is_hub_id, partial_folder
from engine.model.wanted import wanted_files
from engine.progress import Control
from engine.saving import FULL, check_space, explain, sync_directory

PART = ".part"
HASH_CHARACTERS = 16  # of a hash, in a temporary name


@dataclass(frozen=True)
class Plan:
    """What is to be fetched.

    Attributes:
        model: the repository at one commit, with its licence.
        files: those that are needed.
    """

    model: RemoteModel
    files: tuple[RemoteFile, ...]

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.size for file in self.files)


def check_hub_id(repo: str) -> None:
    """Refuse what can't be a model's name on a hub.

    Raises:
        InputError: it is none.
    """
    if not is_hub_id(repo):
        raise InputError(f"model is {repo!r}; OWNER/NAME of a hub is accepted, such as cvssp/audioldm2")


def there_already(repo: str, revision: str | None, control: Control) -> Manifest | None:
    """The manifest of a model that was fetched and whose hashes all hold, at ``revision`` where one is asked for.

    Needs no network. None where it has to be fetched, also where its hashes no longer hold.

    Raises:
        Cancelled: the user stopped it.
    """
    folder = fetched_folder(repo)
    try:
        manifest = read_manifest(folder)
        if manifest is None or revision not in (None, manifest.revision):
            return None
        return None if wrong_hashes(folder, manifest, control) else manifest
    except (ModelError, OSError):
        return None


def plan_fetch(repo: str, revision: str | None) -> Plan:
    """Ask the hub what is to be fetched; nothing is yet.

    Raises:
        ModelError, HubError: as `look_up` and `wanted_files`, or the hub tells no hash of a file.
    """
    model = look_up(repo, revision)
    named = {file.path: file for file in model.files}
    files = tuple(named[path] for path in wanted_files(repo, list(named)))
    for file in files:
        if not file.sha256 and not file.git_sha1:
            raise HubError(f"{repo}: the hub tells no hash of {file.path}, which can't be checked then; not fetched")
    return Plan(model, files)


def carry_out(plan: Plan, control: Control) -> Manifest:
    """Fetch what is missing, check it, and put the model in its place.

    Raises:
        Cancelled: the user stopped it; what came is kept.
        DiskFullError: there is no room for it.
        HubError: the hub fails, or a file is not what it announced.
        InputError: the same model is being fetched by another process.
        ModelError: it is another pipeline's.
        OutputError: the user's data can't be written.
    """
    folder, partial = fetched_folder(plan.model.repo), partial_folder(plan.model.repo)
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        with _alone(plan.model.repo, partial):
            partial.mkdir(exist_ok=True)
            _reuse(plan, folder, partial)
            check_space(partial, sum(file.size - _have(partial, file) for file in plan.files))
            records = _all_files(plan, partial, control)
            manifest = Manifest(plan.model.repo, plan.model.revision, plan.model.licence, records)
            _remove_strangers(partial, plan)
            write_manifest(partial, manifest)
            _put_in_place(partial, folder)
    except OSError as error:
        if error.errno in FULL:
            raise DiskFullError(f"{partial}: no space: {error.strerror}; what came is kept") from error
        raise explain(error, partial) from error
    return manifest


@contextmanager
def _alone(repo: str, partial: Path) -> Iterator[None]:
    """Hold what two processes must not do at once; a killed one lets go of it."""
    with partial.with_name(f".{partial.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise InputError(f"{repo} is being fetched by another process; wait for it") from None
            # A file system without locks; hashes still tell what went wrong.
        yield


def _reuse(plan: Plan, folder: Path, partial: Path) -> None:
    """Take over what an older or damaged folder of the model holds; it is hashed like all that is found."""
    for file in plan.files:
        source, target = folder / file.path, partial / file.path
        if source.is_file() and source.stat().st_size == file.size and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # without links it is fetched anew
                target.hardlink_to(source)


def _have(partial: Path, file: RemoteFile) -> int:
    """How many bytes of a file are there, whole or in part."""
    for path in (partial / file.path, _part(partial, file)):
        if path.is_file():
            return min(path.stat().st_size, file.size)
    return 0


def _part(partial: Path, file: RemoteFile) -> Path:
    path = partial / file.path
    return path.with_name(f"{path.name}.{(file.sha256 or file.git_sha1)[:HASH_CHARACTERS]}{PART}")


def _all_files(plan: Plan, partial: Path, control: Control) -> tuple[FileRecord, ...]:
    records, done = [], 0
    for file in plan.files:
        _bring(plan, file, partial, control, done)
        records.append(FileRecord(file.path, file.size, file.sha256 or sha256_of(partial / file.path, control)))
        done += file.size
        if file.path == MODEL_INDEX:
            _refuse_another_pipeline(partial)
    return tuple(records)


def _bring(plan: Plan, file: RemoteFile, partial: Path, control: Control, done: int) -> None:
    """Have one file under its name, with its hash."""
    target, part = partial / file.path, _part(partial, file)
    if target.is_file():
        control.step(f"checking {file.path}", done, plan.bytes)
        if _holds(target, file, control):
            return
        target.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    control.step(file.path, done, plan.bytes)
    download(plan.model, file, part, control, done, plan.bytes)
    if not _holds(part, file, control):
        part.unlink()
        raise HubError(
            f"{file.path} of {plan.model.repo} arrived damaged: its content hasn't the hash that the hub announced; "
            "it was thrown away and no model was put in place; fetch again"
        )
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(target)


def _holds(path: Path, file: RemoteFile, control: Control) -> bool:
    if path.stat().st_size != file.size:
        return False
    if file.sha256:
        return sha256_of(path, control) == file.sha256
    return git_sha1_of(path, control) == file.git_sha1


def _refuse_another_pipeline(partial: Path) -> None:
    try:
        check_pipeline(partial)
    except ModelError:
        shutil.rmtree(partial)
        raise


def _remove_strangers(partial: Path, plan: Plan) -> None:
    """Remove what another revision left."""
    ours = {partial / file.path for file in plan.files} | {partial / MANIFEST}
    for path in sorted(partial.rglob("*"), reverse=True):
        if path.is_dir():
            with suppress(OSError):  # not empty
                path.rmdir()
        elif path not in ours:
            path.unlink()


def _put_in_place(partial: Path, folder: Path) -> None:
    for inside in (*partial.glob("*/"), partial):
        sync_directory(inside)
    replaced = folder.with_name(folder.name + REPLACED)
    shutil.rmtree(replaced, ignore_errors=True)
    if folder.exists():
        folder.rename(replaced)
    partial.rename(folder)
    sync_directory(folder.parent)
    shutil.rmtree(replaced, ignore_errors=True)

"""What was fetched: ``retake.json`` in a model's folder, with the size and SHA-256 of every file. Free of torch."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.errors import ModelError
from engine.model.folder import read_json
from engine.model.store import MANIFEST
from engine.progress import Control

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class FileRecord:
    """One file of a model.

    Attributes:
        path: from the model's folder, with ``/``.
        size: in bytes.
        sha256: of its content, hexadecimal.
    """

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a model's folder holds and where it came from.

    Attributes:
        repo: OWNER/NAME on the hub.
        revision: the commit, hexadecimal.
        licence: as the hub told it, or ``unknown``.
        files: all of them but the manifest.
    """

    repo: str
    revision: str
    licence: str
    files: tuple[FileRecord, ...]

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.size for file in self.files)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in ``folder``; None where there is none.

    Raises:
        ModelError: it is damaged.
    """
    path = folder / MANIFEST
    if not path.exists():
        return None
    value = read_json(path)
    try:
        files = tuple(FileRecord(str(f["path"]), int(f["size"]), str(f["sha256"])) for f in value["files"])
        return Manifest(str(value["repo"]), str(value["revision"]), str(value["licence"]), files)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} is damaged: {error!r}; repo, revision, licence and files are expected") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest`` into a folder that is not in use yet."""
    with (folder / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def wrong_sizes(folder: Path, manifest: Manifest) -> list[str]:
    """What is missing or of another size, a phrase each; quick."""
    wrong = []
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            wrong.append(f"{file.path} is missing")
        elif (size := path.stat().st_size) != file.size:
            wrong.append(f"{file.path} has {size} bytes instead of {file.size}")
    return wrong


def wrong_hashes(folder: Path, manifest: Manifest, control: Control) -> list[str]:
    """What is missing, of another size or of other content, a phrase each; reads everything.

    Raises:
        Cancelled: the user stopped it.
    """
    wrong, done = wrong_sizes(folder, manifest), 0
    if wrong:
        return wrong
    for file in manifest.files:
        control.step(f"checking {file.path}", done, manifest.bytes)
        if sha256_of(folder / file.path, control) != file.sha256:
            wrong.append(f"{file.path} has another SHA-256")
        done += file.size
    return wrong


def sha256_of(path: Path, control: Control) -> str:
    """SHA-256 of a file's content, hexadecimal.

    Raises:
        Cancelled: the user stopped it.
    """
    return _digest(path, hashlib.sha256(), control)


def git_sha1_of(path: Path, control: Control) -> str:
    """The name that git gives to a file's content, hexadecimal.

    Raises:
        Cancelled: the user stopped it.
    """
    size = path.stat().st_size
    return _digest(path, hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False), control)


def _digest(path: Path, digest: hashlib._Hash, control: Control) -> str:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            control.check("checking")
            digest.update(block)
    return digest.hexdigest()

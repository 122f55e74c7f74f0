"""Files in pieces of a bounded size, for a way out that takes only a few small files.

The files are laid end to end and cut every `PIECE_BYTES`. A manifest names files and pieces in order, each with its
SHA-256. Pieces are named by their content: what is written over an earlier set leaves that one whole until the new
manifest takes its place, and pieces that stayed the same are not written again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from engine.errors import InputError, OutputError, RecordingError
from engine.saving import written_whole

FORMAT = "retake pieces 1"
MANIFEST = "manifest.json"
PIECE_BYTES = 15 * 2**20
MOST_PIECES = 7  # with the manifest eight files


def split(root: Path, files: Sequence[Path], out: Path, *, piece_bytes: int = PIECE_BYTES) -> list[Path]:
    """Write ``files``, all below ``root``, into pieces in the folder ``out``; returns them and the manifest.

    Raises:
        InputError: there are no files, or they need more than `MOST_PIECES`.
        OutputError, DiskFullError: a piece can't be written.
    """
    total = sum(path.stat().st_size for path in files)
    if not files or total > MOST_PIECES * piece_bytes:
        raise InputError(
            f"{len(files)} files below {root} hold {total} bytes; accepted are 1 to {MOST_PIECES * piece_bytes}"
        )
    out.mkdir(parents=True, exist_ok=True)
    named: list[dict[str, Any]] = []
    pieces: list[dict[str, Any]] = []
    for path in sorted(files):
        relative = path.relative_to(root).as_posix()
        named.append({"path": relative, "bytes": path.stat().st_size, "sha256": _hash(path.read_bytes())})
    for number, piece in enumerate(_cut(sorted(files), piece_bytes)):
        digest = _hash(piece)
        name = f"piece-{number}-{digest[:12]}.bin"
        pieces.append({"name": name, "bytes": len(piece), "sha256": digest})
        if not _holds(out / name, digest):
            _write(out / name, piece)
    manifest = {"format": FORMAT, "files": named, "pieces": pieces}
    _write(out / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
    kept = {piece["name"] for piece in pieces}
    for path in out.glob("piece-*.bin"):
        if path.name not in kept:
            path.unlink()
    return [out / piece["name"] for piece in pieces] + [out / MANIFEST]


def join(pieces: Path, folder: Path) -> list[Path]:
    """Check the pieces in the folder ``pieces`` and put their files together as a new ``folder``; returns the files.

    Raises:
        RecordingError: the manifest or a piece is missing or damaged.
        OutputError: ``folder`` exists.
    """
    if folder.exists():
        raise OutputError(f"{folder}: exists already; a new folder is expected")
    manifest = _read_manifest(pieces / MANIFEST)
    content = b"".join(_checked(pieces / piece["name"], piece["sha256"]) for piece in manifest["pieces"])
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    start, written = 0, []
    for file in manifest["files"]:
        part = content[start : start + file["bytes"]]
        start += file["bytes"]
        if _hash(part) != file["sha256"]:
            raise RecordingError(f"{pieces / MANIFEST}: the pieces don't hold {file['path']} as it says")
        target = new / file["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(part)
        written.append(folder / file["path"])
    new.rename(folder)
    return written


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise RecordingError(f"{path} has the format {manifest['format']!r}; accepted is {FORMAT!r}")
        names = [PurePosixPath(file["path"]) for file in manifest["files"]]
        pieces = [PurePosixPath(piece["name"]) for piece in manifest["pieces"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"{path} is no manifest of pieces: {error!r}") from error
    for name in names + pieces:
        if name.is_absolute() or ".." in name.parts or "\\" in str(name):
            raise RecordingError(f"{path} names {name}; accepted are paths below its folder")
    return manifest


def _checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path} can't be read: {error.strerror}") from error
    if (found := _hash(content)) != digest:
        raise RecordingError(f"{path} is damaged: its SHA-256 is {found[:12]}, the manifest says {digest[:12]}")
    return content


def _cut(files: Sequence[Path], piece_bytes: int) -> Iterator[bytes]:
    held = b""
    for path in files:
        held += path.read_bytes()
        while len(held) >= piece_bytes:
            yield held[:piece_bytes]
            held = held[piece_bytes:]
    if held:
        yield held


def _holds(path: Path, digest: str) -> bool:
    return path.exists() and _hash(path.read_bytes()) == digest


def _write(path: Path, content: bytes) -> None:
    with written_whole(path, force=True) as file:
        file.write(content)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

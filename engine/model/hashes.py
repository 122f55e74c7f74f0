"""SHA-256 of files, remembered for as long as they stay what they are: gigabytes take seconds to read.

What was computed is kept under a name that follows from every file's path, length and time of change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import platformdirs

from engine.errors import RetakeError
from engine.saving import written_whole

WORTH_REMEMBERING = 50_000_000  # bytes
BLOCK_BYTES = 1 << 20
HASH = re.compile("[0-9a-f]{64}")


def _go_on() -> None:
    """Nobody wants to stop."""


def hash_of_files(files: Sequence[Path], root: Path, check: Callable[[], None] = _go_on) -> str:
    """SHA-256 over names below ``root`` and contents of ``files``, in the order of their paths, hexadecimal.

    Args:
        check: called as the reading goes on; may raise.
    """
    ordered = sorted(files)
    status = [(str(file.resolve()), file.stat()) for file in ordered]
    if sum(one.st_size for _, one in status) < WORTH_REMEMBERING:
        return _read(ordered, root, check)
    told = repr([(path, one.st_size, one.st_mtime_ns) for path, one in status])
    place = _folder() / hashlib.sha256(told.encode()).hexdigest()
    with suppress(OSError, ValueError):
        if HASH.fullmatch(known := place.read_text(encoding="ascii")):
            return known
    found = _read(ordered, root, check)
    with suppress(OSError, RetakeError):  # it is computed anew the next time
        place.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(place, force=True) as file:
            file.write(found.encode())
    return found


def _folder() -> Path:
    return platformdirs.user_cache_path("retake", appauthor=False) / "hashes"


def _read(files: Sequence[Path], root: Path, check: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(root).as_posix().encode())
        with file.open("rb") as opened:
            while block := opened.read(BLOCK_BYTES):
                check()
                digest.update(block)
    return digest.hexdigest()

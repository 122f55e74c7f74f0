"""Finished peaks kept on disk between sessions, so that a long file is drawn at once when it is opened again.

One file a recording: a line of JSON, then lows and highs of level 0. A file that doesn't fit its line, or whose
checksum is wrong, counts as not there. Everything here may block: it is called from background threads only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_dir

from desktop.pyramids.readable import Origin

log = logging.getLogger(__name__)
Floats = NDArray[np.float32]

FORMAT = 1
LIMIT_BYTES = 500 << 20
SUFFIX = ".peaks"
PART = ".part"
FORGOTTEN_S = 24 * 3600.0  # an unfinished file this old belongs to a program that was killed


class PeakCache:
    """A folder of peaks, the least recently used removed when they pass a limit."""

    def __init__(self, folder: Path | None = None, limit_bytes: int = LIMIT_BYTES) -> None:
        self.folder = folder or Path(user_cache_dir("retake")) / "peaks"
        self.limit_bytes = limit_bytes

    def load(self, key: str, shape: tuple[int, int]) -> tuple[Floats, Floats] | None:
        """Lows and highs, (channels, bins) each, that were kept under a key; None where there are none."""
        path = self.folder / key
        try:
            with path.open("rb") as file:
                head = json.loads(file.readline(4096))
                body = file.read()
            if head != header(shape, body):
                raise ValueError("it doesn't fit its header")
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.warning("%s is made anew: %s", path, error)
            return None
        lows, highs = np.frombuffer(body, np.float32).reshape(2, *shape)
        return lows, highs

    def save(self, key: str, lows_highs: Floats) -> None:
        """Keep lows and highs, float32 (2, channels, bins), under a key. A failure is only logged."""
        part = self.folder / f"{key}.{secrets.token_hex(4)}{PART}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            body = np.ascontiguousarray(lows_highs).data.cast("B")
            try:
                with part.open("xb") as file:
                    file.write(json.dumps(header(lows_highs.shape[1:], body)).encode() + b"\n")
                    file.write(body)
                part.replace(self.folder / key)
            finally:
                part.unlink(missing_ok=True)
            self.prune()
        except OSError as error:
            log.warning("peaks can't be kept in %s: %s", self.folder, error)

    def prune(self) -> None:
        """Remove the least recently used peaks over the limit, and what was never finished."""
        left = self.limit_bytes
        for when, size, path in sorted(self._files(), reverse=True):
            left -= size
            if left < 0 or (path.suffix == PART and time.time() - when > FORGOTTEN_S):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self.folder.iterdir():
            if path.suffix in (SUFFIX, PART):
                with contextlib.suppress(FileNotFoundError):
                    status = path.stat()
                    found.append((status.st_mtime, status.st_size, path))
        return found


def key_of(origin: Origin, *shape: int) -> str | None:
    """The key of a file as it is now, with the shape of its peaks; None if it is gone."""
    try:
        status = origin.path.stat()
        parts = (FORMAT, str(origin.path.resolve()), status.st_size, status.st_mtime_ns, origin.repaired, *shape)
    except OSError:
        return None
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32] + SUFFIX


def header(shape: tuple[int, ...], body: bytes | memoryview) -> dict[str, Any]:
    """What the first line of a file of peaks says of the rest."""
    return {"format": FORMAT, "shape": list(shape), "bytes": len(body), "crc32": zlib.crc32(body)}

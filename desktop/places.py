"""Where the editor keeps what is not a recording or a project: each kind where the platform wants it."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

NAME = "retake"


def config_folder() -> Path:
    """Preferences and the user's own presets."""
    return _made(platformdirs.user_config_path(NAME, appauthor=False))


def log_folder() -> Path:
    """The log and the traces of crashes."""
    return _made(platformdirs.user_log_path(NAME, appauthor=False))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def written(path: Path, text: str) -> None:
    """Write a small text file whole or not at all.

    Raises:
        OSError: it can't be written; what was there before still is.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

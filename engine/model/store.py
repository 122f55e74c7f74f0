"""Where fetched models are kept on this machine: one folder each, under the user's data.

``retake/models/OWNER--NAME`` holds a whole model, ``OWNER--NAME.partial`` one that is still being fetched. No hub
allows two dashes in a row in a name, so that a folder stands for one model.
"""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

MANIFEST = "retake.json"
PARTIAL = ".partial"
REPLACED = ".replaced"
HUB_ID = re.compile(r"[a-z0-9_][\w.-]*/[a-z0-9_][\w.-]*", re.ASCII | re.IGNORECASE)
LONGEST_ID = 96


def is_hub_id(name: str) -> bool:
    """Whether ``name`` has the form OWNER/NAME that hubs give their models."""
    doubled = "--" in name or ".." in name
    return HUB_ID.fullmatch(name) is not None and not doubled and len(name) <= LONGEST_ID


def models_root() -> Path:
    """The folder of all fetched models; it may not be there yet."""
    return platformdirs.user_data_path("retake") / "models"


def fetched_folder(repo: str) -> Path:
    """Where the model called OWNER/NAME is once it was fetched."""
    return models_root() / repo.replace("/", "--")


def partial_folder(repo: str) -> Path:
    """Where it grows until it is whole."""
    folder = fetched_folder(repo)
    return folder.with_name(folder.name + PARTIAL)


def fetched_models() -> list[tuple[str, Path]]:
    """OWNER/NAME and folder of each fetched model, by name."""
    root = models_root()
    if not root.is_dir():
        return []
    folders = [path for path in root.iterdir() if path.suffix not in (PARTIAL, REPLACED) and path.is_dir()]
    named = [(path.name.replace("--", "/", 1), path) for path in folders]
    return sorted((name, path) for name, path in named if is_hub_id(name))

"""Models as they lie on disk, without weights that could be used: enough to be found, told apart and asked about."""

from __future__ import annotations

import json
import os
import shutil
import struct
from importlib import resources
from pathlib import Path

NON_COMMERCIAL = "cc-by-nc-sa-4.0"


def fetched_folder(hub_id: str) -> Path:
    """Where a model of a hub is looked for, in the folders of the test."""
    return Path(os.environ["XDG_DATA_HOME"]) / "retake" / "models" / hub_id.replace("/", "--")


def write_model(folder: Path, *, licence: str = NON_COMMERCIAL, speech: bool = False) -> Path:
    """A model that takes prompts, by all that a window looks at."""
    shutil.copytree(Path(str(resources.files("resources"))) / "models" / "retake-mini" / "vae", folder / "vae")
    write_component(folder / "text_encoder", "ClapModel")
    write_component(folder / "text_encoder_2", "VitsModel" if speech else "T5EncoderModel")
    (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n")
    return folder


def write_component(folder: Path, class_name: str) -> None:
    """One part: its configuration, and weights that are none."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"architectures": [class_name]}))
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")

"""Presets: named choices of task, method and renderer with their settings, one small JSON file each.

Some ship with Retake (``resources/presets``); a user's own lie in the platform's folder for settings. Seed, device and
model are no part of a preset: they belong to the take and the machine. Free of torch.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import platformdirs

from engine.errors import InputError
from engine.settings.jobs import RestoreSettings
from engine.settings.stored import settings_from

VERSION = 1
VERSION_KEY = "retake_preset"
MOST_BYTES = 1 << 20
WORDS = ("prompt", "negative_prompt", "transcription", "source_prompt")
PRESET_PARTS = ("task", "method", "renderer", "splice", "task_settings", "method_settings", "renderer_settings")


@dataclass(frozen=True)
class StoredPreset:
    """A preset as its file has it.

    Attributes:
        path: its file.
        name, sentence: for people; the sentence may be empty.
        settings: with the default seed, device and model.
    """

    path: Path
    name: str
    sentence: str
    settings: RestoreSettings

    @property
    def shipped(self) -> bool:
        """Whether it came with Retake."""
        return self.path.parent == shipped_presets()


def shipped_presets() -> Path:
    """The folder of presets inside the installed package."""
    return Path(str(resources.files("resources"))) / "presets"


def own_presets() -> Path:
    """Where the user's presets lie."""
    return Path(platformdirs.user_config_dir("retake")) / "presets"


def read_preset(path: Path) -> StoredPreset:
    """Read one preset.

    Raises:
        InputError: the file is no preset, is damaged, or holds a value that is not accepted.
    """
    try:
        if not path.is_file():
            raise ValueError("no such file")
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{path.stat().st_size} bytes are too many")
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"preset {path.name} can't be read: {error}") from error
    if not isinstance(values, dict) or not isinstance(values.get(VERSION_KEY), int):
        raise InputError(f"preset {path.name} is no preset of Retake; a JSON object with '{VERSION_KEY}' is expected")
    if values[VERSION_KEY] > VERSION:
        raise InputError(f"preset {path.name} is of version {values[VERSION_KEY]}; up to {VERSION} is accepted")
    try:
        settings = settings_from({name: values[name] for name in PRESET_PARTS if name in values})
    except (InputError, OverflowError) as error:
        raise InputError(f"preset {path.name}: {error}") from error
    return StoredPreset(path, str(values.get("name") or path.stem), str(values.get("sentence") or ""), settings)


def find_preset(name: str) -> StoredPreset:
    """The preset of that name: a file, one of the user's own, or one that ships.

    Raises:
        InputError: there is none, with those that there are; or it is damaged.
    """
    if name.endswith(".json"):
        return read_preset(Path(os.path.expanduser(name)))  # noqa: PTH111 - Path's fails where there is no such user
    files = [*sorted(own_presets().glob("*.json")), *sorted(shipped_presets().glob("*.json"))]
    for path in files:
        if path.stem == name:
            return read_preset(path)
    known: list[str] = []
    for path in files:
        try:
            preset = read_preset(path)
        except InputError:
            continue
        if preset.name.casefold() == name.casefold():
            return preset
        known.append(path.stem)
    raise InputError(f"preset is {name!r}; accepted is a .json file, or one of {', '.join(known)}")


def apply_preset(preset: RestoreSettings, settings: RestoreSettings) -> RestoreSettings:
    """A preset's choices with the seed, device and model of ``settings``, and where it has none, the words."""
    kept = {name: getattr(preset, name) for name in PRESET_PARTS}
    kept["method_settings"] = _with_words_of(preset.method_settings, settings.method_settings)
    return RestoreSettings(**kept, model=settings.model, seed=settings.seed, device=settings.device)


def _with_words_of(method_settings: Any, others: Any) -> Any:
    """A method's settings that say of the sound what ``others`` say, where they say nothing themselves."""
    fields = [name for name in WORDS if getattr(method_settings, name, None) == ""]
    return replace(method_settings, **{name: getattr(others, name, "") for name in fields})

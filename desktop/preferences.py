"""What the user chose for good: one JSON file, read at the start, written whole at each change.

A key that is unknown or whose value is not accepted is left out when read, so that a file of another version, or one
that was edited by hand, never keeps the editor from opening; the log tells which.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.places import config_folder, written
from engine.errors import InputError
from engine.settings import DEVICES, check_choice, check_range

log = logging.getLogger(__name__)
FILE_NAME = "preferences.json"
THEMES = ("system", "light", "dark")
TIME_FORMATS = ("clock", "seconds", "samples")
SCALES = ("linear", "log", "mel")
COLOUR_MAPS = ("viridis", "magma", "inferno", "plasma", "cividis", "grey")
WINDOWS = (256, 512, 1024, 2048, 4096, 8192)
LANGUAGES = ("system", "en", "zh_CN")
LATENCIES_S = {"low": 0.02, "normal": 0.06, "high": 0.2}  # between what is played and what is heard
MOST_RECENT = 12


@dataclass(frozen=True)
class Preferences:
    """Every choice, with its default.

    Attributes:
        theme: ``system`` follows the desktop.
        language: ``system``, or a locale's name.
        time_format: of the ruler and of all numbers of time.
        frequency_scale, colour_map: of the spectrogram.
        top_db, range_db: level shown brightest, and how far below it the darkest lies.
        window: length of the spectrogram's transform, in samples.
        snap: whether edges of a selection go to the nearest zero crossing.
        quick_first: whether a take with few steps is made ahead of the full one.
        device: where the engine computes.
        sound_device: on which sound is played, as `desktop.playback.device.Device.key`; empty for the system's own.
        sound_latency: one of `LATENCIES_S`.
        recent: files and projects that were opened last, newest first.
        greeted: whether the first-run hint was shown.
    """

    theme: str = "system"
    language: str = "system"
    time_format: str = "clock"
    frequency_scale: str = "mel"
    colour_map: str = "viridis"
    top_db: float = 0.0
    range_db: float = 100.0
    window: int = 2048
    snap: bool = False
    quick_first: bool = False
    device: str = "auto"
    sound_device: str = ""
    sound_latency: str = "normal"
    recent: tuple[str, ...] = ()
    greeted: bool = False

    def __post_init__(self) -> None:
        for name, accepted in (
            ("theme", THEMES),
            ("language", LANGUAGES),
            ("time_format", TIME_FORMATS),
            ("frequency_scale", SCALES),
            ("colour_map", COLOUR_MAPS),
            ("device", DEVICES),
            ("sound_latency", tuple(LATENCIES_S)),
        ):
            check_choice(name, getattr(self, name), accepted)
        check_range("top_db", self.top_db, -60.0, 0.0)
        check_range("range_db", self.range_db, 20.0, 150.0)
        if self.window not in WINDOWS:
            raise InputError(f"window is {self.window}; accepted: {', '.join(map(str, WINDOWS))}")

    def with_recent(self, path: Path) -> Preferences:
        """The same with ``path`` as what was opened last."""
        kept = [name for name in self.recent if name != str(path)]
        return dataclasses.replace(self, recent=(str(path), *kept)[:MOST_RECENT])


def load(folder: Path | None = None) -> Preferences:
    """What is stored, or the defaults."""
    path = (folder or config_folder()) / FILE_NAME
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValueError) as error:
        log.warning("%s can't be read (%s); going on with the defaults", path, error)
        return Preferences()
    if not isinstance(stored, dict):
        log.warning("%s holds no preferences; going on with the defaults", path)
        return Preferences()
    return _accepted(stored)


def save(preferences: Preferences, folder: Path | None = None) -> None:
    """Store all choices.

    Raises:
        OSError: they can't be written.
    """
    path = (folder or config_folder()) / FILE_NAME
    written(path, json.dumps(dataclasses.asdict(preferences), indent=1, ensure_ascii=False) + "\n")


def _accepted(stored: dict[str, Any]) -> Preferences:
    """The stored values that can be used, one by one."""
    found = Preferences()
    for item in dataclasses.fields(Preferences):
        if item.name not in stored:
            continue
        value, default = stored[item.name], item.default
        if isinstance(default, tuple):
            value = tuple(str(name) for name in value) if isinstance(value, list) else default
        elif isinstance(default, float) and type(value) is int:
            value = float(value)
        if type(value) is not type(default):
            log.warning("preference %s is %r; going on with %r", item.name, value, default)
            continue
        try:
            change: dict[str, Any] = {item.name: value}
            found = dataclasses.replace(found, **change)
        except InputError as error:
            log.warning("preference left out: %s", error)
    return found


def greeted(chosen: Preferences) -> Preferences:
    """The same, the first-run hint shown."""
    return dataclasses.replace(chosen, greeted=True)

"""Presets as the window lists, saves and deletes them; what one is, `engine.settings.presets` says."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from engine.errors import InputError, OutputError
from engine.saving import written_whole
from engine.settings import (
    PRESET_PARTS,
    RestoreSettings,
    StoredPreset,
    described,
    own_presets,
    read_preset,
    shipped_presets,
)
from engine.settings.presets import VERSION, VERSION_KEY

translate = QCoreApplication.translate

LONGEST_NAME = 60


def shipped_texts() -> dict[str, tuple[str, str]]:
    """Name and sentence of every shipped preset by its file's name, in the order of the menu."""
    return {
        "fill-a-gap": (
            translate("Presets", "Fill a gap"),
            translate("Presets", "Invents a gap, dropout or cough from what lies around."),
        ),
        "fill-a-gap-freely": (
            translate("Presets", "Fill a gap, freely"),
            translate("Presets", "The same, and the model may leave its first guess further: try several seeds."),
        ),
        "remove-noise": (
            translate("Presets", "Remove noise"),
            translate("Presets", "Lowers hiss and hum as far as they can be told from the sound."),
        ),
        "remove-noise-gently": (
            translate("Presets", "Remove noise, gently"),
            translate("Presets", "Lowers noise by 12 dB at most, so that the room stays."),
        ),
        "mend-clipping": (
            translate("Presets", "Mend clipping"),
            translate("Presets", "Makes clipped peaks anew and leaves every other sample as it is."),
        ),
        "extend-the-band": (
            translate("Presets", "Extend the band"),
            translate("Presets", "Adds what is missing above the cut-off of a dull or telephone recording."),
        ),
        "as-it-is": (
            translate("Presets", "As it is, closely"),
            translate("Presets", "Takes the region again as near to the recording as the model can."),
        ),
    }


def shown_preset(path: Path) -> StoredPreset:
    """Read one preset; one that shipped has its name in the window's language.

    Raises:
        InputError: as `engine.settings.read_preset`.
    """
    preset = read_preset(path)
    if not preset.shipped:
        return preset
    name, sentence = shipped_texts().get(path.stem, (preset.name, preset.sentence))
    return replace(preset, name=name, sentence=sentence)


def read_presets() -> tuple[list[StoredPreset], list[str]]:
    """Shipped presets, then the user's own by name; and what couldn't be read, one line each."""
    order = list(shipped_texts())
    shipped = [shipped_presets() / f"{stem}.json" for stem in order]
    found: list[StoredPreset] = []
    errors: list[str] = []
    try:
        own = sorted(own_presets().glob("*.json"))
    except OSError as error:
        own, errors = [], [translate("Presets", "the folder of presets can't be read: {error}").format(error=error)]
    for path in (*shipped, *own):
        try:
            found.append(shown_preset(path))
        except InputError as error:
            errors.append(str(error))
    found.sort(key=lambda preset: (not preset.shipped, "" if preset.shipped else preset.name.casefold()))
    return found, errors


def save_preset(name: str, settings: RestoreSettings) -> StoredPreset:
    """Write a preset of the user's own; one of the same name is replaced.

    Raises:
        InputError: the name is empty or too long.
        OutputError: it can't be written there.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        text = translate("Presets", "name is {name!r}; 1 to {most} characters are accepted")
        raise InputError(text.format(name=name, most=LONGEST_NAME))
    folder = own_presets()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = translate("Presets", "{path} can't be made: {error}")
        raise OutputError(text.format(path=folder, error=error.strerror or error)) from error
    values: dict[str, Any] = {VERSION_KEY: VERSION, "name": name}
    values.update({key: value for key, value in described(settings).items() if key in PRESET_PARTS})
    path = place_of(name)
    with written_whole(path, force=True) as file:
        file.write(json.dumps(values, indent=2, ensure_ascii=False).encode() + b"\n")
    return shown_preset(path)


def place_of(name: str) -> Path:
    """The file of an own preset of that name: the one that bears it, or else a free one."""
    folder = own_presets()
    for path in sorted(folder.glob("*.json")):
        try:
            if read_preset(path).name.casefold() == name.casefold():
                return path
        except InputError:
            continue
    plain = unicodedata.normalize("NFKC", name).casefold()
    stem = re.sub(r"[^\w]+", "-", plain).strip("-")[:40] or "preset"
    tries = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    return next(path for path in (folder / f"{each}.json" for each in tries) if not path.exists())


def delete_preset(preset: StoredPreset) -> None:
    """Delete one of the user's own.

    Raises:
        InputError: it came with Retake.
        OutputError: the system refuses.
    """
    if preset.shipped:
        text = translate("Presets", "preset {name} came with Retake; only your own can be deleted")
        raise InputError(text.format(name=preset.name))
    try:
        preset.path.unlink(missing_ok=True)
    except OSError as error:
        text = translate("Presets", "{path} can't be deleted: {error}")
        raise OutputError(text.format(path=preset.path, error=error.strerror or error)) from error

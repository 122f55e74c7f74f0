"""Presets: those that ship, one's own, and files that are damaged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from desktop.panels.presets import (
    delete_preset,
    read_presets,
    save_preset,
    shipped_texts,
    shown_preset,
)
from engine.errors import InputError, OutputError
from engine.settings import (
    DenoiseSettings,
    GuidedSettings,
    PartialSettings,
    RestoreSettings,
    VaeSettings,
    apply_preset,
    own_presets,
    shipped_presets,
)

MINE = RestoreSettings(
    task="denoise", seed=7, task_settings=DenoiseSettings(amount=0.4), method_settings=GuidedSettings(steps=9)
)


def write(name: str, text: str) -> Path:
    own_presets().mkdir(parents=True, exist_ok=True)
    path = own_presets() / name
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_that_ships_is_read_and_named() -> None:
    assert {path.stem for path in shipped_presets().glob("*.json")} == set(shipped_texts())
    presets, errors = read_presets()
    assert not errors
    assert [preset.name for preset in presets] == [name for name, _ in shipped_texts().values()]
    assert all(preset.sentence.endswith(".") for preset in presets)


def test_shipped_presets_are_packaged(root: Path) -> None:
    assert '"**/*.json"' in (root / "pyproject.toml").read_text(encoding="utf-8").partition("resources = [")[2]


def test_a_preset_that_was_saved_is_read_back_but_for_seed_device_and_model() -> None:
    saved = save_preset("  My   noise ", MINE)
    assert saved.name == "My noise"
    (found,) = [preset for preset in read_presets()[0] if not preset.shipped]
    assert found.settings == RestoreSettings(
        task="denoise", task_settings=MINE.task_settings, method_settings=MINE.method_settings
    )
    applied = apply_preset(found.settings, RestoreSettings(seed=3, device="cpu", model="/models/other"))
    assert (applied.seed, applied.device, applied.model) == (3, "cpu", "/models/other")
    assert applied.task_settings == MINE.task_settings


def test_a_preset_that_says_nothing_of_the_sound_leaves_what_is_said_of_it() -> None:
    told = RestoreSettings(method="partial", method_settings=PartialSettings(prompt="a piano", strength=0.9))
    silent, speaking = save_preset("Silent", MINE), save_preset("Speaking", told)
    applied = apply_preset(silent.settings, told)
    assert applied.method_settings == GuidedSettings(steps=9, prompt="a piano")
    other = RestoreSettings(method_settings=GuidedSettings(prompt="a dog", negative_prompt="hiss"))
    assert apply_preset(speaking.settings, other).method_settings == PartialSettings(
        prompt="a piano", negative_prompt="hiss", strength=0.9
    )
    plain = save_preset("Plain", RestoreSettings(method="vae"))
    assert apply_preset(plain.settings, told).method_settings == VaeSettings()


def test_a_preset_of_the_same_name_is_replaced() -> None:
    save_preset("Mine", MINE)
    save_preset("mine", RestoreSettings())
    (found,) = [preset for preset in read_presets()[0] if not preset.shipped]
    assert found.settings.task == "reconstruct"


def test_names_that_look_alike_as_files_are_kept_apart() -> None:
    names = ["a/b", "a b", "a.b", "Fill a gap", "日本", "..", "e" * 60]
    for name in names:
        save_preset(name, MINE)
    found = [preset.name for preset in read_presets()[0] if not preset.shipped]
    assert sorted(found) == sorted(names)
    assert all(path.parent == own_presets() for path in own_presets().glob("**/*"))


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="1 to 60"):
        save_preset(name, MINE)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "can't be read"),
        ("{", "can't be read"),
        ("[1]", "is no preset"),
        ("{}", "is no preset"),
        ('{"retake_preset": 99}', "version 99"),
        ('{"retake_preset": 1, "task": "fil"}', "did you mean fill"),
        ('{"retake_preset": 1, "task": 3}', "task is 3"),
        ('{"retake_preset": 1, "method": "vae", "method_settings": {"steps": 3}}', "setting is 'steps'"),
        ('{"retake_preset": 1, "method_settings": {"steps": "many"}}', "steps is 'many'"),
        ('{"retake_preset": 1, "method_settings": {"steps": true}}', "steps is True"),
        ('{"retake_preset": 1, "method_settings": {"steps": 0}}', "steps is 0"),
        ('{"retake_preset": 1, "method_settings": {"strength": NaN}}', "strength is nan"),
        ('{"retake_preset": 1, "splice": 5}', "settings are 5"),
        ("[" * 100_000, "can't be read"),
    ],
)
def test_a_damaged_file_is_told_and_the_others_are_there(text: str, says: str) -> None:
    save_preset("Good", MINE)
    write("bad.json", text)
    presets, (error,) = read_presets()
    assert "bad.json" in error and says in error
    assert "Good" in [preset.name for preset in presets]


def test_a_file_that_is_not_text_is_told() -> None:
    write("bad.json", "").write_bytes(b"\xff\xfe\x00")
    _, (error,) = read_presets()
    assert "bad.json" in error


def test_only_own_presets_are_deleted() -> None:
    mine = save_preset("Mine", MINE)
    delete_preset(mine)
    assert not mine.path.exists()
    with pytest.raises(InputError, match="came with Retake"):
        delete_preset(read_presets()[0][0])


def test_a_folder_that_cannot_be_made_is_told() -> None:
    Path(os.environ["XDG_CONFIG_HOME"]).write_text("in the way")
    with pytest.raises(OutputError, match="can't be made"):
        save_preset("Mine", MINE)


def test_nothing_is_left_beside_a_preset() -> None:
    path = save_preset("Mine", MINE).path
    assert [each.name for each in own_presets().iterdir()] == [path.name]
    assert json.loads(path.read_text())["retake_preset"] == 1
    assert shown_preset(path).name == "Mine"

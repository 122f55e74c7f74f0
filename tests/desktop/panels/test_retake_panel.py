"""The panel gives back every choice, and asks for a take with what is set."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.panels.presets import read_presets
from desktop.panels.retake_panel import RetakePanel
from desktop.panels.told import has_component, kinds_of
from engine.settings import (
    METHOD_SETTINGS,
    RENDERER_SETTINGS,
    TASK_SETTINGS,
    DenoiseSettings,
    RestoreSettings,
    SpliceSettings,
)

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(panel: RetakePanel) -> RetakePanel:
    """The panel, ready to be asked."""
    panel.show_target("0.25 s", True)
    return panel


@pytest.mark.parametrize("task", TASK_SETTINGS)
@pytest.mark.parametrize("method", METHOD_SETTINGS)
@pytest.mark.parametrize("renderer", RENDERER_SETTINGS)
def test_all_choices_come_out_as_they_went_in(panel: RetakePanel, task: str, method: str, renderer: str) -> None:
    given = RestoreSettings(
        task, method, renderer, seed=2**63 - 1, device="cpu", model="/models/mine", splice=SpliceSettings(fade_ms=3.5)
    )
    panel.set_settings(given)
    assert panel.settings() == given


def test_a_click_asks_with_what_is_set(qtbot: QtBot, panel: RetakePanel) -> None:
    panel.quick.setChecked(True)
    with qtbot.waitSignal(panel.retake_asked) as blocker:
        qtbot.mouseClick(panel.jobs.button, LEFT)
    assert blocker.args == [panel.settings(), True]


def test_nothing_is_asked_while_nothing_is_selected(qtbot: QtBot, panel: RetakePanel) -> None:
    panel.show_target("Select a part", False)
    asked = QSignalSpy(panel.retake_asked)
    qtbot.mouseClick(panel.jobs.button, LEFT)
    panel.ask()
    assert asked.count() == 0


def test_a_task_chosen_by_keys_shows_its_own_settings(qtbot: QtBot, panel: RetakePanel) -> None:
    assert panel.task.name() == "fill"
    panel.task.box.setFocus()
    changed = QSignalSpy(panel.changed)
    while panel.task.name() != "denoise":
        qtbot.keyClick(panel.task.box, Qt.Key.Key_Down)
    assert panel.settings().task_settings == DenoiseSettings()
    assert panel.task.forms["denoise"].isVisible() and not panel.task.forms["fill"].isVisible()
    assert changed.count() >= 1


def test_settings_of_a_task_are_there_again_when_it_is_chosen_again(panel: RetakePanel) -> None:
    panel.set_settings(RestoreSettings(task="denoise", task_settings=DenoiseSettings(amount=0.35)))
    panel.task.box.setCurrentIndex(panel.task.box.findData("declip"))
    panel.task.box.setCurrentIndex(panel.task.box.findData("denoise"))
    assert panel.settings().task_settings == DenoiseSettings(amount=0.35)


def test_the_renderer_and_the_model_are_under_more(qtbot: QtBot, panel: RetakePanel) -> None:
    assert not panel.renderer.box.isVisible() and not panel.model.isVisible()
    panel.more.button.setFocus()
    qtbot.keyClick(panel.more.button, Qt.Key.Key_Space)
    assert panel.renderer.box.isVisible() and panel.model.isVisible()


def test_reset_brings_back_the_defaults_of_what_is_chosen(qtbot: QtBot, panel: RetakePanel) -> None:
    panel.set_settings(
        RestoreSettings(task="denoise", seed=9, task_settings=DenoiseSettings(amount=0.1), splice=SpliceSettings(0.5))
    )
    panel.more.set_open(True)
    qtbot.mouseClick(panel.reset, LEFT)
    assert panel.settings() == RestoreSettings(task="denoise", seed=9)


def test_the_die_throws_another_seed(qtbot: QtBot, panel: RetakePanel) -> None:
    seeds = set()
    for _ in range(5):
        qtbot.mouseClick(panel.seed.die, LEFT)
        seeds.add(panel.settings().seed)
    assert len(seeds) > 1


@pytest.mark.parametrize("text", ["-1", "1.5", "one", "", str(2**63), "9" * 5000])
def test_a_seed_that_is_none_is_refused_with_a_word(qtbot: QtBot, panel: RetakePanel, text: str) -> None:
    said = QSignalSpy(panel.said)
    panel.seed.line.setFocus()
    panel.seed.line.setText(text)
    qtbot.keyClick(panel.seed.line, Qt.Key.Key_Return)
    assert said.count() == 1 and said.at(0)[0] == "warning"
    assert panel.message.isVisible()
    assert panel.settings().seed == 0 and panel.seed.line.text() == "0"


def test_a_preset_is_chosen_from_the_menu_and_named_until_something_changes(qtbot: QtBot, panel: RetakePanel) -> None:
    panel.set_settings(RestoreSettings(seed=12))
    panel.presets.menu.aboutToShow.emit()
    action = next(each for each in panel.presets.menu.actions() if each.text() == "Remove noise, gently")
    action.trigger()
    assert panel.settings().task_settings == DenoiseSettings(floor_db=-12.0)
    assert panel.settings().seed == 12
    assert panel.presets.button.text() == "Remove noise, gently"
    qtbot.mouseClick(panel.seed.die, LEFT)
    assert panel.presets.button.text() == "Remove noise, gently"
    panel.method.box.setCurrentIndex(panel.method.box.findData("hybrid"))
    assert panel.presets.button.text() == "Presets"


def test_a_preset_is_saved_under_a_typed_name_and_deleted(qtbot: QtBot, panel: RetakePanel) -> None:
    panel.set_settings(RestoreSettings(task="declip", seed=5))
    panel.presets.menu.aboutToShow.emit()
    next(each for each in panel.presets.menu.actions() if each.text().startswith("Save")).trigger()
    assert panel.window().focusWidget() is panel.presets.name
    qtbot.keyClicks(panel.presets.name, "Tom & Jerry")
    qtbot.keyClick(panel.presets.name, Qt.Key.Key_Return)
    assert not panel.presets.name.isVisible()
    (mine,) = [preset for preset in read_presets()[0] if not preset.shipped]
    assert (mine.name, mine.settings.task) == ("Tom & Jerry", "declip")
    assert panel.presets.button.text() == "Tom & Jerry" and panel.settings().seed == 5

    panel.presets.menu.aboutToShow.emit()
    delete = next(each for each in panel.presets.menu.actions() if each.text() == "Delete").menu()
    delete.actions()[0].trigger()  # type: ignore[attr-defined]
    assert not mine.path.exists()


def test_escape_leaves_the_naming_of_a_preset(qtbot: QtBot, panel: RetakePanel) -> None:
    panel.presets.menu.aboutToShow.emit()
    next(each for each in panel.presets.menu.actions() if each.text().startswith("Save")).trigger()
    qtbot.keyClicks(panel.presets.name, "x")
    qtbot.keyClick(panel.presets.name, Qt.Key.Key_Escape)
    assert not panel.presets.name.isVisible()
    assert all(preset.shipped for preset in read_presets()[0])


def test_a_damaged_preset_is_told_once(panel: RetakePanel) -> None:
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "retake" / "presets"
    folder.mkdir(parents=True)
    (folder / "bad.json").write_text("{")
    said = QSignalSpy(panel.said)
    panel.presets.menu.aboutToShow.emit()
    panel.presets.menu.aboutToShow.emit()
    assert said.count() == 1 and "bad.json" in said.at(0)[1]


def test_kinds_and_the_vocoder_follow_the_model(panel: RetakePanel, tmp_path: Path) -> None:
    (tmp_path / "other" / "vocoder").mkdir(parents=True)
    (tmp_path / "other" / "conditioning.json").write_text(json.dumps({"kinds": ["any", "birdsong"]}))
    items = panel.renderer.box.model()
    assert isinstance(items, QStandardItemModel)
    vocoder = items.item(panel.renderer.box.findData("vocoder"))
    assert not vocoder.isEnabled() and "music" in kinds_of("bundled")
    panel.set_settings(RestoreSettings(method="generate", model=str(tmp_path / "other")))
    assert vocoder.isEnabled() and has_component(str(tmp_path / "other"), "vocoder")
    kind = panel.method.form().editors["kind"].main
    assert [kind.itemData(at) for at in range(kind.count())] == ["any", "birdsong"]  # type: ignore[attr-defined]


def test_a_folder_that_is_no_model_is_refused_and_one_that_is_gets_chosen(
    panel: RetakePanel, tmp_path: Path, root: Path
) -> None:
    said = QSignalSpy(panel.said)
    panel.model.take_folder(str(tmp_path))
    assert panel.settings().model == "bundled"
    assert said.count() == 1 and "vae" in said.at(0)[1]
    whole = str(root / "resources" / "models" / "retake-mini")
    panel.model.take_folder(whole)
    assert panel.settings().model == whole


def test_progress_takes_the_place_of_the_button(qtbot: QtBot, panel: RetakePanel) -> None:
    panel.jobs.show_progress("Taking again", 0.429, 12.2)
    assert not panel.jobs.button.isVisible()
    assert panel.jobs.stage.text() == "Taking again 42 %"
    assert panel.jobs.left.text() == "13 s left"
    asked = QSignalSpy(panel.cancel_asked)
    qtbot.mouseClick(panel.jobs.cancel, LEFT)  # the second half of a double click
    assert asked.count() == 0
    qtbot.wait(QApplication.doubleClickInterval() + 50)
    qtbot.mouseClick(panel.jobs.cancel, LEFT)
    assert asked.count() == 1
    panel.jobs.show_progress("Loading", None, -1)
    assert panel.jobs.left.text() == "" and panel.jobs.bar.maximum() == 0
    panel.jobs.show_button()
    assert panel.jobs.button.isVisible()


def test_what_waits_is_counted(panel: RetakePanel) -> None:
    panel.show_waiting(3)
    assert panel.waiting.isVisible() and panel.waiting.text().startswith("3")
    panel.show_waiting(0)
    assert not panel.waiting.isVisible()

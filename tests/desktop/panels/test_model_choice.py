"""Models are listed as they are there now, and one for non-commercial use is chosen knowingly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox
from pytestqt.qtbot import QtBot

from desktop.panels import kept_models
from desktop.panels.kept_models import KeptModels
from desktop.panels.model_choice import TERMS, ModelChoice
from desktop.panels.retake_panel import RetakePanel
from desktop.places import config_folder
from engine.settings import GuidedSettings, PartialSettings, RestoreSettings
from tests.desktop.driving import answer, click_words
from tests.desktop.model_folders import NON_COMMERCIAL, fetched_folder, write_model

HUB_ID = "cvssp/audioldm2"
FREE = "someone/free"
SPEAKER = "someone/speaker"


@pytest.fixture
def choice(qtbot: QtBot) -> Iterator[ModelChoice]:
    made = ModelChoice()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made


def listed(choice: ModelChoice) -> list[str]:
    """What stands in the list once it was opened."""
    choice.box.showPopup()
    models = [choice.box.itemData(at) for at in range(choice.box.count())]
    choice.box.hidePopup()
    return models


def choose(choice: ModelChoice, model: str) -> None:
    """Open the list and take one by keys."""
    choice.box.showPopup()
    view = choice.box.view()
    view.setCurrentIndex(view.model().index(choice.box.findData(model), 0))
    QApplication.sendEvent(view, key_press(Qt.Key.Key_Return))
    QApplication.processEvents()


def key_press(key: Qt.Key):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    return QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)


def test_a_model_that_was_fetched_meanwhile_is_in_the_list_when_it_is_opened(choice: ModelChoice) -> None:
    assert listed(choice) == ["bundled"]
    write_model(fetched_folder(HUB_ID))
    (fetched_folder("someone/else").with_suffix(".partial")).mkdir()
    assert listed(choice) == ["bundled", HUB_ID]
    shutil.rmtree(fetched_folder(HUB_ID))
    assert listed(choice) == ["bundled"]


def test_a_folder_that_was_chosen_by_hand_is_offered_in_later_sessions(qtbot: QtBot, tmp_path: Path) -> None:
    folders = [str(write_model(tmp_path / name / "mine", licence="mit")) for name in ("one", "two")]
    for folder in folders:
        first = ModelChoice()
        qtbot.addWidget(first)
        first.take_folder(folder)
        assert first.model() == folder
    later = ModelChoice()
    qtbot.addWidget(later)
    assert later.model() == "bundled"
    assert listed(later) == ["bundled", *reversed(folders)]
    assert [later.box.itemText(at) for at in range(3)] == ["Bundled", "mine", "one/mine"]
    shutil.rmtree(folders[0])
    assert listed(later) == ["bundled", folders[1]]


def test_the_folder_of_a_fetched_model_is_known_by_its_name(choice: ModelChoice) -> None:
    folder = write_model(fetched_folder(FREE), licence="mit")
    choice.take_folder(str(folder))
    assert choice.model() == FREE
    assert kept_models.load() == KeptModels()


def test_the_list_says_which_models_are_not_for_commercial_use(choice: ModelChoice) -> None:
    write_model(fetched_folder(HUB_ID))
    write_model(fetched_folder(FREE), licence="mit")
    listed(choice)
    terms = {choice.box.itemData(at): choice.box.itemData(at, TERMS) for at in range(choice.box.count())}
    assert terms == {"bundled": "", HUB_ID: "non-commercial", FREE: ""}
    at = choice.box.findData(HUB_ID)
    assert NON_COMMERCIAL in choice.box.itemData(at, Qt.ItemDataRole.ToolTipRole)
    assert choice.box.itemData(at, Qt.ItemDataRole.AccessibleTextRole) == f"{HUB_ID}, non-commercial"


def test_the_licence_is_said_once_and_never_again(qtbot: QtBot, choice: ModelChoice) -> None:
    write_model(fetched_folder(HUB_ID))
    changed, asked = QSignalSpy(choice.changed), []

    def read_and_use(dialog: QDialog) -> None:
        assert isinstance(dialog, QMessageBox)
        asked.append(f"{dialog.text()} {dialog.informativeText()}")
        click_words("Use It")(dialog)

    answer(read_and_use)
    choose(choice, HUB_ID)
    assert choice.model() == HUB_ID and changed.count() == 1
    assert len(asked) == 1 and HUB_ID in asked[0] and NON_COMMERCIAL in asked[0] and "bundled" in asked[0]

    choose(choice, "bundled")
    choose(choice, HUB_ID)  # would wait for an answer for ever
    later = ModelChoice()
    qtbot.addWidget(later)
    choose(later, HUB_ID)
    assert choice.model() == later.model() == HUB_ID


def test_another_licence_of_the_same_model_is_said_again(choice: ModelChoice) -> None:
    kept_models.save(KeptModels(agreed=((HUB_ID, "cc-by-nc-4.0"),)))
    write_model(fetched_folder(HUB_ID))
    answer(click_words("Use It"))
    choose(choice, HUB_ID)
    assert kept_models.load().agreed == ((HUB_ID, "cc-by-nc-4.0"), (HUB_ID, NON_COMMERCIAL))


def test_cancel_goes_back_to_the_model_before(choice: ModelChoice) -> None:
    write_model(fetched_folder(HUB_ID))
    write_model(fetched_folder(FREE), licence="mit")
    choose(choice, FREE)
    changed = QSignalSpy(choice.changed)
    answer(lambda dialog: dialog.reject())
    choose(choice, HUB_ID)
    assert choice.model() == FREE and choice.box.currentText() == FREE
    assert changed.count() == 0
    assert kept_models.load().agreed == ()


def test_what_is_remembered_is_left_out_where_it_cannot_be_read(choice: ModelChoice) -> None:
    for text in ("", "{", "[]", '{"folders": 3, "agreed": []}', '{"folders": [], "agreed": [["one"]]}'):
        (config_folder() / kept_models.FILE_NAME).write_text(text)
        assert kept_models.load() == KeptModels()
        assert listed(choice) == ["bundled"]


def test_what_cannot_be_remembered_is_said_and_the_model_used(
    choice: ModelChoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(kept: KeptModels) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_models, "save", full)
    write_model(fetched_folder(HUB_ID))
    said = QSignalSpy(choice.said)
    answer(click_words("Use It"))
    choose(choice, HUB_ID)
    assert choice.model() == HUB_ID
    assert said.count() == 1 and said.at(0)[0] == "warning" and "No space" in said.at(0)[1]


# What the panel makes of it


def test_a_line_says_non_commercial_while_such_a_model_is_chosen(panel: RetakePanel) -> None:
    write_model(fetched_folder(HUB_ID))
    assert not panel.terms.isVisible()
    panel.set_settings(RestoreSettings(model=HUB_ID))
    assert panel.terms.isVisible() and not panel.model.isVisible()
    assert panel.terms.text() == f"Non-commercial: {HUB_ID}"
    panel.set_settings(RestoreSettings())
    assert not panel.terms.isVisible()


def test_words_are_asked_for_where_the_model_takes_some_and_what_is_said_where_it_speaks(panel: RetakePanel) -> None:
    write_model(fetched_folder(FREE), licence="mit")
    write_model(fetched_folder(SPEAKER), licence="mit", speech=True)
    rows = ("prompt", "transcription")
    for model, seen in (("bundled", [False, False]), (FREE, [True, False]), (SPEAKER, [True, True])):
        choose(panel.model, model)
        form = panel.method.form()
        assert [form.editors[name].isVisible() for name in rows] == seen, model


def test_words_outlast_a_model_that_takes_none_and_a_change_of_the_method(qtbot: QtBot, panel: RetakePanel) -> None:
    write_model(fetched_folder(FREE), licence="mit")
    panel.set_settings(RestoreSettings(method_settings=GuidedSettings(kind="music")))
    choose(panel.model, FREE)
    assert panel.settings().method_settings == GuidedSettings()
    qtbot.keyClicks(panel.method.form().editors["prompt"].main, "a piano")
    choose(panel.model, "bundled")
    assert panel.settings().method_settings == GuidedSettings(kind="music")
    choose(panel.model, FREE)
    assert panel.settings().method_settings == GuidedSettings(prompt="a piano")
    for method in ("vae", "partial"):
        panel.method.box.setCurrentIndex(panel.method.box.findData(method))
    assert panel.settings().method_settings == PartialSettings(prompt="a piano")


def test_words_are_there_again_where_the_method_was_changed_under_a_model_that_takes_none(
    qtbot: QtBot, panel: RetakePanel
) -> None:
    write_model(fetched_folder(FREE), licence="mit")
    choose(panel.model, FREE)
    qtbot.keyClicks(panel.method.form().editors["prompt"].main, "a piano")
    choose(panel.model, "bundled")
    panel.method.box.setCurrentIndex(panel.method.box.findData("partial"))
    assert panel.settings().method_settings == PartialSettings()
    assert not panel.method.form().editors["prompt"].isVisible()
    choose(panel.model, FREE)
    assert panel.settings().method_settings == PartialSettings(prompt="a piano")

"""Prompts in the window: typed with real keys, told to the model, kept with the take."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.document_tab import DocumentTab
from desktop.panels.field_editors import WordsField
from desktop.panels.kept_models import KeptModels, save
from desktop.panels.take_texts import all_about
from desktop.window import MainWindow
from engine.region import Region
from engine.settings import DdcmSettings, FillSettings, GuidedSettings, RestoreSettings, SpliceSettings, VaeSettings
from tests.desktop import driving
from tests.desktop.model_folders import NON_COMMERCIAL, fetched_folder, write_model

HUB_ID = "cvssp/audioldm2"
SPEAKER = "someone/speaker"
GAP = Region(96000, 102000, 0.0, 24000.0)
SHORT = Region(96000, 96480, 0.0, 24000.0)  # 10 ms
SPOKEN = "Spoken words"


@pytest.fixture
def tab(window: MainWindow, speech: Path) -> DocumentTab:
    """A recording with a selection, in the window."""
    window.open_paths([speech])
    assert window.tab is not None
    window.tab.document.selection = GAP
    return window.tab


@pytest.fixture
def prompt(window: MainWindow, tab: DocumentTab) -> QLineEdit:
    """The line for the prompt, with the keys."""
    write_model(fetched_folder(HUB_ID), licence="mit")
    tab.sidebar.retake.set_settings(RestoreSettings(task="fill", model=HUB_ID))
    line = line_of(tab, "prompt")
    window.activateWindow()
    QTest.mouseClick(line, driving.LEFT)
    assert line.hasFocus() and line.placeholderText()
    return line


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model in AudioLDM2's layout, with random weights."""
    from tests.engine.checkpoints import make_checkpoint

    return make_checkpoint(tmp_path_factory.mktemp("words") / "model")


def line_of(tab: DocumentTab, name: str) -> QLineEdit:
    editor = tab.sidebar.retake.method.form().editors[name]
    assert isinstance(editor, WordsField)
    return editor.line


def prompt_of(tab: DocumentTab) -> str:
    return str(tab.sidebar.retake.settings().method_settings.prompt)


def messages(tab: DocumentTab) -> list[str]:
    return [message.text for message in tab.messages.messages()]


# Typing


def test_letters_and_spaces_are_typed_and_do_nothing_else(window: MainWindow, tab: DocumentTab, prompt) -> None:
    before = tab.document.selection, tab.view.time_unit, window.player.choices, window.tool
    QTest.keyClicks(prompt, "rabmcd l ptfsnx 0[],.* RABM")
    assert prompt_of(tab) == prompt.text() == "rabmcd l ptfsnx 0[],.* RABM"
    assert (tab.document.selection, tab.view.time_unit, window.player.choices, window.tool) == before
    assert not window.player.is_playing and not tab.document.regions
    assert not tab.sidebar.retake.jobs.running() and not window.engine.pending


def test_return_takes_the_words_and_starts_nothing(window: MainWindow, tab: DocumentTab, prompt) -> None:
    asked = QSignalSpy(tab.sidebar.retake.retake_asked)
    QTest.keyClicks(prompt, "  a piano ")
    QTest.keyClick(prompt, Qt.Key.Key_Return)
    QTest.keyClick(prompt, Qt.Key.Key_Enter)
    assert prompt_of(tab) == "a piano"
    assert asked.count() == 0 and prompt.hasFocus() and tab.document.selection == GAP
    assert not tab.document.regions and not window.player.is_playing


def test_words_count_while_they_are_being_typed(tab: DocumentTab, prompt) -> None:
    asked = QSignalSpy(tab.sidebar.retake.retake_asked)
    QTest.keyClicks(prompt, "a piano")
    tab.sidebar.controller.close()  # nothing shall be made of it
    tab.sidebar.retake.ask()
    assert asked.at(0)[0].method_settings.prompt == "a piano"


def test_keys_that_edit_stay_in_the_line(window: MainWindow, tab: DocumentTab, prompt) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClicks(prompt, "piano")
    QTest.keyClick(prompt, Qt.Key.Key_Home)
    QTest.keyClick(prompt, Qt.Key.Key_Delete)
    QTest.keyClick(prompt, Qt.Key.Key_Z, control)
    assert prompt_of(tab) == "piano"
    QTest.keyClick(prompt, Qt.Key.Key_A, control)
    QTest.keyClick(prompt, Qt.Key.Key_Backspace)
    assert prompt_of(tab) == "" and tab.document.selection == GAP


def test_tab_goes_down_the_rows_as_they_are_seen(tab: DocumentTab, prompt) -> None:
    form = tab.sidebar.retake.method.form()
    strength = form.editors["strength"]
    met = []
    for _ in range(3):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        met.append(QApplication.focusWidget())
    assert met == [strength.slider, strength.edit, tab.sidebar.retake.seed.line]
    for _ in range(3):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert prompt.hasFocus()
    QTest.keyClick(prompt, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is tab.sidebar.retake.method.box


def test_a_long_prompt_is_read_from_its_start_and_whole_in_the_tip(tab: DocumentTab, prompt) -> None:
    words = "a grand piano in a large hall, played softly, with rain on the roof " * 3
    width = tab.sidebar.width()
    QTest.keyClicks(prompt, words)
    QTest.keyClick(prompt, Qt.Key.Key_Tab)
    assert prompt.cursorPosition() == 0 and tab.sidebar.width() == width
    assert prompt.toolTip().endswith(words.strip())


def test_lines_that_are_pasted_become_one(tab: DocumentTab, prompt) -> None:
    QApplication.clipboard().setText("a piano\nin a\thall")
    prompt.paste()
    assert prompt_of(tab) == "a piano in a hall"


# Models that speak


def speaks(tab: DocumentTab, **changes: object) -> None:
    write_model(fetched_folder(SPEAKER), licence="mit", speech=True)
    tab.sidebar.retake.set_settings(RestoreSettings(task="fill", model=SPEAKER, **changes))  # type: ignore[arg-type]


def test_what_a_speaking_model_lacks_is_said_before_it_is_asked(window: MainWindow, tab: DocumentTab, qtbot) -> None:
    panel = tab.sidebar.retake
    speaks(tab)
    qtbot.waitUntil(lambda: SPOKEN in panel.info.text())
    tab.view.setFocus()
    driving.press(window, "retake")
    assert SPOKEN in messages(tab)[-1]
    assert not panel.jobs.running() and not window.engine.pending and not tab.document.regions
    line = line_of(tab, "transcription")
    assert line.hasFocus()
    QTest.keyClicks(line, "to be")
    qtbot.waitUntil(lambda: "memory" in panel.info.text())
    assert panel.settings().method_settings.transcription == "to be"


def test_nothing_lacks_where_no_words_are_needed(tab: DocumentTab, qtbot) -> None:
    panel = tab.sidebar.retake
    speaks(tab, method="vae", method_settings=VaeSettings())
    qtbot.waitUntil(lambda: "memory" in panel.info.text())
    panel.set_settings(RestoreSettings(task="fill", model=SPEAKER, task_settings=FillSettings(ar_ms=20.0)))
    qtbot.waitUntil(lambda: SPOKEN in panel.info.text())
    tab.document.selection = SHORT
    qtbot.waitUntil(lambda: "memory" in panel.info.text())


def test_a_method_that_cannot_be_told_what_is_said_is_named(tab: DocumentTab, qtbot) -> None:
    speaks(tab, method="ddcm", method_settings=DdcmSettings())
    qtbot.waitUntil(lambda: "Coded can't tell this model" in tab.sidebar.retake.info.text())


# The whole way


@pytest.fixture
def words_model(checkpoint: Path) -> Iterator[None]:
    """The small model, as if it had been fetched."""
    shutil.copytree(checkpoint, fetched_folder(HUB_ID))
    yield


def test_a_licence_that_came_with_a_project_is_asked_about_before_a_take(
    window: MainWindow, tab: DocumentTab, words_model: None
) -> None:
    tab.sidebar.retake.set_settings(RestoreSettings(task="fill", model=HUB_ID))
    tab.view.setFocus()
    driving.answer(lambda dialog: dialog.reject())
    driving.press(window, "retake")
    assert not tab.sidebar.retake.jobs.running() and not window.engine.pending and not tab.document.regions


@pytest.mark.slow
def test_a_prompt_goes_with_its_take_and_the_take_is_undone_and_done_again(
    window: MainWindow, tab: DocumentTab, words_model: None, qtbot
) -> None:
    save(KeptModels(agreed=((HUB_ID, NON_COMMERCIAL),)))
    panel, document = tab.sidebar.retake, tab.document
    before = document.read(0, document.frames)
    fast = GuidedSettings(steps=2)
    panel.set_settings(
        RestoreSettings(task="fill", model=HUB_ID, splice=SpliceSettings(context_s=0.3), method_settings=fast)
    )
    QTest.mouseClick(line_of(tab, "prompt"), driving.LEFT)
    QTest.keyClicks(line_of(tab, "prompt"), "a dog bark")
    stages = QSignalSpy(window.engine.progressed)
    QTest.mouseClick(panel.jobs.button, driving.LEFT)
    driving.wait_for_takes(qtbot, tab, 1)
    assert "reading the prompt" in {stages.at(row)[1] for row in range(stages.count())}

    (take,) = document.takes.values()
    assert take.settings["method_settings"]["prompt"] == "a dog bark"
    assert (take.settings["model"], take.licence) == (HUB_ID, NON_COMMERCIAL)
    about = all_about(take, document.frames, document.rate)
    assert "Prompt: a dog bark" in about and "For non-commercial use only" in about
    assert about.count(NON_COMMERCIAL) == 1
    assert not any("non-commercial" in text for text in messages(tab))

    after = document.read(0, document.frames)
    inside = slice(GAP.start_frame, GAP.end_frame)
    assert not np.array_equal(after[:, inside], before[:, inside])
    driving.press(window, "undo")
    assert not document.takes and np.array_equal(document.read(0, document.frames), before)
    driving.press(window, "redo")
    assert np.array_equal(document.read(0, document.frames), after)
    assert list(document.takes.values()) == [take]

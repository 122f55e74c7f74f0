"""What a tab keeps with its document, and what it says of the recording, in a real window."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from desktop.document.source_watch import AT_REST_AFTER_MS, LOOKED_AT_AFTER_MS
from desktop.message_bar import Message
from desktop.window import MainWindow
from engine.settings import RestoreSettings
from tests.desktop import driving


def saved_with(window: MainWindow, speech: Path, project: Path, task: str, steps: int) -> RestoreSettings:
    """Save a project whose panel shows a task and a number of steps, and close it; returns what the panel showed."""
    window.open_paths([speech])
    retake = window.tab.sidebar.retake
    retake.choose_task(task)
    retake.method.form().editors["steps"].main.setValue(steps)
    shown = retake.settings()
    assert (shown.task, shown.method_settings.steps) == (task, steps)
    driving.answer(driving.type_file_name(project))
    driving.press(window, "save")
    driving.press(window, "close_tab")
    assert window.tab is None
    return shown


def test_the_retake_panel_is_shown_as_it_was_left(window: MainWindow, speech: Path, tmp_path: Path) -> None:
    project = tmp_path / "talk.retake"
    shown = saved_with(window, speech, project, "denoise", 7)
    window.open_paths([speech, project])
    other, tab = (each.sidebar.retake for each in window.tabs)
    assert tab.settings() == shown != other.settings()
    assert not window.tab.document.undo.canUndo()


def test_settings_that_another_version_kept_are_left_out(
    window: MainWindow, speech: Path, tmp_path: Path, caplog
) -> None:
    project = tmp_path / "talk.retake"
    saved_with(window, speech, project, "denoise", 7)
    for number, stored in enumerate(({"task": "transcribe"}, {"task": ["fill"]}, "fill", 3)):
        with closing(sqlite3.connect(project)) as connection, connection:
            (text,) = connection.execute("SELECT value FROM facts WHERE name = 'view'").fetchone()
            view = json.dumps({**json.loads(text), "retake": stored})
            connection.execute("UPDATE facts SET value = ? WHERE name = 'view'", (view,))
        window.open_paths([project])
        assert window.tab.sidebar.retake.settings() == RestoreSettings(task="fill")
        assert window.tab.messages.messages() == []
        assert len([line for line in caplog.messages if "settings of" in line]) == number + 1
        driving.press(window, "close_tab")


def test_the_device_is_this_machines_and_not_the_projects(window: MainWindow, speech: Path, tmp_path: Path) -> None:
    window.open_paths([speech])
    device = window.tab.sidebar.retake.device
    device.setCurrentIndex(device.findData("cuda"))
    driving.answer(driving.type_file_name(tmp_path / "talk.retake"))
    driving.press(window, "save")
    driving.press(window, "close_tab")
    window.open_paths([tmp_path / "talk.retake"])
    assert window.tab.sidebar.retake.settings().device == window.preferences.device


def warnings_of(window: MainWindow) -> list[Message]:
    """What the tab in front warns of."""
    return [message for message in window.tab.messages.messages() if message.level == "warning"]


def louder(path: Path) -> None:
    """Write other samples into a recording of 16 bits."""
    with path.open("r+b") as file:
        file.seek(44)
        file.write(np.full(1000, 9000, "<i2").tobytes())


def shortened(path: Path) -> None:
    """Cut a recording in half."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def replaced(path: Path) -> None:
    """Put another file in its place, as programs do that save safely."""
    other = path.with_name("other.wav")
    other.write_bytes(path.read_bytes()[:44] + path.read_bytes()[48:] + bytes(4))
    other.replace(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [(louder, "talk.wav was changed"), (shortened, "talk.wav was cut short"), (replaced, "talk.wav was changed")],
)
def test_a_recording_that_is_changed_while_open_is_told_at_once(
    window: MainWindow, qtbot, speech: Path, change, words: str
) -> None:
    window.open_paths([speech])
    driving.select(window.tab, 1.0, 1.2)
    driving.press(window, "add_region")
    assert warnings_of(window) == []
    change(speech)
    qtbot.waitUntil(lambda: bool(warnings_of(window)), timeout=LOOKED_AT_AFTER_MS + 2000)
    (message,) = warnings_of(window)
    assert words in message.text and "takes made so far are safe" in message.text
    assert len(window.tab.document.regions) == 1


def test_a_file_that_is_written_on_and_on_is_told_once_and_a_later_change_again(
    window: MainWindow, qtbot, speech: Path
) -> None:
    window.open_paths([speech])
    told: list[bool] = []
    window.tab._watch.changed.connect(told.append)
    for _ in range(12):
        louder(speech)
        qtbot.wait(100)
    assert told == [False]
    qtbot.wait(AT_REST_AFTER_MS)
    assert told == [False]
    louder(speech)
    qtbot.waitUntil(lambda: told == [False, False], timeout=LOOKED_AT_AFTER_MS + 2000)
    assert len(warnings_of(window)) == 1


def test_a_recording_that_was_changed_is_opened_again_beside_its_takes(window: MainWindow, qtbot, speech: Path) -> None:
    window.open_paths([speech])
    first = window.tab
    louder(speech)
    qtbot.waitUntil(lambda: bool(warnings_of(window)))
    qtbot.mouseClick(warnings_of(window)[0].findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert len(window.tabs) == 2 and window.tab is not first and first.document.source == speech
    np.testing.assert_allclose(window.tab.document.read(0, 1000), 9000 / 32768)


def test_a_recording_that_is_touched_or_removed_while_open_is_not_warned_of(
    window: MainWindow, qtbot, speech: Path
) -> None:
    window.open_paths([speech])
    speech.chmod(0o600)
    qtbot.wait(LOOKED_AT_AFTER_MS + 200)
    speech.unlink()
    qtbot.wait(LOOKED_AT_AFTER_MS + 200)
    assert warnings_of(window) == []

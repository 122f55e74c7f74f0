"""What a tab keeps with its document, and what it says of the recording, in a real window."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

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

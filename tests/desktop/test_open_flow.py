"""What is asked when a project can't simply be opened, answered in a real window."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMessageBox, QPushButton

from desktop.document.unsaved import unsaved_folder
from desktop.message_bar import Message
from desktop.window import MainWindow
from tests.desktop import driving
from tests.desktop.test_region_commands import add_take

CANCEL = QMessageBox.StandardButton.Cancel
Answer = Callable[[QDialog], None]


@pytest.fixture
def project(window: MainWindow, speech: Path, tmp_path: Path) -> Path:
    """A project with a region and a take, closed."""
    path = tmp_path / "talk.retake"
    window.open_paths([speech])
    driving.select(window.tab, 1.0, 1.2)
    driving.press(window, "add_region")
    add_take(window.tab.document, 1, 0.25)
    driving.answer(driving.type_file_name(path))
    driving.press(window, "save")
    driving.press(window, "close_tab")
    assert window.tab is None and path.exists()
    clear(window)
    return path


def clear(window: MainWindow) -> None:
    """Take away what was said so far."""
    for message in window._messages.messages():
        message.setParent(None)
        message.deleteLater()


def said(window: MainWindow) -> list[Message]:
    """What the window says now."""
    return window._messages.messages()


def open_answering(window: MainWindow, path: Path, *answers: Answer) -> list[str]:
    """Open, and answer the questions in turn; returns what message boxes asked."""
    asked: list[str] = []

    def noted(act: Answer) -> Answer:
        def answered(dialog: QDialog) -> None:
            if isinstance(dialog, QMessageBox):
                asked.append(dialog.text())
            act(dialog)

        return answered

    driving.answer(driving.in_turn(*map(noted, answers)))
    window.open_paths([path])
    return asked


def reversed_in_time(recording: Path) -> None:
    """Put other sound of the same length into a recording."""
    sound, rate = soundfile.read(recording, dtype="int16")
    soundfile.write(recording, sound[::-1], rate, subtype="PCM_16")
    os.utime(recording, ns=(1, 1))


def test_a_missing_recording_is_found_by_the_user_and_remembered(
    window: MainWindow, speech: Path, project: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere" / "renamed.wav"
    moved.parent.mkdir()
    speech.rename(moved)
    asked = open_answering(window, project, driving.click_words("Find It…"), driving.type_file_name(moved))
    assert asked == ["The recording talk.wav is not where it was."]
    assert window.tab.document.source == moved and list(window.tab.document.takes) == [1]
    assert said(window) == []
    driving.press(window, "close_tab")
    window.open_paths([project])
    assert window.tab.document.source == moved


@pytest.mark.parametrize(
    "answers", [(driving.click_button(CANCEL),), (driving.click_words("Find It…"), QDialog.reject)]
)
def test_a_missing_recording_that_is_not_looked_for_leaves_the_project_closed(
    window: MainWindow, speech: Path, project: Path, answers: tuple[Answer, ...]
) -> None:
    before = project.read_bytes()
    moved = speech.rename(speech.with_name("moved.wav"))
    open_answering(window, project, *answers)
    assert window.tab is None and said(window) == [] and project.read_bytes() == before
    moved.rename(speech)
    window.open_paths([project])
    assert list(window.tab.document.takes) == [1], "it is not locked"


def test_a_file_that_is_no_recording_is_not_taken_for_the_missing_one(
    window: MainWindow, speech: Path, project: Path, tmp_path: Path
) -> None:
    speech.unlink()
    (tmp_path / "notes.txt").write_text("no sound")
    open_answering(
        window,
        project,
        driving.click_words("Find It…"),
        driving.type_file_name(tmp_path / "notes.txt"),
        driving.click_words("Use It All the Same"),
    )
    (message,) = said(window)
    assert window.tab is None and message.level == "error" and "notes.txt" in message.text


def test_a_changed_recording_is_used_if_the_user_wants(window: MainWindow, speech: Path, project: Path) -> None:
    reversed_in_time(speech)
    asked = open_answering(window, project, driving.click_words("Use It All the Same"))
    assert asked == ["talk.wav is not the recording that this project was made with."]
    document = window.tab.document
    sound, _ = soundfile.read(speech, dtype="float32")
    np.testing.assert_array_equal(document.read_original(0, 1000)[0], sound[:1000])
    assert list(document.takes) == [1]
    driving.press(window, "close_tab")
    window.open_paths([project])
    assert window.tab is not None, "it is asked once"


def test_a_changed_recording_that_is_not_wanted_leaves_the_project_closed(
    window: MainWindow, speech: Path, project: Path
) -> None:
    reversed_in_time(speech)
    before = project.read_bytes()
    assert len(open_answering(window, project, driving.click_button(CANCEL))) == 1
    assert window.tab is None and said(window) == [] and project.read_bytes() == before


def test_another_recording_found_for_a_missing_one_is_asked_about(
    window: MainWindow, speech: Path, project: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.wav"
    speech.rename(other)
    reversed_in_time(other)
    find, use = driving.click_words("Find It…"), driving.click_words("Use It All the Same")
    asked = open_answering(window, project, find, driving.type_file_name(other), use)
    assert asked[1] == "other.wav is not the recording that this project was made with."
    assert window.tab.document.source == other


def damage(project: Path) -> None:
    """Spoil the sound of a take."""
    with closing(sqlite3.connect(project)) as connection, connection:
        assert connection.execute("DELETE FROM audio WHERE take_id = 1").rowcount


def test_a_damaged_project_is_recovered_by_the_button(window: MainWindow, qtbot, project: Path) -> None:
    damage(project)
    before = project.read_bytes()
    window.open_paths([project])
    (message,) = said(window)
    assert window.tab is None and message.level == "error" and "damaged" in message.text
    (button,) = (each for each in message.findChildren(QPushButton) if each.text() == "Recover What Can Be")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    document = window.tab.document
    assert [row.name for row in document.regions.values()] == ["Region 1"] and not document.takes
    assert document.project is None and document.store.path.parent == unsaved_folder()
    assert "Take 1 of Region 1 is lost" in said(window)[-1].text and "next start" not in said(window)[-1].text
    assert said(window)[-1].level == "warning"
    assert window.tab.is_unsaved and project.read_bytes() == before


def test_a_damaged_project_of_a_missing_recording_is_recovered_once_that_is_found(
    window: MainWindow, qtbot, speech: Path, project: Path, tmp_path: Path
) -> None:
    damage(project)
    moved = speech.rename(tmp_path / "moved.wav")
    window.open_paths([project])
    (message,) = said(window)
    driving.answer(driving.in_turn(driving.click_words("Find It…"), driving.type_file_name(moved)))
    qtbot.mouseClick(message.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert window.tab.document.source == moved and len(window.tab.document.regions) == 1


def test_a_recovered_project_whose_recording_is_not_found_stays_for_later(
    window: MainWindow, qtbot, speech: Path, project: Path
) -> None:
    damage(project)
    speech.unlink()
    window.open_paths([project])
    (message,) = said(window)
    driving.answer(driving.click_button(CANCEL))
    qtbot.mouseClick(message.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert window.tab is None and "offered at the next start" in said(window)[-1].text
    clear(window)
    window.begin([])
    assert "talk.wav was not saved" in said(window)[0].text

"""What is opened, and what is asked when a project can't simply be opened, answered in a real window."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QPushButton

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


def test_a_project_opened_through_a_link_is_the_same_one(window: MainWindow, qtbot, speech, tmp_path) -> None:
    window.open_paths([speech])
    driving.select(window.tab, 1.0, 1.2)
    driving.press(window, "add_region")
    driving.answer(driving.type_file_name(tmp_path / "talk.retake"))
    driving.press(window, "save")
    (tmp_path / "link.retake").symlink_to(tmp_path / "talk.retake")
    window.open_paths([tmp_path / "link.retake"])
    assert len(window.tabs) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.wav", b"", "empty.wav"),
        ("text.wav", b"this is no sound at all, only words in a file" * 4, "text.wav"),
        ("notes.retake", b"this is no project", "is no Retake project"),
    ],
)
def test_what_cannot_be_opened_is_said_and_nothing_opens(window, tmp_path, name, content, words) -> None:
    (tmp_path / name).write_bytes(content)
    window.open_paths([tmp_path / name, tmp_path / "nosuch.wav"])
    assert window.tab is None
    first, second = window._messages.messages()
    assert words in first.text and first.level == "error"
    assert "nosuch.wav" in second.text


@pytest.mark.parametrize(
    ("frames", "channels", "rate"), [(1, 1, 48000), (336, 2, 48000), (8000, 32, 8000), (19200, 2, 192000)]
)
def test_odd_recordings_open_and_show(window, qtbot, tmp_path, frames, channels, rate) -> None:
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (frames, channels))
    soundfile.write(tmp_path / "odd.wav", sound, rate, subtype="PCM_24")
    window.open_paths([tmp_path / "odd.wav"])
    assert window.tab is not None and window._messages.messages() == []
    qtbot.wait(200)
    driving.press(window, "select_all")
    driving.press(window, "zoom_to_selection")
    driving.press(window, "zoom_in")
    driving.press(window, "fit")
    assert window.tab.messages.messages() == []


def test_a_file_cut_short_is_offered_as_far_as_it_goes(window, qtbot, speech, tmp_path) -> None:
    cut = tmp_path / "cut.wav"
    cut.write_bytes(speech.read_bytes()[:200_000])
    window.open_paths([cut])
    assert window.tab is None
    (message,) = window._messages.messages()
    assert "cut.wav" in message.text and "--" not in message.text
    qtbot.mouseClick(message.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert window.tab.document.frames == (200_000 - 44) // 2


def test_what_holds_nan_is_said_and_a_take_of_it_fails_with_a_way_out(window, qtbot, tmp_path) -> None:
    sound = np.full(48000, 0.1, np.float32)
    sound[24000] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, 48000, subtype="FLOAT")
    window.open_paths([tmp_path / "nan.wav"])
    damaged = window.tab
    driving.press(window, "select_all")
    driving.press(window, "retake")

    def told(level: str) -> list[Message]:
        return [message for message in damaged.messages.messages() if message.level == level]

    qtbot.waitUntil(lambda: bool(told("warning") and told("error")), timeout=driving.ENGINE_LIMIT_MS)
    for message in (*told("warning"), *told("error")):
        assert "24000" in message.text and "--" not in message.text
    qtbot.mouseClick(message.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert window.tab is not damaged and window.tab.document.read(24000, 24001)[0, 0] == 0


def test_dropped_files_open(window: MainWindow, qtbot, speech) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(speech))])
    action, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(window.rect().center(), action, data, button, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(window.rect().center()), action, data, button, none))
    qtbot.waitUntil(lambda: window.tab is not None)
    assert window.tab.document.source == speech


def test_opening_again_what_is_open_brings_it_to_the_front(window: MainWindow, speech, tmp_path) -> None:
    other = tmp_path / "other.wav"
    shutil.copy(speech, other)
    window.open_paths([speech, other, speech])
    assert len(window.tabs) == 2 and window.tab.document.source == speech

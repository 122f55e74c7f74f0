"""Long work leaves the window alive, and untouched by what is typed meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop.aside import Notice, Work, aside, is_anything_aside
from desktop.commands.files import save_project
from desktop.document import actions
from desktop.document.saving import Saving
from desktop.document.sources import Hashing
from desktop.window import MainWindow
from engine.audio import Patch
from engine.errors import OutputError
from engine.region import Region
from tests.desktop.made import made_result


@pytest.fixture
def line(qtbot) -> Iterator[QLineEdit]:
    line = QLineEdit()
    qtbot.addWidget(line)
    line.show()
    line.activateWindow()
    qtbot.waitUntil(line.isActiveWindow)
    return line


def notices() -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Notice) and widget.isVisible()]


def test_what_short_work_gives_is_there_without_a_word(line: QLineEdit) -> None:
    assert aside(line, "Adding", lambda: 1 + 1) == 2
    assert not is_anything_aside()


@pytest.mark.parametrize("lasts_s", [0.0, 0.1, 0.6])
def test_errors_of_the_work_are_raised(line: QLineEdit, lasts_s: float) -> None:
    def fail() -> None:
        time.sleep(lasts_s)
        raise OutputError("no room")

    with pytest.raises(OutputError, match="no room"):
        aside(line, "Failing", fail)
    assert not is_anything_aside()
    assert not notices()


def test_the_window_lives_and_says_what_it_waits_for(line: QLineEdit) -> None:
    beats: list[bool] = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: beats.append(bool(notices())))
    timer.start()
    name = aside(line, "Working", lambda: (time.sleep(1.0), threading.current_thread().name)[1])
    timer.stop()
    assert name == "aside"
    assert 20 < beats.count(False) < 60  # for the first 0.4 s it isn't worth a word
    assert beats.count(True) > 30
    assert not notices()


def test_what_is_typed_meanwhile_does_not_reach_the_window(line: QLineEdit) -> None:
    QTimer.singleShot(700, line, lambda: QTest.keyClick(QApplication.activeModalWidget(), Qt.Key.Key_Escape))
    ended = threading.Event()
    aside(line, "Working", lambda: (time.sleep(1.2), ended.set()))
    assert ended.is_set()
    assert line.text() == ""


def test_closing_the_window_waits(window: MainWindow, qtbot) -> None:
    ended = threading.Event()
    QTimer.singleShot(100, window, window.close)
    QTimer.singleShot(500, window, window.close_for_good)
    aside(window, "Working", lambda: (time.sleep(1.0), ended.set()))
    assert ended.is_set()
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=2000)


def test_a_take_that_comes_in_while_saving_is_saved(
    qtbot, window: MainWindow, speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open_paths([speech])
    assert window.tab
    document = window.tab.document
    region = Region(1000, 60_000, 0.0, document.rate / 2)
    noise = 0.1 * np.random.default_rng(1).standard_normal((document.channels, region.frames)).astype(np.float32)
    place = actions.add_region(document, region)
    for hashing in [holder for holder in document.holders if isinstance(holder, Hashing)]:
        hashing.thread.join()
    qtbot.waitUntil(lambda: not document._view_timer.isActive(), timeout=10_000)  # nothing but the take comes in
    copied = []

    def slow(saving: Saving) -> None:  # the copy of so little sound leaves no time for a take to come in
        copy(saving)
        copied.append(saving)
        time.sleep(0.3)

    copy = Saving.copy
    monkeypatch.setattr(Saving, "copy", slow)
    QTimer.singleShot(150, window, lambda: actions.add_take(document, place, made_result(Patch(1000, noise), region)))
    save_project(window, document, tmp_path / "talk.retake")
    assert len(copied) == 2
    heard = document.read(1000, 60_000)
    window.close_document(window.tab)
    window.open_paths([tmp_path / "talk.retake"])
    assert len(window.tab.document.takes) == 1
    assert np.array_equal(window.tab.document.read(1000, 60_000), heard)


def test_work_has_ended_when_it_says_so(qapp: QApplication) -> None:
    """Who looks whether it has, when told, would wait for ever else: it is told once."""
    ended = []
    done = Work(lambda: time.sleep(0.05))
    done.ended.connect(lambda: ended.append(done.wait(0)), Qt.ConnectionType.DirectConnection)
    done.result()
    assert ended == [True]

"""Listening in the window, with its own keys, on a real sound server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from desktop.dialogs.blind_test import BlindTest
from desktop.document import actions
from desktop.message_bar import MessageBar
from desktop.playback.player import Player
from desktop.preferences import Preferences
from desktop.window import MainWindow
from engine.audio import Patch
from engine.region import Region
from tests.desktop import driving
from tests.desktop.made import made_result
from tests.desktop.playback.conftest import DEVICE, Room, room

__all__ = ["room"]
pytestmark = pytest.mark.alone
RATE = 48000


@pytest.fixture
def listening(window: MainWindow, room: Room, speech: Path) -> Iterator[MainWindow]:
    """The window with a recording of speech of which two takes were made, the first in use, from 1 to 3 s."""
    window.prefer(Preferences(greeted=True, theme="dark", sound_device=DEVICE))
    window._listening.follow_preferences()
    window.open_paths([speech])
    document = window.tab.document
    region = Region(RATE, 3 * RATE, 0.0, RATE / 2)
    place = actions.add_region(document, region)
    sound = document.read_original(RATE, 3 * RATE)
    for level, use in ((0.5, True), (2.0, False)):
        actions.add_take(document, place, made_result(Patch(RATE, np.float32(level) * sound), region), use=use)
    document.current_region_id = place
    yield window


def plays(qtbot, window: MainWindow, beyond: int) -> None:
    qtbot.waitUntil(lambda: window.player.is_playing and window.player.place > beyond, timeout=5000)


def said(window: MainWindow) -> str:
    return " ".join(label.text() for bar in window.findChildren(MessageBar) for label in bar.findChildren(QLabel))


def test_the_line_for_listening_is_there_as_soon_as_a_document_is(window: MainWindow, speech: Path) -> None:
    assert not window.transport.isVisible()
    window.open_paths([speech])
    assert window.transport.isVisible()
    window.tab.view.set_cursor(2 * RATE)
    assert window.transport.time.text() == "0:02.000"
    window.close_document(window.tab)
    assert not window.transport.isVisible()


def test_space_plays_from_the_cursor_pauses_and_goes_on(qtbot, listening: MainWindow) -> None:
    view = listening.tab.view
    view.set_cursor(2 * RATE)
    driving.press(listening, "play_pause")
    plays(qtbot, listening, 2 * RATE + 4000)
    assert view.marks.playhead_frame is not None
    driving.press(listening, "play_pause")
    assert not listening.player.is_playing
    paused = listening.player.place
    qtbot.wait(100)
    assert view.marks.playhead_frame == paused == listening.player.place
    driving.press(listening, "play_pause")
    plays(qtbot, listening, paused)
    driving.press(listening, "stop_playing")
    assert view.marks.playhead_frame is None and not listening.player.is_playing


def test_p_plays_the_region_in_a_loop_and_l_lets_it_end(qtbot, listening: MainWindow) -> None:
    listening.tab.document.selection = Region(RATE, RATE + RATE // 4, 0.0, RATE / 2)
    driving.press(listening, "loop")
    driving.press(listening, "play_selection")
    plays(qtbot, listening, RATE)
    qtbot.wait(900)
    assert listening.player.is_playing and RATE <= listening.player.place < RATE + RATE // 4
    driving.press(listening, "loop")
    qtbot.waitUntil(lambda: not listening.player.is_playing, timeout=3000)


def test_keys_switch_what_is_heard_and_the_buttons_show_it(qtbot, listening: MainWindow) -> None:
    driving.press(listening, "play_selection")
    plays(qtbot, listening, RATE)
    for name, heard in (("hear_original", "A"), ("hear_compared", "C"), ("hear_difference", "D"), ("hear_takes", "B")):
        driving.press(listening, name)
        assert listening.player.choices.heard == heard
        buttons = listening.transport.buttons
        shown = {one for one in buttons if one.startswith("hear") and buttons[one].isChecked()}
        assert shown == {name}
        assert listening.actions_by_name[name].isChecked()
    qtbot.waitUntil(lambda: listening.player.matching is not None, timeout=5000)
    assert listening.transport.buttons["match_levels"].text() == "Match +6.0 LU"
    driving.press(listening, "match_levels")
    assert listening.transport.buttons["match_levels"].text() == "Match"
    driving.press(listening, "compare_next")
    assert listening.player.compared == list(listening.tab.document.takes)[1]
    assert listening.player.choices.heard == "C"
    driving.press(listening, "stop_playing")


def test_a_click_into_the_sound_moves_what_is_played(qtbot, listening: MainWindow) -> None:
    driving.press(listening, "play_from_cursor")
    plays(qtbot, listening, 2000)
    area, at = driving.place(listening.tab, 5.0)
    QTest.mouseClick(area, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    plays(qtbot, listening, 4 * RATE)
    driving.press(listening, "stop_playing")


def test_dragging_on_the_ruler_with_ctrl_scrubs(qtbot, listening: MainWindow) -> None:
    ruler, ctrl = listening.tab.view.pane.time_ruler, Qt.KeyboardModifier.ControlModifier
    middle = ruler.height() // 2
    QTest.mousePress(ruler, Qt.MouseButton.LeftButton, ctrl, QPoint(100, middle))
    for x in range(110, 300, 10):
        QTest.mouseMove(ruler, QPoint(x, middle))
        qtbot.wait(30)
    assert listening.player.is_scrubbing
    assert listening.player._output is not None and listening.player._output.mixer.played > 0
    QTest.mouseRelease(ruler, Qt.MouseButton.LeftButton, ctrl, QPoint(300, middle))
    assert listening.tab.view.marks.cursor_frame > RATE // 2
    qtbot.waitUntil(lambda: not listening.player.is_playing, timeout=2000)


def test_a_blind_test_tells_nothing_and_is_kept(qtbot, listening: MainWindow, tmp_path: Path) -> None:
    driving.press(listening, "blind_test")
    dialog = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, BlindTest))
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog)
    qtbot.waitUntil(lambda: listening.player.is_playing, timeout=3000)
    buttons = listening.transport.buttons
    for _ in range(10):
        QTest.keyClick(dialog, Qt.Key.Key_X)
        assert listening.player.choices.heard == dialog.trial.hidden
        qtbot.waitUntil(lambda: listening.player.is_playing, timeout=3000)
        assert not any(buttons[name].isChecked() for name in buttons if name.startswith("hear"))
        assert not any(listening.actions_by_name[name].isChecked() for name in buttons if name.startswith("hear"))
        assert buttons["match_levels"].text() == "Match"
        QTest.mouseClick(dialog.answers[dialog.trial.hidden], Qt.MouseButton.LeftButton)
    assert dialog.trial.is_over
    assert dialog.result_text.text().startswith("10 of 10 right; guessing does as well in 0.0977 %")
    dialog.close()
    assert not listening.player.is_blind and listening.player.choices.heard == "B"
    driving.answer(driving.type_file_name(tmp_path / "talk.retake"))
    driving.press(listening, "save_as")
    listening.close_document(listening.tab)
    listening.open_paths([tmp_path / "talk.retake"])
    (kept,) = listening.tab.document.blind_tests()
    assert kept["trials"] == 10 and kept["p_value"] < 0.001 and len(kept["answers"]) == 10


def test_a_blind_test_plays_its_region_matched_whatever_played_before(qtbot, listening: MainWindow) -> None:
    driving.press(listening, "play_pause")
    plays(qtbot, listening, 2000)
    driving.press(listening, "blind_test")
    dialog = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, BlindTest))
    player = listening.player
    qtbot.waitUntil(lambda: player.matching is not None and plays_now(player), timeout=5000)
    assert player.stretch is not None and player.stretch.alone
    assert player.matching is not None and player.matching.is_whole
    dialog.close()


def plays_now(player: Player) -> bool:
    return player.is_playing and player._output is not None and player._output.mixer.deck in player._decks


def test_another_tab_ends_it_and_closing_while_playing_is_no_trouble(qtbot, listening: MainWindow, root: Path) -> None:
    driving.press(listening, "play_from_cursor")
    plays(qtbot, listening, 2000)
    listening.open_paths([root / "resources" / "demo" / "music-loop-mika.flac"])
    assert not listening.player.is_playing
    assert listening.player.document is listening.tab.document
    driving.press(listening, "play_from_cursor")  # at another rate
    plays(qtbot, listening, 2000)
    assert listening.player._output.rate == 44100
    listening.close_document(listening.tab)
    assert not listening.player.is_playing


def test_without_a_device_it_is_said_and_all_else_works(qtbot, window: MainWindow, speech: Path, monkeypatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    from desktop.playback.device import rescan

    rescan()
    window.open_paths([speech])
    driving.press(window, "play_from_cursor")
    qtbot.waitUntil(lambda: not window.player.is_playing, timeout=10_000)
    assert "no device" in said(window) or "can't be opened" in said(window)
    driving.select(window.tab, 1.0, 2.0)
    assert window.tab.document.selection is not None

"""The list of damage, looked for and stepped through with keys and mouse, on real documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.opening import new_document
from desktop.panels.findings_panel import FindingsPanel
from desktop.panels.findings_texts import finding_text
from engine.audio import Patch, open_clip
from engine.findings import find_damage
from engine.region import Region
from tests.desktop.made import made_result

RATE = 48000
GAPS = ((24000, 25000), (48000, 49000), (72000, 72480))
CLICK = 96000


@pytest.fixture
def open_damaged(tmp_path: Path) -> Iterator[Callable[..., Document]]:
    """A function that makes a document on noise with three gaps and a click."""
    opened: list[Document] = []

    def make(seconds: int = 3, damaged: bool = True) -> Document:
        sound = 0.03 * np.random.default_rng(0).standard_normal((seconds * RATE, 2))
        if damaged:
            for start, stop in GAPS:
                sound[start:stop] = 0
            sound[CLICK] = 0.99
        soundfile.write(tmp_path / "damaged.wav", sound, RATE, subtype="PCM_24")
        opened.append(new_document(tmp_path / "damaged.wav"))
        return opened[-1]

    yield make
    for document in opened:
        document.close()


@pytest.fixture
def show(qtbot) -> Iterator[Callable[[Document], FindingsPanel]]:
    panels: list[FindingsPanel] = []

    def shown(document: Document) -> FindingsPanel:
        panel = FindingsPanel(document)
        qtbot.addWidget(panel)
        panel.show()
        qtbot.waitExposed(panel)
        panels.append(panel)
        return panel

    yield shown
    for panel in panels:
        panel.close_search()


@pytest.fixture
def looked(qtbot, show, open_damaged) -> FindingsPanel:
    """The panel, after looking."""
    panel = show(open_damaged())
    look(qtbot, panel)
    return panel


def look(qtbot, panel: FindingsPanel) -> None:
    click(panel.look_button)
    qtbot.waitUntil(lambda: panel.running is None, timeout=20000)


def click(button) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def texts(panel: FindingsPanel) -> list[str]:
    return [panel.list.item(row).text() for row in range(panel.list.count())]


def test_nothing_is_looked_for_before_the_button_is_pressed(qtbot, show, open_damaged) -> None:
    panel = show(open_damaged())
    qtbot.wait(300)
    assert panel.running is None and texts(panel) == []
    assert panel.look_button.isEnabled() and not panel.region_button.isEnabled() and not panel.progress.isVisible()


def test_what_is_found_is_listed_in_order(looked: FindingsPanel) -> None:
    assert texts(looked) == [
        "00:00.500   dropout of 21 ms",
        "00:01.000   dropout of 21 ms",
        "00:01.500   dropout of 10 ms",
        texts(looked)[3],
    ]
    assert texts(looked)[3].startswith("00:02.000   click standing out by ")
    assert looked.status.text() == ""


def test_an_undamaged_recording_says_that_nothing_was_found(qtbot, show, open_damaged) -> None:
    panel = show(open_damaged(damaged=False))
    look(qtbot, panel)
    assert texts(panel) == [] and panel.status.text() == "Nothing found."


def test_stepping_selects_shows_and_suggests_the_task(qtbot, looked: FindingsPanel) -> None:
    document = looked._document
    with qtbot.waitSignal(looked.chosen) as chosen, qtbot.waitSignal(looked.task_suggested) as task:
        click(looked.next_button)
    assert (chosen.args, task.args) == ([document.selection], ["fill"])
    assert document.selection == Region(24000, 25000, 0.0, RATE / 2)
    click(looked.next_button)
    assert document.selection.start_frame == 48000
    click(looked.previous_button)
    click(looked.previous_button)
    assert document.selection.start_frame == 24000


def test_enter_and_double_click_choose(qtbot, looked: FindingsPanel) -> None:
    looked.list.setFocus()
    looked.list.setCurrentRow(0)
    QTest.keyClick(looked.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(looked.chosen) as signal:
        QTest.keyClick(looked.list, Qt.Key.Key_Return)
    assert signal.args == [Region(48000, 49000, 0.0, RATE / 2)]
    place = looked.list.visualItemRect(looked.list.item(2)).center()
    with qtbot.waitSignal(looked.chosen) as signal:
        QTest.mouseClick(looked.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseDClick(looked.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert signal.args[0].start_frame == 72000


def test_a_finding_becomes_a_region_and_leaves_the_list(looked: FindingsPanel) -> None:
    document = looked._document
    click(looked.next_button)
    click(looked.region_button)
    (row,) = document.regions.values()
    assert (row.name, row.start_frame, row.end_frame) == ("Gap 1", 24000, 25000)
    assert row.notes == "dropout of 21 ms. Suggested task: Fill a gap."
    assert document.current_region_id == row.id
    assert len(texts(looked)) == 3 and looked.list.currentRow() == 0
    document.undo.undo()
    assert document.regions == {}


def test_all_that_are_listed_become_regions_in_one_step(looked: FindingsPanel) -> None:
    document = looked._document
    actions.add_region(document, Region(0, 100, 0.0, RATE / 2), "Gap 2")
    looked.kind.setFocus()
    QTest.keyClick(looked.kind, Qt.Key.Key_Down)  # from all kinds to gaps
    assert len(texts(looked)) == 3
    click(looked.all_button)
    assert [row.name for row in document.regions.values()] == ["Gap 2", "Gap 1", "Gap 3", "Gap 4"]
    assert len(texts(looked)) == 1 and "click" in texts(looked)[0]  # all kinds again
    document.undo.undo()
    assert len(document.regions) == 1
    document.undo.redo()
    assert len(document.regions) == 4


def test_what_is_ignored_leaves_the_list_alone(looked: FindingsPanel) -> None:
    click(looked.next_button)
    click(looked.ignore_button)
    looked.list.setFocus()
    QTest.keyClick(looked.list, Qt.Key.Key_Delete)
    assert [text[:9] for text in texts(looked)] == ["00:01.500", "00:02.000"]
    assert looked._document.regions == {}
    click(looked.ignore_button)
    click(looked.ignore_button)
    assert texts(looked) == [] and looked.status.text() == "Nothing is left to look at."


def test_a_search_is_stopped_by_its_button(qtbot, show, open_damaged) -> None:
    panel = show(open_damaged(seconds=60))
    click(panel.look_button)
    assert panel.running is not None and panel.progress.isVisible()
    assert panel.look_button.text() == "Stop looking"
    click(panel.look_button)
    qtbot.waitUntil(lambda: panel.running is None, timeout=5000)
    assert panel.status.text() == "Stopped." and texts(panel) == []


def test_a_search_may_be_closed_while_it_runs(show, open_damaged) -> None:
    panel = show(open_damaged(seconds=60))
    click(panel.look_button)
    panel.close_search()
    assert panel.running is None


def test_progress_rises_to_the_end(qtbot, show, open_damaged) -> None:
    panel = show(open_damaged(seconds=20))
    parts: list[int] = []
    panel.progress.valueChanged.connect(parts.append)
    look(qtbot, panel)
    assert len([part for part in parts if part]) >= 5


def test_a_take_that_mends_a_gap_takes_it_off_the_next_list(qtbot, looked: FindingsPanel) -> None:
    document = looked._document
    place = actions.add_region(document, Region(24000, 25000, 0.0, RATE / 2))
    noise = 0.03 * np.random.default_rng(1).standard_normal((2, 1000)).astype(np.float32)
    actions.add_take(document, place, made_result(Patch(24000, noise), document.regions[place].region))
    look(qtbot, looked)
    assert texts(looked)[0].startswith("00:01.000")


def test_a_recording_that_can_not_be_read_is_told(qtbot, show, tmp_path: Path) -> None:
    sound = np.zeros((RATE, 1), np.float32)
    sound[5000] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, RATE, subtype="FLOAT")
    document = new_document(tmp_path / "nan.wav")
    panel = show(document)
    look(qtbot, panel)
    assert "NaN" in panel.status.text()
    document.close()


def test_words_are_those_of_the_engine(looked: FindingsPanel) -> None:
    """Two wordings, of the engine and of the window, that would drift apart."""
    with open_clip(looked._document.source) as clip:
        found = find_damage(clip).found
    assert [finding_text(finding) for finding in found] == [finding.text for finding in found]


def test_all_is_named_for_screen_readers(looked: FindingsPanel) -> None:
    for widget in (looked.kind, looked.list, looked.previous_button, looked.next_button, looked.progress):
        assert widget.accessibleName()

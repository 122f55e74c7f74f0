"""Typed numbers change the selection or the region, and what isn't accepted is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.document import actions
from desktop.document.document import Document
from desktop.panels.region_panel import RegionPanel
from engine.region import Region
from tests.desktop.disks import protect

Typed = Callable[[QLineEdit, str], None]
PART = Region(48000, 96000, 0.0, 24000.0)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> RegionPanel:
    """The box of the demo recording, seen."""
    made = RegionPanel(document)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def line(panel: RegionPanel, name: str) -> QLineEdit:
    found = getattr(panel, name)
    assert isinstance(found, QLineEdit)
    return found


def texts(panel: RegionPanel) -> tuple[str, ...]:
    return tuple(line(panel, name).text() for name in ("start", "end", "length", "low", "high"))


def test_a_selection_is_shown_as_it_is_drawn(document: Document, panel: RegionPanel) -> None:
    assert texts(panel) == ("",) * 5
    document.selection = PART
    assert texts(panel) == ("0:01.000", "0:02.000", "0:01.000", "0 Hz", "24000 Hz")
    document.selection = None
    assert texts(panel) == ("",) * 5


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("start", "1.5", Region(72000, 96000, 0.0, 24000.0)),
        ("end", "0:03", Region(48000, 144000, 0.0, 24000.0)),
        ("length", "0.25", Region(48000, 60000, 0.0, 24000.0)),
        ("low", "2k", Region(48000, 96000, 2000.0, 24000.0)),
        ("high", "8000 Hz", Region(48000, 96000, 0.0, 8000.0)),
    ],
)
def test_a_typed_number_changes_the_selection(
    document: Document, panel: RegionPanel, typed: Typed, name: str, text: str, expected: Region
) -> None:
    document.selection = PART
    typed(line(panel, name), text)
    assert document.selection == expected
    assert document.undo.count() == 0


def test_a_number_typed_without_a_selection_makes_one(document: Document, panel: RegionPanel, typed: Typed) -> None:
    typed(panel.start, "2")
    assert document.selection == Region(96000, document.frames, 0.0, 24000.0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("start", "soon"),
        ("start", "2.5"),
        ("end", "1"),
        ("end", "7"),
        ("length", "0"),
        ("length", "60"),
        ("low", "24001"),
        ("low", "bass"),
        ("high", "0"),
        ("high", "96k"),
        ("start", ""),
    ],
)
def test_what_is_not_accepted_is_refused_with_a_word(
    document: Document, panel: RegionPanel, typed: Typed, name: str, text: str
) -> None:
    document.selection = PART
    before = texts(panel)
    said = QSignalSpy(panel.said)
    typed(line(panel, name), text)
    assert document.selection == PART
    assert texts(panel) == before
    assert said.count() == 1
    level, message = said.at(0)
    assert level == "warning" and line(panel, name).accessibleName() in message
    assert panel.message.isVisible() and panel.message.text() == message


def test_the_refusal_goes_away_with_the_next_key(
    document: Document, panel: RegionPanel, typed: Typed, qtbot: QtBot
) -> None:
    document.selection = PART
    typed(panel.start, "soon")
    qtbot.keyClicks(panel.start, "1")
    assert not panel.message.isVisible()


def test_passing_through_the_fields_changes_no_frame(document: Document, panel: RegionPanel, qtbot: QtBot) -> None:
    """Shown are three digits; the frames behind them stay exact."""
    odd = Region(48001, 95999, 0.0, 24000.0)
    document.selection = odd
    panel.name.setFocus()
    for _ in range(8):
        qtbot.keyClick(panel.focusWidget(), Qt.Key.Key_Tab)
    assert document.selection == odd


def test_typed_numbers_of_a_region_can_be_undone_and_the_selection_follows(
    document: Document, panel: RegionPanel, typed: Typed
) -> None:
    region_id = actions.add_region(document, PART)
    document.current_region_id, document.selection = region_id, PART
    typed(panel.end, "3")
    longer = Region(48000, 144000, 0.0, 24000.0)
    assert document.regions[region_id].region == document.selection == longer
    document.undo.undo()
    assert document.regions[region_id].region == document.selection == PART
    assert panel.end.text() == "0:02.000"


def test_add_keeps_the_selection_and_makes_it_current(qtbot: QtBot, document: Document, panel: RegionPanel) -> None:
    assert not panel.add.isEnabled()
    document.selection = PART
    qtbot.mouseClick(panel.add, LEFT)
    (row,) = document.regions.values()
    assert row.region == PART and document.current_region_id == row.id
    assert panel.name.text() == row.name
    assert not panel.add.isEnabled()
    document.undo.undo()
    assert not document.regions
    assert document.selection == PART and panel.add.isEnabled()


def test_a_name_typed_for_a_selection_makes_a_region_of_that_name(
    document: Document, panel: RegionPanel, typed: Typed
) -> None:
    document.selection = PART
    typed(panel.name, "Cough")
    assert [row.name for row in document.regions.values()] == ["Cough"]
    typed(panel.name, "Cough of the host")
    typed(panel.notes, "ask for another take")
    (row,) = document.regions.values()
    assert (row.name, row.notes) == ("Cough of the host", "ask for another take")


def test_a_region_keeps_its_name_when_an_empty_one_is_typed(
    document: Document, panel: RegionPanel, typed: Typed
) -> None:
    document.current_region_id = actions.add_region(document, PART, "Cough")
    said = QSignalSpy(panel.said)
    typed(panel.name, " ")
    assert said.count() == 1
    assert panel.name.text() == "Cough"


def test_another_selection_is_meant_rather_than_the_current_region(document: Document, panel: RegionPanel) -> None:
    region_id = actions.add_region(document, PART)
    document.current_region_id = region_id
    assert panel.row() is document.regions[region_id]
    document.selection = Region(0, 100, 0.0, 24000.0)
    assert panel.row() is None
    document.selection = PART
    assert panel.row() is document.regions[region_id]


@pytest.mark.parametrize(("unit", "start"), [("samples", "48000"), ("seconds", "1.0000"), ("clock", "0:01.000")])
def test_times_are_shown_and_typed_in_the_chosen_unit(
    document: Document, panel: RegionPanel, typed: Typed, unit: str, start: str
) -> None:
    document.selection = PART
    panel.set_time_unit(unit)  # type: ignore[arg-type]
    assert panel.start.text() == start
    typed(panel.end, "50000" if unit == "samples" else "1.5")
    assert document.selection is not None
    assert document.selection.end_frame == (50000 if unit == "samples" else 72000)


def test_zoom_asks_for_what_is_shown(qtbot: QtBot, document: Document, panel: RegionPanel) -> None:
    document.selection = PART
    with qtbot.waitSignal(panel.zoom_asked) as blocker:
        qtbot.mouseClick(panel.zoom, LEFT)
    assert blocker.args == [PART]


@pytest.mark.parametrize("way", ["name", "notes", "end", "button"])
def test_what_cannot_be_written_is_said_and_nothing_changes(
    qtbot: QtBot, document: Document, panel: RegionPanel, typed: Typed, way: str
) -> None:
    document.selection = PART
    if way in ("notes", "end"):
        document.current_region_id = actions.add_region(document, PART)
    before, said = dict(document.regions), QSignalSpy(panel.said)
    protect(document)
    if way == "button":
        qtbot.mouseClick(panel.add, LEFT)
    else:
        typed(line(panel, way), "2.5")
    assert document.regions == before
    assert said.count() == 1 and "written" in said.at(0)[1]

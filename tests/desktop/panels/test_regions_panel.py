"""The table of regions: chosen, renamed, shown and removed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.document import actions
from desktop.document.document import Document
from desktop.panels.regions_model import Column
from desktop.panels.regions_panel import RegionsPanel
from engine.region import Region
from tests.desktop.disks import fill_disk

LATE = Region(96000, 120000, 2000.0, 8000.0)
EARLY = Region(24000, 48000, 0.0, 24000.0)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> RegionsPanel:
    """The table, seen."""
    made = RegionsPanel(document)
    qtbot.addWidget(made)
    made.resize(500, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def two(document: Document) -> tuple[int, int]:
    """A late and an early region."""
    return actions.add_region(document, LATE, "Whistle"), actions.add_region(document, EARLY, "Cough")


def click_row(qtbot: QtBot, panel: RegionsPanel, row: int, column: Column = Column.START) -> None:
    place = panel.table.visualRect(panel.model.index(row, column)).center()
    qtbot.mouseClick(panel.table.viewport(), LEFT, pos=place)


def row_texts(panel: RegionsPanel, row: int) -> list[str]:
    return [str(panel.model.index(row, column).data()) for column in Column]


def test_without_regions_the_table_says_what_to_do(panel: RegionsPanel) -> None:
    assert panel.hint.isVisible() and not panel.remove.isEnabled()


def test_regions_are_listed_from_the_start_of_the_recording(
    document: Document, panel: RegionsPanel, two: tuple[int, int], made_take: Callable[..., int]
) -> None:
    made_take(two[0])
    actions.change_region(document, two[1], notes="twice")
    assert row_texts(panel, 0) == ["Cough", "0:00.500", "0:00.500", "full", "0", "Original", "twice"]
    assert row_texts(panel, 1) == ["Whistle", "0:02.000", "0:00.500", "2000-8000 Hz", "1", "Take 1", ""]
    panel.set_time_unit("samples")
    assert row_texts(panel, 1)[1:3] == ["96000", "24000"]


def test_a_click_makes_a_region_current_and_selected(
    qtbot: QtBot, document: Document, panel: RegionsPanel, two: tuple[int, int]
) -> None:
    click_row(qtbot, panel, 1)
    assert document.current_region_id == two[0] and document.selection == LATE
    qtbot.keyClick(panel.table, Qt.Key.Key_Up)
    assert document.current_region_id == two[1] and document.selection == EARLY
    document.selection = None
    click_row(qtbot, panel, 0)
    assert document.selection == EARLY


def test_a_region_chosen_elsewhere_is_chosen_here(
    document: Document, panel: RegionsPanel, two: tuple[int, int]
) -> None:
    document.current_region_id = two[0]
    assert [row.id for row in panel.chosen()] == [two[0]]
    document.current_region_id = None
    assert panel.chosen() == []
    assert document.selection is None


def test_f2_renames_and_a_double_click_writes_notes(
    qtbot: QtBot, document: Document, panel: RegionsPanel, two: tuple[int, int]
) -> None:
    click_row(qtbot, panel, 0)
    qtbot.keyClick(panel.table, Qt.Key.Key_F2)
    write(qtbot, panel, "Sneeze")
    assert document.regions[two[1]].name == "Sneeze"
    place = panel.table.visualRect(panel.model.index(0, Column.NOTES)).center()
    panel.table.scrollTo(panel.model.index(0, Column.NOTES))
    place = panel.table.visualRect(panel.model.index(0, Column.NOTES)).center()
    qtbot.mouseClick(panel.table.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(panel.table.viewport(), LEFT, pos=place)
    write(qtbot, panel, "host")
    assert document.regions[two[1]].notes == "host"
    document.undo.undo()
    document.undo.undo()
    assert (document.regions[two[1]].name, document.regions[two[1]].notes) == ("Cough", "")


def write(qtbot: QtBot, panel: RegionsPanel, text: str) -> None:
    editor = panel.table.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.table.viewport().findChild(QLineEdit) is None)


def test_an_empty_name_changes_nothing(document: Document, panel: RegionsPanel, two: tuple[int, int]) -> None:
    assert not panel.model.setData(panel.model.index(0, Column.NAME), " ")
    assert document.regions[two[1]].name == "Cough"


def test_enter_and_a_double_click_show_a_region(
    qtbot: QtBot, document: Document, panel: RegionsPanel, two: tuple[int, int]
) -> None:
    asked = QSignalSpy(panel.zoom_asked)
    click_row(qtbot, panel, 1)
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    place = panel.table.visualRect(panel.model.index(0, Column.START)).center()
    qtbot.mouseClick(panel.table.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(panel.table.viewport(), LEFT, pos=place)
    assert [asked.at(k)[0] for k in range(asked.count())] == [LATE, EARLY]


def test_delete_removes_all_that_are_chosen_and_undo_brings_them_back(
    qtbot: QtBot, document: Document, panel: RegionsPanel, two: tuple[int, int], made_take: Callable[..., int]
) -> None:
    take = made_take(two[0])
    click_row(qtbot, panel, 0)
    qtbot.keyClick(panel.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert not document.regions and not document.takes
    assert panel.hint.isVisible()
    document.undo.undo()
    assert set(document.regions) == set(two) and set(document.takes) == {take}


def test_the_button_asks_to_take_all_again(qtbot: QtBot, panel: RegionsPanel, two: tuple[int, int]) -> None:
    with qtbot.waitSignal(panel.retake_all_asked):
        qtbot.mouseClick(panel.retake_all, LEFT)


@pytest.mark.parametrize("column", [Column.NAME, Column.NOTES])
def test_on_a_full_disk_a_cell_keeps_its_text_and_says_why(
    document: Document, panel: RegionsPanel, two: tuple[int, int], column: Column
) -> None:
    said, before = QSignalSpy(panel.said), row_texts(panel, 0)
    fill_disk(document)
    assert not panel.model.setData(panel.model.index(0, column), "x" * 20_000)
    assert row_texts(panel, 0) == before
    assert said.count() == 1 and said.at(0)[0] == "error" and "full" in said.at(0)[1]

"""Takes are used, named, starred and removed with keys and mouse, and all of it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.document import actions
from desktop.document.document import Document
from desktop.panels.take_texts import all_about, key_measures, origin, spoken
from desktop.panels.takes_delegate import mark_rect, star_rect
from desktop.panels.takes_model import IN_USE, TakesModel
from desktop.panels.takes_panel import TakesPanel
from desktop.take_report import report_of
from engine.region import Region
from engine.settings import PartialSettings
from tests.desktop.disks import fill_disk

PART = Region(48000, 60000, 0.0, 24000.0)
LEFT = Qt.MouseButton.LeftButton
MEASURES: dict[str, float | None] = {"mel_db": 0.324, "si_sdr_db": 27.84, "lufs_reference": -20.0, "lufs_result": -19.4}
MadeTake = Callable[..., int]


@pytest.fixture
def region_id(document: Document) -> int:
    """A region that is the current one."""
    made = actions.add_region(document, PART)
    document.current_region_id = made
    return made


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> TakesPanel:
    """The list, seen."""
    made = TakesPanel(document)
    qtbot.addWidget(made)
    made.resize(300, 300)
    with qtbot.waitExposed(made):
        made.show()
    made.list.setFocus()
    return made


def names(panel: TakesPanel) -> list[str]:
    return [str(panel.model.index(row).data()) for row in range(panel.model.rowCount())]


def choose(panel: TakesPanel, row: int) -> QModelIndex:
    panel.list.setCurrentIndex(panel.model.index(row))
    return panel.list.currentIndex()


def test_without_a_region_the_list_says_what_to_do(panel: TakesPanel) -> None:
    assert panel.hint.isVisible() and panel.model.rowCount() == 0


def test_the_original_and_the_takes_are_listed_and_the_one_in_use_is_marked(
    document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    made_take(region_id)
    made_take(region_id)
    assert names(panel) == ["Original", "Take 1", "Take 2"]
    assert [panel.model.index(row).data(IN_USE) for row in range(3)] == [False, False, True]


def test_enter_uses_a_take_and_the_original(
    qtbot: QtBot, document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    first = made_take(region_id)
    made_take(region_id)
    choose(panel, 1)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert document.regions[region_id].take_id == first
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    qtbot.keyClick(panel.list, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert document.regions[region_id].take_id is None
    document.undo.undo()
    assert document.regions[region_id].take_id == first


def test_a_click_on_the_ring_uses_and_one_on_the_star_stars(
    qtbot: QtBot, document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    first, _ = made_take(region_id), made_take(region_id)
    row = panel.list.visualRect(panel.model.index(1))
    line = panel.list.fontMetrics().height()
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=mark_rect(row, line).center().toPoint())
    assert document.regions[region_id].take_id == first
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=star_rect(row, line).center().toPoint())
    assert document.takes[first].starred
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=star_rect(row, line).center().toPoint())
    assert not document.takes[first].starred


def test_a_click_beside_them_only_chooses(
    qtbot: QtBot, document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    _, second = made_take(region_id), made_take(region_id)
    row = panel.list.visualRect(panel.model.index(1))
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=row.center())
    assert panel.list.currentIndex().row() == 1
    assert document.regions[region_id].take_id == second


def test_a_double_click_uses(
    qtbot: QtBot, document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    first, _ = made_take(region_id), made_take(region_id)
    row = panel.list.visualRect(panel.model.index(1))
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=row.center())
    qtbot.mouseDClick(panel.list.viewport(), LEFT, pos=row.center())
    assert document.regions[region_id].take_id == first


def test_f2_renames_in_place(
    qtbot: QtBot, document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    take = made_take(region_id)
    choose(panel, 1)
    qtbot.keyClick(panel.list, Qt.Key.Key_F2)
    editor = panel.list.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    qtbot.keyClicks(editor, "The warm one")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.takes[take].name == "The warm one")
    assert names(panel) == ["Original", "The warm one"]
    document.undo.undo()
    assert names(panel) == ["Original", "Take 1"]


def test_an_empty_name_changes_nothing(
    document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    take = made_take(region_id)
    assert not panel.model.setData(panel.model.index(1), "  ")
    assert document.takes[take].name == "Take 1"


def test_the_original_can_be_neither_renamed_nor_removed_nor_starred(
    qtbot: QtBot, document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    made_take(region_id)
    choose(panel, 0)
    before = document.undo.count()
    for key in (Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Asterisk):
        qtbot.keyClick(panel.list, key)
    assert panel.list.findChild(QLineEdit) is None
    assert document.undo.count() == before


def test_delete_removes_and_undo_brings_back(
    qtbot: QtBot, document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    take = made_take(region_id)
    choose(panel, 1)
    qtbot.keyClick(panel.list, Qt.Key.Key_Asterisk)
    assert document.takes[take].starred
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert not document.takes and document.regions[region_id].take_id is None
    assert names(panel) == ["Original"]
    document.undo.undo()
    assert document.takes[take].starred and document.regions[region_id].take_id == take


def test_the_list_follows_the_current_region(
    document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    made_take(region_id)
    other = actions.add_region(document, Region(0, 4800, 0.0, 24000.0))
    document.current_region_id = other
    assert names(panel) == ["Original"]
    document.current_region_id = region_id
    assert names(panel) == ["Original", "Take 1"]
    document.current_region_id = None
    assert panel.hint.isVisible()


def test_the_menu_asks_for_what_others_do(panel: TakesPanel, region_id: int, made_take: MadeTake) -> None:
    take = made_take(region_id)
    choose(panel, 1)
    menu = panel.menu()
    signals = {
        "Retake with another seed": panel.another_seed_asked,
        "Run on all regions": panel.everywhere_asked,
        "Copy settings to the panel": panel.copy_asked,
        "Export take…": panel.export_asked,
        "Report of this take…": panel.report_asked,
    }
    for text, signal in signals.items():
        spy = QSignalSpy(signal)
        next(action for action in menu.actions() if action.text() == text).trigger()
        assert [spy.at(k) for k in range(spy.count())] == [[take]]
    choose(panel, 0)
    assert [action.text() for action in panel.menu().actions()] == ["Use"]


def test_the_menu_opens_where_it_is_asked_for(
    qtbot: QtBot, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    made_take(region_id)
    panel.list.customContextMenuRequested.emit(QPoint(20, panel.list.visualRect(panel.model.index(1)).center().y()))
    (menu,) = [each for each in panel.findChildren(type(panel.menu())) if each.isVisible()]
    menu.close()
    assert panel.list.currentIndex().row() == 1


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"task": "reconstruct"}, "mel 0.32 dB · SI-SDR 27.8 dB · +0.6 LU"),
        ({"task": "reconstruct", "renderer": "griffinlim"}, "mel 0.32 dB · +0.6 LU"),
        ({"task": "denoise"}, "+0.6 LU"),
        ({"task": "fill"}, ""),
    ],
)
def test_measures_are_shown_where_they_mean_something(
    document: Document, region_id: int, made_take: MadeTake, settings: dict[str, str], shown: str
) -> None:
    take = document.takes[made_take(region_id, measures=MEASURES, **settings)]
    assert key_measures(take, document.frames, document.rate) == shown


def test_the_tooltip_tells_all(document: Document, region_id: int, made_take: MadeTake) -> None:
    take = document.takes[made_take(region_id, task="fill", measures=MEASURES)]
    text = all_about(take, document.frames, document.rate)
    for part in (
        "Take 1",
        "Fill a gap",
        "4.2 s",
        "cpu",
        "MIT",
        "made with care",
        "SI-SDR: 27.84 dB",
        "Mel error: 0.32 dB",
    ):
        assert part in text
    assert "PESQ" not in text


def test_a_take_tells_its_prompt_and_that_it_is_not_for_commercial_use(
    document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    told = PartialSettings(prompt="a piano <b>", negative_prompt="hiss")
    take_id = made_take(region_id, method="partial", model="cvssp/audioldm2", method_settings=told)
    free = document.takes[take_id]
    assert origin(free) == "“a piano <b>”"
    notes = ("model x is under cc-by-nc-sa-4.0: for non-commercial use only", "made with care")
    take = replace(free, licence="cc-by-nc-sa-4.0", notes=notes)
    assert origin(take) == "non-commercial · “a piano <b>”"
    text = all_about(take, document.frames, document.rate)
    for line in ("Prompt: a piano <b>", "Not wanted: hiss", "For non-commercial use only", "made with care"):
        assert line in text.splitlines()
    assert text.count("non-commercial") == 1
    assert spoken(take, document.frames, document.rate, in_use=False).endswith("seed 0, non-commercial · “a piano <b>”")
    panel.grab()


def test_a_screen_reader_hears_what_is_seen(panel: TakesPanel, region_id: int, made_take: MadeTake) -> None:
    made_take(region_id, task="fill", seed=3)
    assert (
        panel.model.index(1).data(Qt.ItemDataRole.AccessibleTextRole) == "Take 1, in use, Fill a gap · Guided · seed 3"
    )
    assert panel.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Original"


def test_a_take_of_an_unknown_method_is_listed_as_it_is(
    document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    take = document.takes[made_take(region_id)]
    take.settings["method"] = "of-tomorrow"
    assert "of-tomorrow" in all_about(take, document.frames, document.rate)
    panel.grab()


def test_on_a_full_disk_a_take_keeps_its_name_and_says_why(
    document: Document, panel: TakesPanel, region_id: int, made_take: MadeTake
) -> None:
    made_take(region_id)
    said = QSignalSpy(panel.said)
    fill_disk(document)
    assert not panel.model.setData(panel.model.index(1), "x" * 20_000)
    assert names(panel) == ["Original", "Take 1"]
    assert said.count() == 1 and said.at(0)[0] == "error" and "full" in said.at(0)[1]


def test_the_tooltip_leaves_out_what_means_nothing_and_says_so(
    document: Document, region_id: int, made_take: MadeTake
) -> None:
    take = document.takes[made_take(region_id, renderer="griffinlim", measures=MEASURES)]
    text = all_about(take, document.frames, document.rate)
    assert "SI-SDR" not in text and "Mel error: 0.32 dB" in text
    assert "mean nothing where the phase is made up" in text


def test_what_was_interpolated_is_told_all_measures_whatever_renderer_was_chosen(
    document: Document, made_take: MadeTake
) -> None:
    short = Region(48000, 48100, 0.0, 24000.0)
    document.current_region_id = actions.add_region(document, short)
    take = document.takes[made_take(document.current_region_id, task="fill", renderer="griffinlim", measures=MEASURES)]
    model = TakesModel(document)
    text = model.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert "SI-SDR: 27.84 dB" in text and "Left out" not in text
    assert report_of(document, take)().renderer == ""  # as its report has it

"""The report of a take, opened from the menus of a real window, looked at and saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.dialogs.take_report import MEANING, NAME, VALUE, TakeReport
from desktop.document import actions
from desktop.document.rows import TakeRow
from desktop.document_tab import DocumentTab
from desktop.take_report import measures_of, report_of
from desktop.window import MainWindow
from engine.audio import Patch
from engine.measuring.meaning import WAVEFORM_MEASURES
from engine.measuring.measure_texts import MEASURE_TEXTS, measure_value
from engine.metrics import compare
from engine.region import region_of
from engine.settings import RestoreSettings
from tests.desktop import driving
from tests.desktop.made import made_result

LIMIT_MS = 30_000
LONGEST_STANDSTILL_MS = 250


@pytest.fixture
def tab(window: MainWindow, speech: Path) -> DocumentTab:
    """The speech, with a region in the middle."""
    window.open_paths([speech])
    assert window.tab is not None
    document = window.tab.document
    document.current_region_id = actions.add_region(
        document, region_of(document.frames, document.rate, start_s=1.0, end_s=2.0)
    )
    return window.tab


def take_of(tab: DocumentTab, renderer: str = "gain", gain: float = 0.5) -> TakeRow:
    """A take of the current region: what is there, softer, with its true measures."""
    document = tab.document
    row = document.current_region
    assert row is not None
    before = document.read(row.start_frame, row.end_frame)
    sound = np.float32(gain) * before
    measures = compare(before, sound, document.rate)
    flat = {text.key: measure_value(measures, text.key) for text in MEASURE_TEXTS}
    settings = RestoreSettings(renderer=renderer)
    result = made_result(Patch(row.start_frame, sound), row.region, settings=settings, measures=flat)
    return document.takes[actions.add_take(document, row.id, result)]


@pytest.fixture
def reports(window: MainWindow) -> Iterator[list[TakeReport]]:
    """Those that are open; closed afterwards."""
    found: list[TakeReport] = []
    yield found
    for report in window.findChildren(TakeReport):
        report.close()


def opened(window: MainWindow, qtbot: QtBot) -> TakeReport:
    """The report that was just opened, drawn."""
    (report,) = window.findChildren(TakeReport)
    qtbot.waitUntil(lambda: report.pages.currentIndex() > 0, timeout=LIMIT_MS)
    return report


def test_it_is_opened_from_the_menu_and_shows_every_measure(
    window: MainWindow, tab: DocumentTab, qtbot: QtBot, reports: list[TakeReport]
) -> None:
    assert not window.actions_by_name["report_take"].isEnabled()
    take = take_of(tab)
    driving.choose(window, "report_take")
    report = opened(window, qtbot)
    assert take.name in report.windowTitle()
    assert report.picture.is_shown and report.picture.isVisible()
    shown = {report.table.item(row, NAME).text(): report.table.item(row, VALUE).text() for row in range(16)}
    assert shown["SNR"] == "6.02"
    assert shown["Energy 500 to 4000 Hz"] == "25.0"
    assert shown["SI-SDR"] == "undefined"  # a mere change of gain
    assert not report.sentence.isVisible()


def test_it_is_opened_from_the_takes_own_menu(
    window: MainWindow, tab: DocumentTab, qtbot: QtBot, reports: list[TakeReport]
) -> None:
    first, _ = take_of(tab), take_of(tab, gain=0.7)
    panel = tab.sidebar.takes
    panel.show_take(first.id)
    next(action for action in panel.menu().actions() if action.text() == "Report of this take…").trigger()
    assert first.name in opened(window, qtbot).windowTitle()


def test_what_means_nothing_is_grey_and_said(
    window: MainWindow, tab: DocumentTab, qtbot: QtBot, reports: list[TakeReport]
) -> None:
    take_of(tab, "griffinlim")
    driving.choose(window, "report_take")
    report = opened(window, qtbot)
    grey = report.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    plain = report.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text)
    assert grey != plain
    for row, text in enumerate(MEASURE_TEXTS):
        nothing = text.key in WAVEFORM_MEASURES
        assert report.table.item(row, VALUE).foreground().color() == (grey if nothing else plain)
        assert (report.table.item(row, MEANING).text() == "means nothing here") == nothing
    assert report.sentence.isVisible() and "Found phase" in report.sentence.text()


def test_it_is_saved_as_a_page(
    window: MainWindow, tab: DocumentTab, qtbot: QtBot, reports: list[TakeReport], tmp_path: Path
) -> None:
    take = take_of(tab)
    driving.choose(window, "report_take")
    report = opened(window, qtbot)
    assert report.save.isEnabled()
    target = tmp_path / "it.html"
    driving.answer(driving.type_file_name(tmp_path / "it"))
    QTest.mouseClick(report.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(report.save.isEnabled, timeout=LIMIT_MS)
    assert str(target) in report.status.text()
    page = target.read_text(encoding="utf-8")
    assert take.name in page and "data:audio/flac" in page and "data:image/png" in page
    assert re.search(r"SNR.*6\.02", page)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".part") == []


def test_a_report_that_cannot_be_written_says_why(
    window: MainWindow, tab: DocumentTab, qtbot: QtBot, reports: list[TakeReport], tmp_path: Path
) -> None:
    item = report_of(tab.document, take_of(tab))()
    driving.choose(window, "report_take")
    report = opened(window, qtbot)
    report.save_as(tmp_path / "none" / "it.html", item)
    qtbot.waitUntil(report.save.isEnabled, timeout=LIMIT_MS)
    assert "can't be written" in report.status.text()
    report.save_as(tmp_path / "it.html", replace(item, result=item.result.astype(object)))  # a mistake of ours
    qtbot.waitUntil(report.save.isEnabled, timeout=LIMIT_MS)
    assert "failed: " in report.status.text()


def test_a_report_whose_drawing_fails_says_so_and_waits_no_longer(
    window: MainWindow, tab: DocumentTab, qtbot: QtBot, reports: list[TakeReport], tmp_path: Path
) -> None:
    take = take_of(tab)
    item = report_of(tab.document, take)()
    odd = replace(item, result=item.result.astype(object))  # a mistake of ours, which nothing refuses
    TakeReport(take, lambda: odd, tab.document.source, tmp_path, "gain", window).show()
    report = opened(window, qtbot)
    assert report.pages.currentWidget() is report.trouble
    assert "failed: numpy" in report.trouble.text() and "cast" in report.trouble.text()
    assert not report.save.isEnabled()


@pytest.mark.alone
def test_the_window_goes_on_while_it_is_drawn(
    window: MainWindow, tab: DocumentTab, qtbot: QtBot, reports: list[TakeReport]
) -> None:
    take_of(tab)
    ticks, clock = [0], QElapsedTimer()
    beat = QTimer(interval=5)
    beat.timeout.connect(lambda: ticks.append(clock.elapsed()))
    clock.start()
    beat.start()
    driving.choose(window, "report_take")
    opened(window, qtbot)
    beat.stop()
    gaps = np.diff(ticks)
    assert len(gaps) > 10
    assert gaps.max() < LONGEST_STANDSTILL_MS


def test_it_may_be_closed_while_it_is_drawn_and_outlives_its_document(
    window: MainWindow, tab: DocumentTab, qtbot: QtBot, reports: list[TakeReport]
) -> None:
    take_of(tab)
    driving.choose(window, "report_take")
    window.findChildren(TakeReport)[0].close()
    QTest.qWait(50)
    driving.choose(window, "report_take")
    qtbot.waitUntil(lambda: len(window.findChildren(TakeReport)) == 1, timeout=LIMIT_MS)
    report = opened(window, qtbot)
    actions.remove_takes(tab.document, [take.id for take in tab.document.takes.values()])
    assert report.picture.is_shown and report.save.isEnabled()


def test_a_take_is_compared_with_what_was_beneath_it(tab: DocumentTab) -> None:
    document = tab.document
    lower = take_of(tab, gain=0.5)
    upper_id = actions.add_region(document, region_of(document.frames, document.rate, start_s=1.2, end_s=1.4))
    document.current_region_id = upper_id
    upper = take_of(tab, gain=0.5)
    assert upper.base == (lower.id,)
    item = report_of(document, upper)()
    recorded = document.read_original(upper.start_frame, upper.stop_frame)
    begin = upper.start_frame - round(item.start_s * item.rate)
    inside = slice(begin, begin + recorded.shape[1])
    np.testing.assert_allclose(item.reference[:, inside], 0.5 * recorded, atol=1e-7)
    np.testing.assert_allclose(item.result[:, inside], 0.25 * recorded, atol=1e-7)
    assert item.marks_s == (1.2, 1.4) and item.start_s == 0.0
    assert item.measures == measures_of(upper.measures)
    assert item.settings["region"].startswith("1.200 to 1.400 s")


def test_of_a_long_take_the_first_part_is_shown_and_that_is_said(
    window: MainWindow, tab: DocumentTab, qtbot: QtBot, reports: list[TakeReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.take_report.PREVIEW_S", 1)
    monkeypatch.setattr("engine.take_report.CONTEXT_S", 0.5)
    assert report_of(tab.document, take_of(tab))().reference.shape == (1, tab.document.rate)
    driving.choose(window, "report_take")
    assert "first 0.5 s" in opened(window, qtbot).status.text()


def test_measures_of_a_take_are_the_engines_again() -> None:
    sound = 0.1 * np.random.default_rng(0).standard_normal((1, 8000)).astype(np.float32)
    measures = compare(sound, np.float32(0.5) * sound, 8000)
    flat = {text.key: measure_value(measures, text.key) for text in MEASURE_TEXTS}
    assert measures_of(flat) == measures
    assert measures_of({}).mel_db is None

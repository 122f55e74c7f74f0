"""The column as a whole: narrow, named throughout, reachable with the keyboard, and light to load."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QListView,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.document import actions
from desktop.document.document import Document
from desktop.panels.sidebar import Sidebar
from desktop.worker.supervisor import EngineThread
from engine.region import Region
from engine.settings import RestoreSettings

PART = Region(48000, 60000, 0.0, 24000.0)
NARROW = 300
CONTROLS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider, QAbstractItemView)


@pytest.fixture
def sidebar(qtbot: QtBot, document: Document, idle_engine: EngineThread) -> Sidebar:
    """The column, seen; the engine is never asked."""
    made = Sidebar(document, idle_engine)
    qtbot.addWidget(made)
    made.resize(NARROW, 900)
    with qtbot.waitExposed(made):
        made.show()
    return made


def controls(sidebar: Sidebar) -> list[QWidget]:
    """What can be operated, less what belongs to a larger control."""
    inner = ("qt_spinbox_lineedit", "ScrollLeftButton", "ScrollRightButton")
    own = [each for each in sidebar.findChildren(QWidget) if isinstance(each, CONTROLS)]
    return [
        each
        for each in own
        if each.objectName() not in inner
        and not isinstance(each.parentWidget(), QComboBox | QAbstractItemView)
        and not type(each).__name__.startswith("QComboBox")
        and each.parentWidget().parentWidget() is not None
        and not isinstance(each.window(), QListView)
        and each.window() is sidebar
    ]


def test_every_control_has_a_name_and_a_sentence(sidebar: Sidebar) -> None:
    found = controls(sidebar)
    assert len(found) > 30
    nameless = [each for each in found if not (each.accessibleName() or getattr(each, "text", str)())]
    assert nameless == []
    silent = [
        each
        for each in found
        if not (each.toolTip() or each.accessibleDescription()) and not isinstance(each, QAbstractItemView)
    ]
    assert silent == []


@pytest.mark.parametrize("task", ["denoise", "declip"])
@pytest.mark.parametrize("method", ["guided", "hybrid", "ddcm", "invert"])
def test_the_column_stays_narrow_with_everything_unfolded(
    qtbot: QtBot, sidebar: Sidebar, task: str, method: str
) -> None:
    sidebar.retake.set_settings(RestoreSettings(task=task, method=method))
    sidebar.retake.more.set_open(True)
    qtbot.waitUntil(lambda: sidebar.scrolled.verticalScrollBar().isVisible())
    assert sidebar.minimumSizeHint().width() <= NARROW
    inside = sidebar.scrolled.viewport().width()
    assert sidebar.retake.mapTo(sidebar.scrolled.viewport(), sidebar.retake.rect().topRight()).x() < inside
    assert sidebar.width() == NARROW


def test_the_button_is_seen_however_low_the_window_is(qtbot: QtBot, sidebar: Sidebar) -> None:
    sidebar.retake.more.set_open(True)
    sidebar.resize(NARROW, 620)
    qtbot.waitUntil(lambda: sidebar.height() == 620)
    button = sidebar.retake.jobs.button
    assert button.isVisible() and sidebar.rect().contains(
        button.geometry().translated(button.mapTo(sidebar, button.pos()) - button.pos())
    )
    assert not button.visibleRegion().isEmpty()
    assert not sidebar.takes.visibleRegion().isEmpty()


@pytest.mark.parametrize("height", [700, 1400])
def test_the_controls_are_seen_whole_before_the_lists_get_more_than_they_need(
    qtbot: QtBot, sidebar: Sidebar, height: int
) -> None:
    sidebar.resize(320, height)
    qtbot.waitUntil(lambda: sidebar.height() == height)
    assert sidebar.retake.more.visibleRegion().boundingRect().size() == sidebar.retake.more.size()
    assert sidebar.tabs.height() >= sidebar.tabs.minimumHeight()


def test_tab_reaches_region_retake_takes_and_lists(qtbot: QtBot, document: Document, sidebar: Sidebar) -> None:
    document.current_region_id = actions.add_region(document, PART)
    sidebar.region.name.setFocus()
    reached = set()
    for at in range(sidebar.tabs.count()):
        sidebar.tabs.setCurrentIndex(at)
        for _ in range(60):
            now = sidebar.focusWidget()
            reached.add(now)
            qtbot.keyClick(now, Qt.Key.Key_Tab)
    wanted = {
        sidebar.region.start,
        sidebar.region.zoom,
        sidebar.retake.task.box,
        sidebar.retake.method.box,
        sidebar.retake.more.button,
        sidebar.retake.jobs.button,
        sidebar.takes.list,
        sidebar.regions.table,
    }
    assert wanted <= reached


def test_titles_say_what_is_meant(document: Document, sidebar: Sidebar) -> None:
    document.selection = PART
    assert sidebar.region_title.text() == "Selection"
    document.current_region_id = actions.add_region(document, PART, "Cough")
    assert sidebar.region_title.text() == "Region"
    assert sidebar.takes_title.text() == "Takes of Cough"


def test_the_button_can_be_pressed_once_something_is_selected(
    qtbot: QtBot, document: Document, sidebar: Sidebar
) -> None:
    assert not sidebar.retake.jobs.button.isEnabled()
    document.selection = PART
    assert sidebar.retake.jobs.button.isEnabled()
    qtbot.waitUntil(lambda: "0.25 s" in sidebar.retake.info.text() and "GB" in sidebar.retake.info.text())
    document.selection = None
    assert not sidebar.retake.jobs.button.isEnabled()


def test_settings_of_a_take_are_copied_to_the_panel(
    document: Document, sidebar: Sidebar, made_take: Callable[..., int]
) -> None:
    document.current_region_id = region_id = actions.add_region(document, PART)
    given = RestoreSettings(task="declip", method="hybrid", seed=77)
    take = made_take(region_id, task="declip", method="hybrid", seed=77)
    sidebar.takes.copy_asked.emit(take)
    assert sidebar.retake.settings() == given


def test_a_take_with_settings_of_another_version_is_said_not_run(
    document: Document, sidebar: Sidebar, made_take: Callable[..., int]
) -> None:
    document.current_region_id = region_id = actions.add_region(document, PART)
    take = made_take(region_id)
    document.takes[take].settings["method"] = "of-tomorrow"
    said = QSignalSpy(sidebar.said)
    sidebar.takes.copy_asked.emit(take)
    sidebar.takes.another_seed_asked.emit(take)
    assert said.count() == 2 and all("of-tomorrow" in said.at(k)[1] for k in range(2))
    assert not sidebar.retake.jobs.running()


def test_the_selection_is_where_noise_is_learned_from(qtbot: QtBot, document: Document, sidebar: Sidebar) -> None:
    sidebar.retake.set_settings(RestoreSettings(task="denoise"))
    document.selection = PART
    (field,) = sidebar.retake.task.form().stretches()
    qtbot.mouseClick(field.button, Qt.MouseButton.LeftButton)
    assert sidebar.retake.settings().task_settings.stretch_s == (1.0, 1.25)


def test_a_step_of_the_history_is_gone_back_to_by_keys(qtbot: QtBot, document: Document, sidebar: Sidebar) -> None:
    actions.add_region(document, PART)
    actions.add_region(document, Region(0, 4800, 0.0, 24000.0))
    sidebar.tabs.setCurrentIndex(1)
    sidebar.history.list.setFocus()
    qtbot.keyClick(sidebar.history.list, Qt.Key.Key_Up)
    assert len(document.regions) == 1
    qtbot.keyClick(sidebar.history.list, Qt.Key.Key_Home)
    assert not document.regions
    qtbot.keyClick(sidebar.history.list, Qt.Key.Key_End)
    assert len(document.regions) == 2


def test_another_list_is_added_as_a_section(sidebar: Sidebar) -> None:
    sidebar.add_section("Findings", QWidget())
    assert [sidebar.tabs.tabText(at) for at in range(sidebar.tabs.count())] == [
        "Takes",
        "Regions",
        "History",
        "Findings",
    ]


def test_loading_the_panels_loads_no_torch(run_python: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    heavy = {"torch", "diffusers", "transformers", "scipy", "matplotlib", "pyqtgraph"}
    code = f"import sys, desktop.panels.sidebar; print(*{heavy} & sys.modules.keys())"
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []

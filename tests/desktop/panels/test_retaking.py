"""The whole way: a click on Retake, the real engine with the bundled model, a take that is heard, and undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.document.document import Document
from desktop.panels.sidebar import Sidebar
from desktop.worker.supervisor import EngineThread
from engine.region import Region
from engine.settings import GuidedSettings, RestoreSettings, SpliceSettings, VaeSettings

GAP = Region(96000, 102000, 0.0, 24000.0)
SHORT = SpliceSettings(context_s=0.3)
ENGINE_MS = 300_000  # a busy machine, where the engine stands back
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def sidebar(qtbot: QtBot, document: Document, engine: EngineThread) -> Iterator[Sidebar]:
    """The panels of the demo recording, seen."""
    made = Sidebar(document, engine)
    qtbot.addWidget(made)
    made.resize(300, 900)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close_document()


def fast(**changes: object) -> RestoreSettings:
    """A fill with few steps."""
    return RestoreSettings(task="fill", splice=SHORT, method_settings=GuidedSettings(steps=3), **changes)  # type: ignore[arg-type]


def click_retake(qtbot: QtBot, sidebar: Sidebar) -> None:
    qtbot.mouseClick(sidebar.retake.jobs.button, LEFT)


def wait_until_done(qtbot: QtBot, sidebar: Sidebar, takes: int) -> None:
    qtbot.waitUntil(
        lambda: len(sidebar.document.takes) == takes and not sidebar.retake.jobs.running(), timeout=ENGINE_MS
    )


def test_a_gap_is_filled_by_a_click_heard_at_once_and_undone(
    qtbot: QtBot, document: Document, sidebar: Sidebar
) -> None:
    before = document.read(0, document.frames)
    document.selection = GAP
    sidebar.retake.set_settings(fast())
    changed = QSignalSpy(document.sound_changed)
    click_retake(qtbot, sidebar)
    assert sidebar.retake.jobs.running()
    assert [row.region for row in document.regions.values()] == [GAP]
    wait_until_done(qtbot, sidebar, 1)

    (region,), (take,) = document.regions.values(), document.takes.values()
    assert region.take_id == take.id
    assert take.settings["task"] == "fill" and not take.quick
    after = document.read(0, document.frames)
    inside = slice(GAP.start_frame, GAP.end_frame)
    assert not np.array_equal(after[:, inside], before[:, inside])
    outside = np.ones(document.frames, bool)
    outside[inside] = False
    assert np.array_equal(after[:, outside], before[:, outside])
    assert changed.count() == 1 and changed.at(0) == [GAP.start_frame, GAP.end_frame]
    assert sidebar.takes.model.rowCount() == 2
    assert sidebar.takes.chosen() == take

    document.undo.undo()
    assert not document.takes
    assert np.array_equal(document.read(0, document.frames), before)
    assert sidebar.takes.model.rowCount() == 1
    document.undo.redo()
    assert np.array_equal(document.read(0, document.frames), after)


def test_the_same_settings_again_get_the_next_seed_and_say_so(
    qtbot: QtBot, document: Document, sidebar: Sidebar
) -> None:
    document.selection = GAP
    sidebar.retake.set_settings(fast(seed=4))
    said = QSignalSpy(sidebar.said)
    click_retake(qtbot, sidebar)
    wait_until_done(qtbot, sidebar, 1)
    click_retake(qtbot, sidebar)
    wait_until_done(qtbot, sidebar, 2)
    assert [take.settings["seed"] for take in document.takes.values()] == [4, 5]
    assert len(document.regions) == 1
    assert any("seed 5" in said.at(k)[1] for k in range(said.count()))


def test_another_seed_runs_the_settings_of_the_take_in_use(qtbot: QtBot, document: Document, sidebar: Sidebar) -> None:
    document.selection = GAP
    sidebar.retake.set_settings(fast())
    click_retake(qtbot, sidebar)
    wait_until_done(qtbot, sidebar, 1)
    sidebar.retake.set_settings(RestoreSettings(task="denoise", method="vae"))
    sidebar.controller.retake_with_another_seed()
    wait_until_done(qtbot, sidebar, 2)
    assert [(take.settings["task"], take.settings["seed"]) for take in document.takes.values()] == [
        ("fill", 0),
        ("fill", 1),
    ]


def test_a_quick_take_comes_first_and_the_full_one_takes_its_place(
    qtbot: QtBot, document: Document, sidebar: Sidebar
) -> None:
    document.selection = GAP
    sidebar.retake.set_settings(RestoreSettings(task="fill", splice=SHORT, method_settings=GuidedSettings(steps=6)))
    sidebar.retake.quick.setChecked(True)
    added = QSignalSpy(sidebar.controller.take_added)
    click_retake(qtbot, sidebar)
    qtbot.waitUntil(lambda: added.count() == 1, timeout=ENGINE_MS)
    (quick,) = document.takes.values()
    assert quick.quick
    assert sidebar.retake.jobs.running()
    qtbot.waitUntil(lambda: added.count() == 2 and not sidebar.retake.jobs.running(), timeout=ENGINE_MS)
    (full,) = document.takes.values()
    assert not full.quick
    assert full.name == quick.name
    assert [row.take_id for row in document.regions.values()] == [full.id]


def test_the_original_chosen_while_the_full_take_is_made_stays_in_use(
    qtbot: QtBot, document: Document, sidebar: Sidebar
) -> None:
    document.selection = GAP
    sidebar.retake.set_settings(RestoreSettings(task="fill", splice=SHORT, method_settings=GuidedSettings(steps=6)))
    sidebar.retake.quick.setChecked(True)
    added = QSignalSpy(sidebar.controller.take_added)
    click_retake(qtbot, sidebar)
    qtbot.waitUntil(lambda: added.count() == 1, timeout=ENGINE_MS)
    sidebar.takes.list.setCurrentIndex(sidebar.takes.model.index(0))
    qtbot.keyClick(sidebar.takes.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: added.count() == 2 and not sidebar.retake.jobs.running(), timeout=ENGINE_MS)
    assert [row.take_id for row in document.regions.values()] == [None]


def test_cancel_stops_the_job_and_forgets_what_waits(qtbot: QtBot, document: Document, sidebar: Sidebar) -> None:
    document.selection = GAP
    sidebar.retake.set_settings(RestoreSettings(task="fill", method_settings=GuidedSettings(steps=200)))
    click_retake(qtbot, sidebar)
    sidebar.controller.retake_with_another_seed()
    assert sidebar.retake.waiting.text().startswith("1")
    qtbot.waitUntil(lambda: sidebar.retake.jobs.bar.value() > 0, timeout=ENGINE_MS)
    qtbot.wait(QApplication.doubleClickInterval())
    qtbot.mouseClick(sidebar.retake.jobs.cancel, LEFT)
    qtbot.waitUntil(lambda: not sidebar.retake.jobs.running(), timeout=ENGINE_MS)
    assert not document.takes
    assert not sidebar.controller.waiting


def test_a_region_on_top_hears_the_take_that_was_made_below_it_just_before(
    qtbot: QtBot, document: Document, sidebar: Sidebar
) -> None:
    from desktop.document import actions

    low = actions.add_region(document, GAP)
    high = actions.add_region(document, Region(100000, 104000, 0.0, 24000.0))
    sidebar.retake.set_settings(RestoreSettings(task="reconstruct", method="vae", method_settings=VaeSettings()))
    qtbot.mouseClick(sidebar.regions.retake_all, LEFT)
    wait_until_done(qtbot, sidebar, 2)
    (below,), (above,) = document.takes_of(low), document.takes_of(high)
    assert below.base == ()
    assert above.base == (below.id,)


def test_a_region_that_is_removed_cancels_its_job(qtbot: QtBot, document: Document, sidebar: Sidebar) -> None:
    document.selection = GAP
    sidebar.retake.set_settings(RestoreSettings(task="fill", method_settings=GuidedSettings(steps=200)))
    click_retake(qtbot, sidebar)
    qtbot.waitUntil(lambda: sidebar.retake.jobs.bar.value() > 0, timeout=ENGINE_MS)
    document.undo.undo()
    qtbot.waitUntil(lambda: not sidebar.retake.jobs.running(), timeout=ENGINE_MS)
    assert not document.regions and not document.takes


def test_what_the_engine_refuses_is_said_and_the_button_comes_back(
    qtbot: QtBot, document: Document, sidebar: Sidebar, tmp_path: Path
) -> None:
    document.selection = GAP
    sidebar.retake.set_settings(RestoreSettings(task="fill", model=str(tmp_path / "gone")))
    with qtbot.waitSignal(sidebar.said, timeout=ENGINE_MS) as blocker:
        click_retake(qtbot, sidebar)
    assert blocker.args is not None
    assert blocker.args[0] == "error" and str(tmp_path / "gone") in blocker.args[1]
    assert not sidebar.retake.jobs.running()
    assert not document.takes


def test_a_document_that_is_closed_cancels_its_jobs(
    qtbot: QtBot, document: Document, sidebar: Sidebar, engine: EngineThread
) -> None:
    document.selection = GAP
    sidebar.retake.set_settings(RestoreSettings(task="fill", method_settings=GuidedSettings(steps=200)))
    click_retake(qtbot, sidebar)
    qtbot.waitUntil(lambda: sidebar.retake.jobs.bar.value() > 0, timeout=ENGINE_MS)
    sidebar.close_document()
    qtbot.waitUntil(lambda: not engine.pending, timeout=ENGINE_MS)
    assert not document.takes

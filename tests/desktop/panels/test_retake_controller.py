"""What the controller says and when it prices, with an engine that only answers when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from desktop.document import actions
from desktop.document.document import Document
from desktop.panels import retake_controller
from desktop.panels.retake_controller import RetakeController
from desktop.panels.retake_panel import RetakePanel
from desktop.worker.messages import Job
from desktop.worker.supervisor import EngineThread
from engine.region import Region
from engine.settings import RestoreSettings

PART = Region(48000, 60000, 0.0, 24000.0)
SETTINGS = RestoreSettings(task="fill")


class SilentEngine(EngineThread):
    """Notes what it is asked for and does nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Job] = []

    def submit(self, job: Job) -> None:
        self.asked.append(job)

    def cancel(self, job_id: int) -> None:
        pass


@pytest.fixture
def silent() -> Iterator[SilentEngine]:
    engine = SilentEngine()
    yield engine
    engine.stop()


@pytest.fixture
def controller(qtbot: QtBot, document: Document, silent: SilentEngine) -> Iterator[RetakeController]:
    panel = RetakePanel()
    qtbot.addWidget(panel)
    made = RetakeController(document, silent, panel)
    yield made
    made.close()


def asked_with_a_quick_take(controller: RetakeController, silent: SilentEngine) -> tuple[Job, Job]:
    controller.document.selection = PART
    controller.retake(SETTINGS, quick_first=True)
    quick, full = silent.asked
    return quick, full


def test_a_job_names_the_recording_that_is_shown(controller: RetakeController, silent: SilentEngine) -> None:
    jobs = asked_with_a_quick_take(controller, silent)
    assert {job.stamp for job in jobs} == {controller.document.clip.stamp}


def test_a_quick_take_that_failed_is_a_warning_and_the_full_one_goes_on(
    controller: RetakeController, silent: SilentEngine
) -> None:
    quick, _ = asked_with_a_quick_take(controller, silent)
    said, idle = QSignalSpy(controller.said), QSignalSpy(controller.idle)
    silent.failed.emit(quick.id, "no room")
    assert said.at(0) == ["warning", "There is no quick take: no room"]
    assert idle.count() == 0


def test_cancelling_tells_whether_the_quick_take_stays(
    controller: RetakeController, silent: SilentEngine, made_take: Callable[..., int]
) -> None:
    _, full = asked_with_a_quick_take(controller, silent)
    said = QSignalSpy(controller.said)
    running = controller._running
    assert running is not None
    running.quick_take = made_take(running.request.region_id, quick=True)
    silent.cancelled.emit(full.id)
    assert said.at(0) == ["info", "Cancelled; the quick take stays"]
    actions.remove_takes(controller.document, [running.quick_take])
    controller.retake(SETTINGS)
    silent.cancelled.emit(silent.asked[-1].id)
    assert said.at(1) == ["info", "Cancelled; nothing was changed"]


def test_a_drag_is_priced_once_and_the_button_is_ready_at_once(
    qtbot: QtBot, controller: RetakeController, monkeypatch: pytest.MonkeyPatch
) -> None:
    priced: list[Region] = []
    monkeypatch.setattr(retake_controller, "cost_of", lambda region, *_: (priced.append(region), ("0.25 s", False))[1])
    for end in range(50_000, 50_100):
        controller.document.selection = Region(48000, end, 0.0, 24000.0)
    assert priced == [] and controller.panel.jobs.button.isEnabled()
    qtbot.waitUntil(lambda: bool(priced))
    assert [region.end_frame for region in priced] == [50_099]
    controller.document.selection = None
    assert not controller.panel.jobs.button.isEnabled()

"""Sound is written beside the window, and what can't be written is told."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from desktop.document.document import Document
from desktop.document.store import read_patch, write_patch
from desktop.panels import take_writer
from desktop.panels.take_writer import TakeWriter
from engine.audio import Patch

PATCH = Patch(100, np.linspace(-1, 1, 200_000, dtype=np.float32).reshape(1, -1))


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "take writer"]


def test_what_was_written_is_read_back_and_the_thread_ends(qtbot: QtBot, document: Document) -> None:
    writer = TakeWriter()
    with qtbot.waitSignal(writer.written) as blocker:
        writer.write(document.store.path, 7, PATCH)
    assert blocker.args == [7]
    assert np.array_equal(read_patch(document.store.path, 7).samples, PATCH.samples)
    writer.close()
    assert threads() == []
    writer.close()


def test_what_waits_is_written_before_it_closes(document: Document) -> None:
    writer = TakeWriter()
    for take_id in (1, 2, 3):
        writer.write(document.store.path, take_id, PATCH)
    writer.close()
    assert [read_patch(document.store.path, take_id).start_frame for take_id in (1, 2, 3)] == [100, 100, 100]


def test_a_project_that_is_not_there_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    writer = TakeWriter()
    failed = QSignalSpy(writer.failed)
    writer.write(tmp_path / "gone" / "nowhere.retake", 7, PATCH)
    qtbot.waitUntil(lambda: failed.count() == 1)
    writer.close()
    assert failed.at(0)[0] == 7 and "nowhere.retake" in failed.at(0)[1]


def test_after_an_error_that_nobody_foresaw_the_next_take_is_written(
    qtbot: QtBot, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(project: Path, take_id: int, patch: Patch) -> None:
        if take_id == 7:
            raise MemoryError
        write_patch(project, take_id, patch)

    monkeypatch.setattr(take_writer, "write_patch", broken)
    writer = TakeWriter()
    failed, written = QSignalSpy(writer.failed), QSignalSpy(writer.written)
    writer.write(document.store.path, 7, PATCH)
    writer.write(document.store.path, 8, PATCH)
    qtbot.waitUntil(lambda: written.count() == 1)
    writer.close()
    assert failed.at(0) == [7, "MemoryError"] and written.at(0) == [8]

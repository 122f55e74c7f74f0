"""Garbage with objects of Qt's in it, and a thread that allocates."""

from __future__ import annotations

import gc
import subprocess
import threading
import weakref
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.aside import Work
from desktop.collecting import Collector

ALLOCATIONS = 200_000


class Knot(QObject):
    """Holds itself, so that only a collection frees it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def allocating() -> None:
    """What has Python collect, where it may."""
    kept = [[number] for number in range(ALLOCATIONS)]
    assert len(kept) == ALLOCATIONS


def freed_in(threads: list[int]) -> None:
    """Drop a knot, and let a thread allocate; ``threads`` gets the one in which the knot is freed."""
    weakref.finalize(Knot(), lambda: threads.append(threading.get_ident()))
    thread = threading.Thread(target=allocating)
    thread.start()
    thread.join()


@pytest.mark.parametrize("number", range(3))
def test_it_is_freed_in_the_window_s_thread(qtbot: QtBot, number: int) -> None:
    threads: list[int] = []
    freed_in(threads)
    assert threads == []
    qtbot.waitUntil(lambda: bool(threads), timeout=5000)
    assert threads == [threading.get_ident()]


def test_work_aside_is_freed_in_the_window_s_thread_too(qtbot: QtBot) -> None:
    """Nobody but its own thread holds it when it ends."""
    threads: list[int] = []
    begin = threading.Event()
    weakref.finalize(Work(lambda: begin.wait(10)), lambda: threads.append(threading.get_ident()))
    begin.set()
    qtbot.waitUntil(lambda: bool(threads), timeout=5000)
    assert threads == [threading.get_ident()]


def test_the_editor_has_one(run_python: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run_python("""
import gc
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop import application
from desktop.collecting import Collector
def begin(window, paths):
    print(gc.isenabled(), len(QApplication.instance().findChildren(Collector)))
    QTimer.singleShot(0, window.close_for_good)
application.MainWindow.begin = begin
raise SystemExit(application.run([]))
""")
    assert (done.returncode, done.stdout.strip()) == (0, "False 1"), done.stderr


def test_without_a_collector_it_is_freed_in_whichever_thread(collector: Collector) -> None:
    """What the other test would see if there were none."""
    collector.stop()
    gc.collect()
    threads: list[int] = []
    freed_in(threads)
    assert threads and threads != [threading.get_ident()]

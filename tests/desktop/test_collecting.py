"""Garbage with objects of Qt's in it, and a thread that allocates."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

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


def test_without_a_collector_it_is_freed_in_whichever_thread(collector: Collector) -> None:
    """What the other test would see if there were none."""
    collector.stop()
    gc.collect()
    threads: list[int] = []
    freed_in(threads)
    assert threads and threads != [threading.get_ident()]

"""A screen of the tests' own, folders of the tests' own, and nothing left running after a test."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import Shiboken

from desktop.collecting import Collector
from desktop.window import MainWindow
from desktop.worker.supervisor import EngineThread
from tests.desktop import driving

SCREEN = "2700x1700x24"
# Qt looks at these once, when the application is made.
FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
PATIENCE_S = 2.0
KEPT = "kept by a fixture"
PRCTL = getattr(ctypes.CDLL(None), "prctl", None)  # Linux's; a child of a process with several threads can't load it


@pytest.fixture(scope="session", autouse=True)
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A virtual screen, so that windows are real and nobody is disturbed; RETAKE_TEST_SCREEN=own uses yours."""
    before = dict(os.environ)
    home = tmp_path_factory.mktemp("home")
    os.environ.update({name: str(home / name.lower()) for name in FOLDERS})
    os.environ["QT_ACCESSIBILITY"] = "0"  # there is no bus to tell it to
    os.environ.update({"LC_ALL": "C.UTF-8", "LANGUAGE": ""})  # the window speaks English wherever the tests run
    if os.environ.get("RETAKE_TEST_SCREEN") != "own":
        os.environ.update({"DISPLAY": start_screen(), "QT_QPA_PLATFORM": "xcb"})
        os.environ.pop("WAYLAND_DISPLAY", None)
    yield
    os.environ.clear()
    os.environ.update(before)
    assert running(with_kept=True) == [], "a fixture left something at work"


def start_screen() -> str:
    """Start Xvfb on a free display and wait until it can be used; it ends with this process.

    Not before: Qt keeps its connection to the end, and ends the program where it breaks.
    """
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, pass_fds=(writing,), preexec_fn=end_with_parent, **quiet)
    server.returncode = 0  # nobody waits for it
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start"
    return f":{number}"


def end_with_parent() -> None:
    """Have the system end this process when its parent is gone (prctl(2), PR_SET_PDEATHSIG)."""
    if PRCTL:
        PRCTL(1, signal.SIGTERM)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees another one's preferences, presets, documents and caches."""
    for name in FOLDERS:
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


@pytest.fixture(scope="module", autouse=True)
def collector(screen: None, qapp: QApplication) -> Iterator[Collector]:
    """As in the program: no other thread destroys what is Qt's."""
    collector = Collector()
    for timer in collector.findChildren(QTimer):
        timer.setProperty(KEPT, True)
    yield collector
    collector.stop()


@pytest.fixture(autouse=True)
def nothing_left_running(collector: Collector) -> Iterator[None]:
    """Fail a test that leaves a thread, a timer or a pool at work behind."""
    collector.collect()
    before = set(threading.enumerate())
    timers = {id(found) for found in running()}
    yield
    until = time.monotonic() + PATIENCE_S
    while left(before, timers) and time.monotonic() < until:
        time.sleep(0.02)
    assert left(before, timers) == []


def left(threads: set[threading.Thread], timers: set[int]) -> list[str]:
    """What runs that did not before."""
    new = [thread.name for thread in threading.enumerate() if thread not in threads and not isinstance(thread, Dummy)]
    return new + [f"{found!r} of {found.parent()!r}" for found in running() if id(found) not in timers]


def running(with_kept: bool = False) -> list[QObject]:
    """Qt's threads, timers and pools that are at work; those of fixtures that outlive a test only where asked for."""
    main = QThread.currentThread()
    found: list[QObject] = []
    for each in Shiboken.getAllValidWrappers():
        at_work = (
            (isinstance(each, QThread) and each is not main and each.isRunning())
            or (isinstance(each, QTimer) and each.isActive())
            or (isinstance(each, QThreadPool) and each.activeThreadCount() > 0)
        )
        if at_work and (with_kept or not each.property(KEPT)):
            found.append(each)
    return found


def kept(thread: EngineThread) -> EngineThread:
    """A thread of a fixture that serves several tests."""
    thread.setProperty(KEPT, True)
    return thread


Dummy = threading._DummyThread  # what Python makes for a thread of Qt's that runs Python code


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    """The window as at a second start: nothing is open, nobody is greeted."""
    with driving.opened_window(qapp) as window:
        yield window


@pytest.fixture
def speech(root: Path, tmp_path: Path) -> Path:
    """A recording of speech of its own, 48 kHz mono."""
    path = tmp_path / "talk.wav"
    shutil.copy(root / "resources" / "demo" / "speech-p286-011.wav", path)
    return path

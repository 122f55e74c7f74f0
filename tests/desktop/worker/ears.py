"""Listening to an engine process and looking after it, for the tests of all that belongs to one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.worker.supervisor import EngineThread
from engine.region import Region
from engine.settings import RestoreSettings, with_options

SIGNALS = ("queued", "started_job", "progressed", "made", "failed", "cancelled", "idle", "ready", "restarted")
LOADED_MS = 120_000  # torch and the model, on a machine that is busy with something else
JOB_MS = 60_000
HANGS_S = 30.0  # only what hangs takes as long
REGION = Region(44100, 88200, 0.0, 22050.0)
PLAIN = RestoreSettings(method="vae", device="cpu")
LONG = with_options(RestoreSettings(task="denoise", method="partial", device="cpu"), ["steps=1000"])


class Ears(QObject):
    """Hears every signal of an engine, in order.

    Attributes:
        heard: name and arguments of each.
        threads: that the slots ran in.
    """

    def __init__(self, engine: EngineThread) -> None:
        super().__init__()
        self.heard: list[tuple[Any, ...]] = []
        self.threads: set[threading.Thread] = set()
        for name in SIGNALS:
            getattr(engine, name).connect(self.listener(name))

    def listener(self, name: str) -> Callable[..., None]:
        def hear(*arguments: Any) -> None:
            self.heard.append((name, *arguments))
            self.threads.add(threading.current_thread())

        return hear

    def of(self, name: str, job_id: int | None = None) -> list[tuple[Any, ...]]:
        return [one[1:] for one in self.heard if one[0] == name and job_id in (None, *one[1:2])]


def stage_begun(ears: Ears, job_id: int, stage: str) -> bool:
    return any(seen[1] == stage for seen in ears.of("progressed", job_id))


def wait_for(qtbot: QtBot, there: Callable[[], object], ms: int = JOB_MS) -> None:
    qtbot.waitUntil(lambda: bool(there()), timeout=ms)


def child_ids(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

"""The window stays live: no pause over 50 ms in its thread while the engine starts, loads, and works.

And a quick take of 3 s is there in under 1.5 s. Both want a machine that does nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.worker.messages import Job
from desktop.worker.quick import quick
from desktop.worker.supervisor import EngineThread
from engine.commands.demo import demo_folder
from engine.region import Region
from engine.settings import RestoreSettings
from tests.benchmarks.heart import LONGEST_S, Heart

QUICK_S = 1.5
RUNS = 5
WAIT_MS = 240_000
SOURCE = demo_folder() / "music-loop-mika.flac"
REGION = Region(44100, 4 * 44100, 0.0, 22050.0)


@pytest.fixture
def engine(qapp: QObject) -> Iterator[EngineThread]:
    thread = EngineThread()
    yield thread
    thread.stop()


def test_no_pause_is_long_from_the_engines_start_to_its_end(engine: EngineThread, qtbot: QtBot) -> None:
    heart = Heart()
    with qtbot.waitSignal(engine.ready, timeout=WAIT_MS):
        engine.warm_up(device="cpu")
    starting = heart.pauses_s()
    made: list[object] = []
    engine.made.connect(lambda _, result: made.append(result))
    settings = RestoreSettings(task="fill", method="guided", device="cpu")
    with qtbot.waitSignal(engine.idle, timeout=WAIT_MS):
        for job_id in range(2):
            engine.submit(Job(job_id, SOURCE, REGION, settings))
    working = heart.pauses_s()
    engine.stop()
    heart.timer.stop()
    for name, pauses in (("starting", starting), ("working", working)):
        print(
            f"\n{name}: {len(pauses)} beats, longest {1000 * pauses.max():.0f} ms, "
            f"99.9th percentile {1000 * np.percentile(pauses, 99.9):.0f} ms"
        )
    assert len(made) == 2
    assert starting.max() < LONGEST_S
    assert working.max() < LONGEST_S


def test_a_patch_of_an_hour_arrives_without_a_pause(engine: EngineThread, qtbot: QtBot, tmp_path: Path) -> None:
    """Read in the supervising thread as it reads any: an hour of 48 kHz stereo, 1.4 GB."""
    from threading import Thread

    from desktop.worker import segments

    prefix = segments.new_prefix()
    segment = segments.write_segment(prefix, np.zeros((2, 3600 * 48000), np.float32))
    heart = Heart()
    reading = Thread(target=segments.read_segment, args=[segment])
    qtbot.wait(200)
    reading.start()
    qtbot.waitUntil(lambda: not reading.is_alive(), timeout=WAIT_MS)
    qtbot.wait(50)
    pauses = heart.pauses_s()
    heart.timer.stop()
    print(f"\nreading 1.4 GB: longest {1000 * pauses.max():.0f} ms")
    assert pauses.max() < LONGEST_S


@pytest.mark.parametrize("task", ["reconstruct", "fill", "denoise", "extend", "declip"])
def test_a_quick_take_of_three_seconds_is_there_soon(engine: EngineThread, qtbot: QtBot, task: str) -> None:
    settings = quick(RestoreSettings(task=task, method="guided", device="cpu"))
    assert settings is not None
    with qtbot.waitSignal(engine.ready, timeout=WAIT_MS):
        engine.warm_up(device="cpu")
    times_s = []
    for job_id in range(RUNS):
        began = time.perf_counter()
        with qtbot.waitSignal(engine.made, timeout=WAIT_MS):
            engine.submit(Job(job_id, SOURCE, REGION, settings, quick=True))
        times_s.append(time.perf_counter() - began)
    print(f"\n{task}: " + ", ".join(f"{one:.2f}" for one in times_s) + " s")
    assert min(times_s) < QUICK_S

"""The life and death of engine processes: how they crash, are stopped, started anew and end with their editor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.worker import segments
from desktop.worker.messages import Job
from desktop.worker.supervisor import MOST_DEATHS, EngineThread
from engine import child
from tests.desktop.worker.ears import HANGS_S, LOADED_MS, LONG, PLAIN, REGION, Ears, child_ids, is_alive, wait_for


def test_a_process_that_always_dies_fails_all_jobs_and_is_not_started_for_ever(
    own_engine: EngineThread, qtbot: QtBot, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "CODE", "import os; os.kill(os.getpid(), 11)")
    ears = Ears(own_engine)
    for job_id in range(6):
        own_engine.submit(Job(job_id, music, REGION, PLAIN))
    wait_for(qtbot, lambda: ears.of("idle"))
    told = dict(ears.of("failed"))
    assert sorted(told) == list(range(6))
    assert all("SIGSEGV" in message for message in told.values())
    assert f"{MOST_DEATHS} times in a row" in told[5]
    assert len(ears.of("restarted")) == MOST_DEATHS - 1
    assert own_engine.process_id is None
    monkeypatch.undo()
    own_engine.submit(Job(7, Path("none.wav"), REGION, PLAIN))  # asked again, it tries again
    wait_for(qtbot, lambda: ears.of("failed", 7), LOADED_MS)
    assert "no such file" in ears.of("failed", 7)[0][1]


def test_a_fault_of_the_gpu_fails_its_job_and_a_fresh_process_does_the_next(
    own_engine: EngineThread, qtbot: QtBot, music: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As CUDA reports a fault, in the real process; there is no GPU that could be broken for it."""
    serving = child.CODE.splitlines()
    faulty = f"""
from pathlib import Path
from desktop.worker import restoring
flag, good = Path({str(tmp_path / "faulted")!r}), restoring.Engine.restored
def restored(*arguments):
    if flag.exists():
        return good(*arguments)
    flag.touch()
    raise RuntimeError("CUDA error: an illegal memory access was encountered")
restoring.Engine.restored = restored
"""
    monkeypatch.setattr(child, "CODE", "\n".join([*serving[:1], faulty, *serving[1:]]))
    ears = Ears(own_engine)
    for job_id in (1, 2):
        own_engine.submit(Job(job_id, music, REGION, PLAIN))
    wait_for(qtbot, lambda: ears.of("idle"), LOADED_MS)
    ((job_id, message),) = ears.of("failed")
    assert job_id == 1 and "the GPU failed" in message and "nothing else was lost" in message
    assert len(ears.of("restarted")) == 1
    assert [one[0] for one in ears.of("made")] == [2]


def test_a_crash_is_traced_to_the_file_that_was_given(qapp: QObject, qtbot: QtBot, tmp_path: Path) -> None:
    trace = tmp_path / "engine.trace"
    engine = EngineThread(trace=trace)
    ears = Ears(engine)
    engine.warm_up()
    wait_for(qtbot, trace.exists, LOADED_MS)
    time.sleep(0.2)  # from the file's making to faulthandler's readiness
    pid = engine.process_id
    assert pid
    os.kill(pid, signal.SIGSEGV)
    wait_for(qtbot, lambda: ears.of("restarted"))
    engine.stop()
    assert "it crashed (SIGSEGV)" in ears.of("restarted")[0][0]
    assert "Segmentation fault" in trace.read_text()


def test_stopping_cancels_what_waits_and_leaves_neither_thread_nor_process(
    own_engine: EngineThread, qtbot: QtBot, music: Path
) -> None:
    engine, before = own_engine, set(child_ids(os.getpid()))
    ears = Ears(engine)
    engine.submit(Job(1, music, REGION, LONG))
    engine.submit(Job(2, music, REGION, LONG))
    wait_for(qtbot, lambda: ears.of("started_job"))
    assert set(child_ids(os.getpid())) - before == {engine.process_id}
    began = time.monotonic()
    engine.stop()
    assert time.monotonic() - began < HANGS_S
    engine.stop()
    assert not engine.isRunning()
    assert set(child_ids(os.getpid())) == before
    wait_for(qtbot, lambda: len(ears.of("cancelled")) == 2)
    engine.cancel(1)  # a late click
    assert not engine.isRunning()


def test_stopping_an_engine_that_never_began_does_nothing(qapp: QObject) -> None:
    engine = EngineThread()
    engine.stop()
    assert not engine.isRunning()


def test_a_process_that_does_not_answer_is_ended_by_force(own_engine: EngineThread, qtbot: QtBot) -> None:
    engine = own_engine
    engine.warm_up()
    wait_for(qtbot, lambda: engine.process_id)
    pid = engine.process_id
    assert pid
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    engine.stop()
    assert time.monotonic() - began < HANGS_S
    assert not is_alive(pid)


# Stands for the editor, as careless as it can be: its main module makes a window's library load and a mark on disk.
PROGRAM = """
import os, sys
from pathlib import Path
import PySide6.QtCore as core
with Path({marks!r}).open("a") as file:
    file.write("window ")

def main():
    from desktop.worker.messages import Job
    from desktop.worker.supervisor import EngineThread
    from engine.region import Region
    from engine.settings import RestoreSettings, with_options
    app = core.QCoreApplication([])
    engine = EngineThread()
    settings = with_options(RestoreSettings(task="denoise", method="partial", device="cpu"), ["steps=1000"])
    def seen(*progress):
        if progress[1] == "taking again":
            print(engine.process_id, flush=True)
    engine.progressed.connect(seen)
    engine.submit(Job(1, Path({source!r}), Region(44100, 88200, 0.0, 22050.0), settings))
    app.exec()

{guard}
"""


@pytest.mark.parametrize("way", ["module", "console script"])
def test_a_killed_editor_takes_its_engine_with_it_and_only_one_window_was_made(
    tmp_path: Path, root: Path, music: Path, way: str
) -> None:
    marks = tmp_path / "marks"
    # A console script without a guard, as some installers write them.
    guard = 'if __name__ == "__main__":\n    main()' if way == "module" else "main()"
    name = "careless.py" if way == "module" else "careless"
    (tmp_path / name).write_text(PROGRAM.format(marks=str(marks), source=str(music), guard=guard))
    command = [sys.executable, "-m", "careless"] if way == "module" else [sys.executable, str(tmp_path / name)]
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{tmp_path}"}
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path)
    assert program.stdout
    try:
        engine = int(program.stdout.readline())
        loaded = Path(f"/proc/{engine}/maps").read_text()
        assert child_ids(program.pid) == [engine]
        left = segments.write_segment(f"{segments.NAME}-{program.pid}-test-", np.ones((1, 10), np.float32))
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
    deadline = time.monotonic() + 5
    while is_alive(engine) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(engine)
    assert "PySide6" not in loaded
    assert marks.read_text() == "window "
    segments.sweep_dead()  # as the next start does
    assert not left.path.exists()

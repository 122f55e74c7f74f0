"""The engine process and its supervising thread, with the real engine and the model that ships.

Loading torch takes seconds, so that most tests share one engine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QObject, Qt, QTimer
from pytestqt.qtbot import QtBot

from desktop.worker import segments
from desktop.worker.messages import Job, Overlay, TakeResult
from desktop.worker.supervisor import MOST_DEATHS, EngineThread
from engine import child
from engine.audio import open_clip
from engine.jobs import measure, restore
from engine.metrics import MEASURE_TEXTS, measure_value
from engine.model.load import load_model
from engine.region import Region
from engine.settings import RestoreSettings, SamplingSettings, components_for, with_options
from tests.desktop.conftest import kept

SIGNALS = ("queued", "started_job", "progressed", "made", "failed", "cancelled", "idle", "ready", "restarted")
LOADED_MS = 120_000  # torch and the model, on a machine that is busy with something else
JOB_MS = 60_000
# Only what hangs takes as long; benchmarks/test_heartbeat.py holds 50 ms, on a machine that does nothing else.
HANGS_S = 30.0
PAUSE_S = 2.5
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


@pytest.fixture(scope="module")
def engine(qapp: QObject) -> Iterator[EngineThread]:
    thread = kept(EngineThread())
    yield thread
    thread.stop()


@pytest.fixture
def ears(engine: EngineThread) -> Iterator[Ears]:
    made = Ears(engine)
    yield made
    for name in SIGNALS:
        getattr(engine, name).disconnect()


@pytest.fixture
def own_engine(qapp: QObject) -> Iterator[EngineThread]:
    """An engine of the test's own, which it may spoil."""
    thread = EngineThread()
    yield thread
    thread.stop()


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


@pytest.mark.thorough
def test_asking_often_to_warm_up_warms_up_once(qtbot: QtBot, own_engine: EngineThread) -> None:
    ready: list[str] = []
    own_engine.ready.connect(ready.append)
    for _ in range(50):
        own_engine.warm_up()
    wait_for(qtbot, lambda: ready)
    own_engine.warm_up()
    qtbot.wait(1000)
    assert len(ready) == 1


def test_warming_up_loads_the_model_ahead_and_holds_no_pause(engine: EngineThread, ears: Ears, qtbot: QtBot) -> None:
    """The first test, so that the others have it loaded."""
    beats: list[float] = []
    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=10)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start()
    engine.warm_up(device="cpu")
    wait_for(qtbot, lambda: ears.of("ready"), LOADED_MS)
    timer.stop()
    assert ears.of("ready") == [("cpu",)]
    assert max(np.diff(beats)) < PAUSE_S


@pytest.mark.parametrize(
    ("task", "method", "options"),
    [("reconstruct", "vae", []), ("fill", "guided", ["steps=3"]), ("fill", "vae", ["ar_ms=50"])],
)
def test_a_take_equals_what_the_engine_gives_directly(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path, task: str, method: str, options: list[str]
) -> None:
    settings = with_options(RestoreSettings(task=task, method=method, device="cpu", seed=3), options)
    region = Region(44100, 45000, 0.0, 22050.0) if "ar_ms=50" in options else REGION
    engine.submit(Job(1, music, region, settings, quick=True))
    wait_for(qtbot, lambda: ears.of("made"))
    result: TakeResult = ears.of("made")[0][1]
    components = () if "ar_ms=50" in options else components_for(settings)
    with open_clip(music) as clip:
        take = restore(clip, region, settings, load_model("bundled", "cpu", components))
        measures = measure(clip, region, take.patch, speech=False)  # a quick take isn't judged as speech
    assert result.patch.start_frame == take.patch.start_frame
    assert result.patch.samples.tobytes() == take.patch.samples.tobytes()
    assert result.patch.samples.shape == take.patch.samples.shape
    same = ("region", "settings", "model_name", "model_hash", "licence", "device", "notes")
    assert [getattr(result, name) for name in same] == [getattr(take, name) for name in same]
    assert result.measures == {text.key: measure_value(measures, text.key) for text in MEASURE_TEXTS}
    assert result.quick and result.seconds > 0


def test_signals_come_in_order_in_the_windows_thread(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path
) -> None:
    engine.submit(Job(1, music, REGION, PLAIN))
    engine.submit(Job(2, music, REGION, PLAIN))
    assert engine.pending == [1, 2]
    wait_for(qtbot, lambda: ears.of("idle"))
    told = [(one[0], *one[1:2]) for one in ears.heard if one[0] != "progressed"]
    assert told.index(("queued", 2)) < told.index(("made", 1)) < told.index(("started_job", 2))
    assert sorted(told[:-1]) == sorted((name, i) for name in ("queued", "started_job", "made") for i in (1, 2))
    assert told[-1] == ("idle",)
    assert ears.threads == {threading.main_thread()}
    assert engine.pending == []


def test_progress_rises_and_ends_and_is_not_told_too_often(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path
) -> None:
    settings = with_options(RestoreSettings(task="denoise", method="partial", device="cpu"), ["steps=10"])
    began = time.monotonic()
    engine.submit(Job(1, music, REGION, settings))
    wait_for(qtbot, lambda: ears.of("made"))
    elapsed_s = time.monotonic() - began
    seen = ears.of("progressed", 1)
    steps = [done for _, stage, done, _, _ in seen if stage == "taking again"]
    assert steps == sorted(steps) and len(steps) > 1
    assert seen[-1][2] == seen[-1][3] and seen[-1][4] == 0.0
    assert len(seen) <= 20 * elapsed_s + 2
    assert [one[0] for one in ears.heard].index("made") > max(
        i for i, one in enumerate(ears.heard) if one[0] == "progressed"
    )


def test_a_cancelled_job_stops_within_a_step_and_makes_nothing(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path
) -> None:
    engine.submit(Job(1, music, REGION, LONG))
    wait_for(qtbot, lambda: stage_begun(ears, 1, "taking again"))
    before = engine.process_id
    began = time.monotonic()
    engine.cancel(1)
    wait_for(qtbot, lambda: ears.of("idle"))
    assert time.monotonic() - began < HANGS_S
    assert ears.of("cancelled") == [(1,)]
    engine.submit(Job(2, music, REGION, PLAIN))
    wait_for(qtbot, lambda: ears.of("made"))
    assert [one[0] for one in ears.of("made")] == [2]
    assert ears.of("failed") == [] and engine.process_id == before


def test_a_job_cancelled_while_it_waits_never_begins(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path
) -> None:
    engine.submit(Job(1, music, REGION, LONG))
    engine.submit(Job(2, music, REGION, PLAIN))
    engine.submit(Job(3, music, REGION, PLAIN))
    engine.cancel(2)
    wait_for(qtbot, lambda: ears.of("cancelled"))
    assert engine.pending == [1, 3]
    engine.cancel_all()
    wait_for(qtbot, lambda: ears.of("idle"))
    assert sorted(ears.of("cancelled")) == [(1,), (2,), (3,)]
    assert ears.of("started_job") in ([], [(1,)])
    assert ears.of("made") == []


def test_cancelling_what_has_ended_or_never_was_does_nothing(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path
) -> None:
    engine.submit(Job(1, music, REGION, PLAIN))
    wait_for(qtbot, lambda: ears.of("idle"))
    engine.cancel(1)
    engine.cancel(99)
    engine.submit(Job(2, music, REGION, PLAIN))
    wait_for(qtbot, lambda: len(ears.of("idle")) == 2)
    assert [one[0] for one in ears.of("made")] == [1, 2]
    assert ears.of("cancelled") == []


def not_finite(folder: Path) -> Path:
    sound = np.zeros((48000, 1), np.float32)
    sound[24000] = np.nan
    soundfile.write(folder / "nan.wav", sound, 48000, subtype="FLOAT")
    return folder / "nan.wav"


NAN_REGION = Region(12000, 36000, 0.0, 24000.0)


def test_bad_jobs_fail_with_the_engines_message_and_the_process_lives_on(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path, tmp_path: Path
) -> None:
    quiet = with_options(RestoreSettings(task="denoise", method="vae", device="cpu"), ["noise_from=7:9"])
    (tmp_path / "text.wav").write_text("no sound")
    jobs = {
        Job(1, tmp_path / "none.wav", REGION, PLAIN): "none.wav: no such file",
        Job(2, music, Region(0, 10**7, 0.0, 22050.0), PLAIN): "the recording lasts from 0 to 8.000 s",
        Job(3, music, Region(0, 1000, 0.0, 30000.0), PLAIN): "it must rise, within 0 to 22050 Hz",
        Job(4, not_finite(tmp_path), NAN_REGION, PLAIN): "1 sample is NaN or Inf, first at frame 24000",
        Job(5, music, REGION, quiet): "noise is to be learned from 7 to 9 s",
        Job(6, tmp_path / "text.wav", REGION, PLAIN): "text.wav",
        Job(7, music, REGION, RestoreSettings(model=str(tmp_path), method="vae")): "has no vae/ folder",
        Job(8, music, REGION, RestoreSettings(method="vae", renderer="vocoder", device="cpu")): "needs a vocoder",
        Job(9, music, REGION, PLAIN, Overlay(tmp_path / "none.retake", (1,))): "",
    }
    first, *others = jobs
    engine.submit(first)
    wait_for(qtbot, lambda: ears.of("failed"))
    before = engine.process_id
    for job in others:
        engine.submit(job)
    wait_for(qtbot, lambda: len(ears.of("failed")) == len(jobs))
    told = dict(ears.of("failed"))
    assert set(told) == {job.id for job in jobs}
    for job, words in jobs.items():
        assert words in told[job.id]
        assert told[job.id] and "\n" not in told[job.id]
    assert ears.of("made") == [] and engine.process_id == before


def test_samples_that_are_not_finite_are_repaired_where_that_is_asked_for(
    engine: EngineThread, ears: Ears, qtbot: QtBot, tmp_path: Path
) -> None:
    engine.submit(Job(1, not_finite(tmp_path), NAN_REGION, PLAIN, repair_nonfinite=True))
    wait_for(qtbot, lambda: ears.of("made"))
    assert any("1 non-finite sample zeroed" in note for note in ears.of("made")[0][1].notes)


def test_a_killed_process_fails_its_job_and_the_next_one_works(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path
) -> None:
    engine.submit(Job(1, music, REGION, LONG))
    engine.submit(Job(2, music, REGION, PLAIN))
    wait_for(qtbot, lambda: stage_begun(ears, 1, "taking again"))
    killed = engine.process_id
    assert killed
    os.kill(killed, signal.SIGKILL)
    wait_for(qtbot, lambda: ears.of("idle"), LOADED_MS)
    ((job_id, message),) = ears.of("failed")
    assert job_id == 1 and "SIGKILL" in message
    assert len(ears.of("restarted")) == 1 and "SIGKILL" in ears.of("restarted")[0][0]
    assert [one[0] for one in ears.of("made")] == [2]
    assert engine.process_id != killed and not is_alive(killed)


def test_the_process_has_loaded_no_window(engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path) -> None:
    """After a whole job, everything that is ever loaded is."""
    engine.submit(Job(1, music, REGION, PLAIN))
    wait_for(qtbot, lambda: ears.of("made"), LOADED_MS)
    loaded = Path(f"/proc/{engine.process_id}/maps").read_text()
    assert "libtorch" in loaded
    assert "PySide6" not in loaded and "Qt6" not in loaded


def test_the_process_yields_to_the_window(engine: EngineThread) -> None:
    assert engine.process_id
    assert os.getpriority(os.PRIO_PROCESS, engine.process_id) > os.getpriority(os.PRIO_PROCESS, 0)


def test_ctrl_c_in_the_terminal_does_not_end_the_process(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path
) -> None:
    before = engine.process_id
    assert before
    os.kill(before, signal.SIGINT)
    engine.submit(Job(1, music, REGION, PLAIN))
    wait_for(qtbot, lambda: ears.of("made"), LOADED_MS)
    assert engine.process_id == before


def test_nothing_is_left_in_shared_memory(engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path) -> None:
    engine.submit(Job(1, music, REGION, PLAIN))
    wait_for(qtbot, lambda: ears.of("made"), LOADED_MS)
    assert [path for folder in segments.folders() for path in folder.glob(f"{segments.NAME}-{os.getpid()}-*")] == []


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


def test_a_setting_of_its_own_type_survives_the_way_there_and_back(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path
) -> None:
    settings = with_options(RestoreSettings(method="partial", device="cpu", seed=9), ["steps=1", "fade_ms=5"])
    engine.submit(Job(1, music, REGION, settings))
    wait_for(qtbot, lambda: ears.of("made"), LOADED_MS)
    assert ears.of("made")[0][1].settings == settings
    assert isinstance(ears.of("made")[0][1].settings.method_settings, SamplingSettings)

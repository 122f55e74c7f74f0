"""The engine process and its supervising thread, with the real engine and the model that ships.

Loading torch takes seconds, so that most tests share one engine.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from desktop.worker import segments
from desktop.worker.messages import Job, Overlay, TakeResult
from desktop.worker.supervisor import EngineThread
from engine.audio import open_clip
from engine.jobs import measure, restore
from engine.metrics import MEASURE_TEXTS, measure_value
from engine.model.load import load_model
from engine.region import Region
from engine.settings import RestoreSettings, components_for, with_options
from tests.desktop.worker.ears import (
    HANGS_S,
    LOADED_MS,
    LONG,
    PLAIN,
    REGION,
    Ears,
    is_alive,
    stage_begun,
    wait_for,
)

# Only what hangs takes as long; benchmarks/test_heartbeat.py holds 50 ms, on a machine that does nothing else.
PAUSE_S = 2.5


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

"""Playing for a minute while the engine works on all cores: no underrun, little of the processor, no more memory."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from desktop.preferences import Preferences
from desktop.window import MainWindow
from tests.benchmarks.test_editor import hour, resident_mb
from tests.desktop import driving
from tests.desktop.playback.conftest import DEVICE, SINK, Room, entered

__all__ = ["hour"]
PLAYED_S = float(os.environ.get("RETAKE_BENCH_PLAYED_S", "30"))  # 3500 plays the whole hour
LONG_S, CPU_SHARE, GROWTH_MB = 60.0, 0.10, 20.0


class RoomInRealTime(Room):
    """With a sink whose clock is the system's: it waits for nobody."""

    def load_sink(self) -> str:
        return self.control("load-module", "module-null-sink", *SINK, "norewinds=1")


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with entered(RoomInRealTime(tmp_path_factory.mktemp("room"))) as room:
        yield room


@pytest.fixture
def window(qapp: QApplication, room: Room) -> Iterator[MainWindow]:
    with driving.opened_window(qapp, (1600, 900)) as window:
        window.prefer(Preferences(greeted=True, theme="dark", sound_device=DEVICE))
        window._listening.follow_preferences()
        yield window


def run(qapp: QApplication, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        qapp.processEvents()
        time.sleep(0.001)


def test_a_minute_while_the_engine_works(qapp: QApplication, window: MainWindow, root: Path, tmp_path: Path) -> None:
    talk = tmp_path / "talk.wav"
    shutil.copy(root / "resources" / "demo" / "speech-p286-011.wav", talk)
    window.open_paths([talk])
    tab = window.tab
    tab.sidebar.retake.choose_task("reconstruct")
    driving.select(tab, 0.5, 6.5)
    window.player.choose(looped=True)
    driving.press(window, "play_selection")
    begun = time.perf_counter()
    while time.perf_counter() - begun < LONG_S:
        if not tab.sidebar.retake.jobs.running():
            driving.press(window, "retake")
        driving.press(window, "hear_original" if window.player.choices.heard == "B" else "hear_takes")
        run(qapp, 0.5)
    underruns = window.player.underruns
    print(f"\n{LONG_S:.0f} s, {len(tab.document.takes)} takes made meanwhile, {underruns} underruns")
    assert len(tab.document.takes) >= 2
    assert underruns == 0


def test_an_hour_long_file_takes_little(qapp: QApplication, window: MainWindow, hour: Path) -> None:
    window.open_paths([hour])
    while window.tab.view.sounds.source("result")[0].share < 1:
        run(qapp, 0.1)
    driving.press(window, "play_pause")
    run(qapp, 5)
    memory, worked, began = resident_mb(), time.process_time(), time.perf_counter()
    while (left_s := began + PLAYED_S - time.perf_counter()) > 0:
        run(qapp, min(300.0, left_s))
        print(f"\n{time.perf_counter() - began:.0f} s played: {resident_mb() - memory:+.1f} MB", end="", flush=True)
    share = (time.process_time() - worked) / (time.perf_counter() - began)
    assert window.player.is_playing
    idle = idle_share(qapp, window)
    print(f"\n{100 * share:.1f} % of a core playing, {100 * idle:.1f} % at rest; {resident_mb() - memory:+.1f} MB")
    print(f"{window.player.underruns} underruns")
    assert share - idle < CPU_SHARE
    assert resident_mb() - memory < GROWTH_MB


def idle_share(qapp: QApplication, window: MainWindow) -> float:
    """What the window takes of a core when nothing plays."""
    driving.press(window, "stop_playing")
    run(qapp, 1)
    worked, began = time.process_time(), time.perf_counter()
    run(qapp, 5)
    return (time.process_time() - worked) / (time.perf_counter() - began)


def test_a_key_is_heard_soon(qapp: QApplication, window: MainWindow, root: Path, tmp_path: Path) -> None:
    """From the key to the mixer, and what the device adds to that."""
    talk = tmp_path / "talk.wav"
    shutil.copy(root / "resources" / "demo" / "speech-p286-011.wav", talk)
    window.open_paths([talk])
    run(qapp, 1)
    starts, switches = [], []
    for _ in range(10):
        began = time.perf_counter()
        driving.press(window, "play_from_cursor")
        while not (window.player._output and window.player._output.mixer.playing):
            run(qapp, 0.001)
        starts.append(time.perf_counter() - began)
        mixer, latency_s = window.player._output.mixer, window.player._output.latency_s
        run(qapp, 0.3)
        began = time.perf_counter()
        driving.press(window, "hear_original" if window.player.choices.heard == "B" else "hear_takes")
        wanted = mixer._wanted
        while mixer._aim is not wanted:
            run(qapp, 0.001)
        switches.append(time.perf_counter() - began)
        driving.press(window, "stop_playing")
        run(qapp, 0.2)
    for name, times in (("starts", starts), ("switches", switches)):
        print(f"\n{name}: {1000 * max(times):.0f} ms at most to the mixer, the first {1000 * times[0]:.0f} ms")
    print(f"the device adds {1000 * latency_s:.0f} ms")
    assert max(starts) < 0.15
    assert float(np.max(switches)) + latency_s < 0.12

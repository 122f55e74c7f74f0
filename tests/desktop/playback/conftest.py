"""A sound server with a sink that is heard by nobody, and what was played on it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.opening import new_document
from desktop.playback.player import Player
from engine.audio import Patch
from engine.region import Region
from tests.desktop.conftest import end_with_parent
from tests.desktop.made import made_result
from tests.desktop.playback import converter

RATE, FRAMES = 48000, 4 * 48000
DEVICE = "ALSA: pulse"
SINK = ["sink_name=room", f"rate={RATE}", "format=float32le", "channels=2"]
FRAME_BYTES = 2 * 4
PIPE_BYTES = 4096  # the least there is
AFTER_S = 0.3  # what is recorded after the end
Sound = NDArray[np.float32]


@dataclass
class Tape:
    """A voice that lies in memory."""

    sound: Sound
    rate: int = RATE
    closed: list[bool] = field(default_factory=list)

    @property
    def channels(self) -> int:
        return len(self.sound)

    @property
    def frames(self) -> int:
        return self.sound.shape[1]

    def read(self, start: int, stop: int) -> Sound:
        return self.sound[:, start:stop].copy()

    def close(self) -> None:
        self.closed.append(True)


class Room:
    """A sound server of its own with one sink."""

    def __init__(self, folder: Path) -> None:
        if not shutil.which("pulseaudio"):
            pytest.fail("pulseaudio is missing; `python packaging/bootstrap.py tests` installs it")
        self.server = f"unix:{folder / 'native'}"
        self._folder = folder
        self._env = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder), "PULSE_SERVER": self.server}
        protocol = f"module-native-protocol-unix socket={folder / 'native'} auth-anonymous=1"
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-L", protocol]
        env = {**self._env, "PULSE_RUNTIME_PATH": str(folder / "pulse")}
        env.pop("PULSE_SERVER")
        with (folder / "log").open("w") as log:
            self._server = subprocess.Popen(command, env=env, stdout=log, stderr=log, preexec_fn=end_with_parent)
        self._wait()
        self._taken, self._converters = folder / "taken", list[subprocess.Popen[bytes]]()
        self.module = self.load_sink()

    def control(self, *words: str) -> str:
        """Ask the server for something."""
        done = subprocess.run(["pactl", *words], env=self._env, check=True, capture_output=True, text=True, timeout=10)
        return done.stdout.strip()

    def load_sink(self) -> str:
        """Plug the sink in."""
        pipe = self._folder / f"pipe{len(self._converters)}"
        os.mkfifo(pipe)
        with pipe.open("r+b", buffering=0) as held:
            fcntl.fcntl(held, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            module = self.control("load-module", "module-pipe-sink", *SINK, f"file={pipe}")
        command = [sys.executable, converter.__file__, pipe, self._taken, str(RATE), str(FRAME_BYTES)]
        self._converters.append(subprocess.Popen(command))
        return module

    def record(self) -> Recording:
        """Record what is played from now on."""
        return Recording(self._taken)

    def close(self) -> None:
        for process in (self._server, *self._converters):
            process.terminate()
            process.wait(10)

    def _wait(self) -> None:
        end = time.monotonic() + 10
        while True:
            try:
                self.control("info")
                return
            except subprocess.CalledProcessError:
                assert time.monotonic() < end, (self._folder / "log").read_text()
                time.sleep(0.05)


class Recording:
    """What a sink plays from now on."""

    def __init__(self, taken: Path) -> None:
        self._taken, self._start = taken, self._frames(taken)

    @staticmethod
    def _frames(taken: Path) -> int:
        return taken.stat().st_size // FRAME_BYTES if taken.exists() else 0

    def stop(self) -> Sound:
        """End it; ``(2, frames)``."""
        until, end = self._frames(self._taken) + round(AFTER_S * RATE), time.monotonic() + 30
        while self._frames(self._taken) < until:
            assert time.monotonic() < end, "nothing is recorded"
            time.sleep(0.01)
        raw = np.fromfile(self._taken, np.float32, offset=self._start * FRAME_BYTES)
        return raw[: len(raw) // 2 * 2].reshape(-1, 2).T


@contextmanager
def entered(room: Room) -> Iterator[Room]:
    """Have what plays play there."""
    before = os.environ.get("PULSE_SERVER")
    os.environ["PULSE_SERVER"] = room.server
    yield room
    room.close()
    os.environ.pop("PULSE_SERVER")
    if before is not None:
        os.environ["PULSE_SERVER"] = before


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """The sound server of these tests."""
    with entered(Room(tmp_path_factory.mktemp("room"))) as room:
        yield room


@pytest.fixture
def listen(room: Room) -> Callable[[], Recording]:
    """A function that records what is played from now on."""
    return room.record


@pytest.fixture
def document(qapp, tmp_path: Path) -> Iterator[Document]:
    """Four seconds of soft noise in stereo, with a region of which a louder take is in use, and another take."""
    path = tmp_path / "noise.wav"
    soundfile.write(path, noise(0, FRAMES).T, RATE, subtype="FLOAT")
    made = new_document(path)
    region = Region(RATE, 3 * RATE, 0.0, RATE / 2)
    place = actions.add_region(made, region)
    for seed, level in ((1, 2.0), (2, 0.5)):
        patch = Patch(RATE, level * noise(seed, 2 * RATE))
        actions.add_take(made, place, made_result(patch, region), use=seed == 1)
    yield made
    made.close()


@pytest.fixture
def player(room: Room, qtbot, document: Document) -> Iterator[Player]:
    """A player of the document, with the most room for a machine that others use too."""
    player = Player()
    player.set_document(document)
    player.choose(device=DEVICE, matched=False, latency="high")
    yield player
    player.close()
    player.deleteLater()


def noise(seed: int, frames: int) -> Sound:
    """``(2, frames)``, below full scale."""
    return (0.05 * np.random.default_rng(seed).standard_normal((2, frames))).astype(np.float32)


def found(heard: Sound, sound: Sound) -> int:
    """Where ``sound`` begins in what was heard, to the frame; it may begin and end with a fade."""
    middle = sound[0, 480 : 480 + 4096]
    size = 1 << (heard.shape[1] + len(middle)).bit_length()
    spectrum = np.fft.rfft(heard[0], size) * np.conj(np.fft.rfft(middle, size))
    return int(np.argmax(np.fft.irfft(spectrum, size)[: heard.shape[1]])) - 480

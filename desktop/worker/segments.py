"""Samples from process to process through shared memory: files of /dev/shm, named so that none is ever lost.

A file in a memory file system is what POSIX calls shared memory. `multiprocessing.shared_memory` puts a tracker process
beside every program that uses it, which outlives a stopped engine and warns of what it finds; and where the memory file
system is small, as in a container, writing kills the process. Here the room is set aside first, and where it lacks, or
there is no such file system, a temporary file takes its place.

A name is ``retake-PID-TOKEN-N``: the window's process, and a random word of its own. So whatever a killed process
leaves behind is found by its name and swept.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.worker.messages import Segment
from engine.audio import BLOCK_FRAMES
from engine.errors import DiskFullError
from engine.scratch import set_aside

SHARED_MEMORY = Path("/dev/shm")
NAME = "retake-segment"
_serial = itertools.count()


def new_prefix() -> str:
    """How the names of this process' segments begin; different at each call."""
    return f"{NAME}-{os.getpid()}-{secrets.token_hex(4)}-"


def folders() -> list[Path]:
    """Where segments may lie, the best first."""
    return [*([SHARED_MEMORY] if SHARED_MEMORY.is_dir() else []), Path(tempfile.gettempdir())]


def write_segment(prefix: str, samples: NDArray[np.float32]) -> Segment:
    """Put (channels, frames) into a new segment.

    Raises:
        DiskFullError: no folder has room.
    """
    channels, frames = samples.shape
    path = _room_for(f"{prefix}{next(_serial)}", channels * frames * 4)
    shared = np.memmap(path, np.float32, "r+", shape=(channels, frames))
    _copy(samples, shared)
    return Segment(path, channels, frames)


def read_segment(segment: Segment) -> NDArray[np.float32]:
    """A copy of what a segment holds, (channels, frames); the segment is gone after that.

    In blocks, during which other threads run.
    """
    try:
        shared = np.memmap(segment.path, np.float32, "r", shape=(segment.channels, segment.frames))
        samples = np.empty((segment.channels, segment.frames), np.float32)
        _copy(shared, samples)
    finally:
        segment.path.unlink(missing_ok=True)
    return samples


def sweep(prefix: str) -> None:
    """Take away every segment whose name begins so."""
    for path in _found(prefix):
        _remove(path)


def sweep_dead() -> None:
    """Take away the segments of programs that no longer run."""
    for path in _found(NAME):
        pid = path.name.removeprefix(f"{NAME}-").partition("-")[0]
        if pid.isdigit() and not is_running(int(pid)):
            _remove(path)


def is_running(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _room_for(name: str, size: int) -> Path:
    """A new file of ``size`` bytes, with room behind all of it."""
    *better, last = folders()
    for folder in better:
        with contextlib.suppress(DiskFullError, PermissionError):
            return _made(folder / name, size)
    return _made(last / name, size)


def _made(path: Path, size: int) -> Path:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        set_aside(descriptor, size)
    except DiskFullError:
        path.unlink()
        raise
    finally:
        os.close(descriptor)
    return path


def _copy(source: NDArray[np.float32], target: NDArray[np.float32]) -> None:
    for first in range(0, source.shape[1], BLOCK_FRAMES):
        last = first + BLOCK_FRAMES
        np.copyto(target[:, first:last], source[:, first:last])


def _found(prefix: str) -> list[Path]:
    return [path for folder in folders() for path in folder.glob(f"{prefix}*")]


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # another window swept it, or it is another user's
        path.unlink()

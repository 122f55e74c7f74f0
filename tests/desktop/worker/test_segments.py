"""Samples through shared memory, and what a killed process leaves there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from desktop.worker import segments
from engine.errors import DiskFullError

RNG = np.random.default_rng(0)


def left(prefix: str) -> list[Path]:
    return [path for folder in segments.folders() for path in folder.glob(f"{prefix}*")]


@pytest.mark.parametrize("frames", [1, 65536, 200_001])
def test_samples_arrive_as_they_were_sent_and_leave_nothing(frames: int) -> None:
    samples = RNG.standard_normal((2, frames)).astype(np.float32)
    prefix = segments.new_prefix()
    segment = segments.write_segment(prefix, samples)
    assert left(prefix) == [segment.path]
    np.testing.assert_array_equal(segments.read_segment(segment), samples)
    assert left(prefix) == []


def test_what_was_read_stays_after_the_segment_is_gone() -> None:
    prefix = segments.new_prefix()
    read = segments.read_segment(segments.write_segment(prefix, np.ones((1, 10), np.float32)))
    assert read.flags.writeable
    assert read.sum() == 10


def test_only_the_owner_can_read_a_segment() -> None:
    prefix = segments.new_prefix()
    segment = segments.write_segment(prefix, np.ones((1, 10), np.float32))
    assert segment.path.stat().st_mode & 0o077 == 0
    segments.sweep(prefix)


def test_a_sweep_takes_what_has_its_prefix_and_nothing_else() -> None:
    mine, other = segments.new_prefix(), segments.new_prefix()
    for prefix in (mine, mine, other):
        segments.write_segment(prefix, np.ones((1, 10), np.float32))
    segments.sweep(mine)
    assert left(mine) == []
    assert len(left(other)) == 1
    segments.sweep(other)


def test_what_a_dead_program_left_is_swept_and_what_a_living_one_has_stays() -> None:
    code = """
import sys, numpy as np
from desktop.worker import segments
print(segments.write_segment(segments.new_prefix(), np.ones((1, 10), np.float32)).path)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    orphan = Path(done.stdout.strip())
    assert orphan.exists()
    prefix = segments.new_prefix()
    mine = segments.write_segment(prefix, np.ones((1, 10), np.float32)).path
    segments.sweep_dead()
    assert not orphan.exists()
    assert mine.exists()
    segments.sweep(prefix)


def test_a_full_memory_file_system_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    monkeypatch.setattr(segments, "folders", lambda: [small, tmp_path])

    def room(descriptor: int, size: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().parent == small:
            raise DiskFullError("full")
        os.ftruncate(descriptor, size)

    monkeypatch.setattr(segments, "set_aside", room)
    segment = segments.write_segment("retake-test-", np.ones((2, 10), np.float32))
    assert segment.path.parent == tmp_path
    assert list(small.iterdir()) == []
    assert segments.read_segment(segment).sum() == 20


def test_no_room_anywhere_is_said() -> None:
    prefix = segments.new_prefix()
    endless = np.lib.stride_tricks.as_strided(np.zeros(1, np.float32), (1, 1 << 60), (0, 0))
    with pytest.raises(DiskFullError, match="no room"):
        segments.write_segment(prefix, endless)
    assert left(prefix) == []

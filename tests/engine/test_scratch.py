from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from engine import scratch
from engine.errors import DiskFullError
from engine.scratch import scratch_array


def test_small_arrays_live_in_memory() -> None:
    array = scratch_array((2, 10))
    assert type(array) is np.ndarray
    assert array.dtype == np.float32
    assert not array.any()


def test_large_arrays_live_in_a_file_without_a_name(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scratch, "IN_MEMORY_BYTES", 1000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    array = scratch_array((2, 1000))
    assert isinstance(array, np.memmap)
    assert list(tmp_path.iterdir()) == []
    assert not array.any()
    array[1, 5] = 3
    assert array[1, 5] == 3


def test_a_full_temporary_folder_is_said_before_anything_is_written(monkeypatch) -> None:
    """More than any disk has: without the room set aside, the first write would kill the process."""
    monkeypatch.setattr(scratch, "IN_MEMORY_BYTES", 1000)
    with pytest.raises(DiskFullError, match="has no room for"):
        scratch_array((1 << 50,), np.uint8)


def test_pages_that_are_let_go_leave_memory_and_keep_what_they_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "IN_MEMORY_BYTES", 1000)
    array = scratch.scratch_array((2, 16 << 20))

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    array[:] = 0.25
    filled = resident() - before
    scratch.let_go(array[:, 100:200])  # a part names the whole
    assert filled > 100 << 20 and resident() - before < filled / 10
    assert float(array[1, -1]) == 0.25 and array.sum(dtype=np.float64) == 0.25 * array.size


def test_letting_go_of_what_is_in_memory_changes_nothing() -> None:
    array = scratch.scratch_array((2, 100))
    array[:] = 1
    scratch.let_go(array)
    assert (array == 1).all()

from __future__ import annotations

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

"""Working memory for whole recordings: in memory while small, in an unnamed temporary file when large."""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import tempfile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.errors import DiskFullError

IN_MEMORY_BYTES = 32 * 2**20


def scratch_array(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """An array of zeros; past `IN_MEMORY_BYTES` its pages live in a file that has no name and goes with it.

    Raises:
        DiskFullError: the temporary folder has no room.
    """
    needed = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if needed <= IN_MEMORY_BYTES:
        return np.zeros(shape, dtype)
    with tempfile.TemporaryFile(prefix="retake-") as file:
        set_aside(file.fileno(), needed)
        return np.memmap(file, dtype=dtype, mode="r+", shape=shape)


def let_go(array: NDArray[Any]) -> None:
    """Give back the memory of an array's pages; what they hold stays in its file. Those in memory stay as they are.

    Called as work goes along an array, it keeps what a job takes from growing with the recording.
    """
    owner: Any = array
    while isinstance(owner, np.ndarray) and owner.base is not None:
        owner = owner.base
    if isinstance(owner, memoryview):
        owner = owner.obj
    if isinstance(owner, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        owner.madvise(mmap.MADV_DONTNEED)


def set_aside(descriptor: int, size: int) -> None:
    """Give a file its size with room on the disk behind it: without, the first write to a full disk kills the process.

    Raises:
        DiskFullError: there is no room.
    """
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)
        else:  # macOS
            if shutil.disk_usage(tempfile.gettempdir()).free < size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.ftruncate(descriptor, size)
    except OSError as error:
        wanted = f"{size / 1e6:.0f} MB of working memory"
        raise DiskFullError(f"{tempfile.gettempdir()} has no room for {wanted}: {error.strerror}") from error

"""Working memory for whole recordings: in memory while small, in an unnamed temporary file when large."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.errors import DiskFullError

IN_MEMORY_BYTES = 256 * 2**20


def scratch_array(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """An array of zeros; past `IN_MEMORY_BYTES` its pages live in a file that has no name and goes with it.

    Raises:
        DiskFullError: the temporary folder has no room.
    """
    needed = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if needed <= IN_MEMORY_BYTES:
        return np.zeros(shape, dtype)
    with tempfile.TemporaryFile(prefix="retake-") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, needed)
        except OSError as error:
            folder, size_mb = tempfile.gettempdir(), needed / 1e6
            raise DiskFullError(
                f"{folder} has no room for {size_mb:.0f} MB of working memory: {error.strerror}"
            ) from error
        return np.memmap(file, dtype=dtype, mode="r+", shape=shape)

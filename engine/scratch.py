"""Working memory for whole recordings: in memory while small, in an unnamed temporary file when large."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

IN_MEMORY_BYTES = 256 * 2**20


def scratch_array(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """An array of zeros; past `IN_MEMORY_BYTES` its pages live in a file that has no name and goes with it.

    Raises:
        OSError: the temporary folder has no room.
    """
    needed = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if needed <= IN_MEMORY_BYTES:
        return np.zeros(shape, dtype)
    with tempfile.TemporaryFile(prefix="retake-") as file:
        file.truncate(needed)
        return np.memmap(file, dtype=dtype, mode="r+", shape=shape)

"""What the pyramids read from: a recording, or a document with takes laid over one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio import Readable
from engine.errors import RetakeError

PIECE_FRAMES = 1 << 12


MakeReader = Callable[[], Readable]
"""Gives an independent reader of the sound as it is now, for a background thread.

One that also has ``close()`` is closed when that thread is done with it, there. What can't be read is shown as not
known.

Called in the thread that asks for pictures, so it has to be quick: best to open files at the first read.
"""


@dataclass(frozen=True)
class Origin:
    """The file whose peaks are kept on disk between sessions.

    Attributes:
        path: the file.
        make_reader: a reader of the file alone, without takes.
        repaired: whether it reads NaN and Inf as 0, which changes its peaks.
    """

    path: Path
    make_reader: MakeReader
    repaired: bool = False


def readable_part(reader: Readable, start: int, stop: int, unreadable: float = np.nan) -> NDArray[np.float32]:
    """Frames ``start`` to ``stop`` (channels, frames), ``unreadable`` in the pieces that can't be read."""
    try:
        return reader.read(start, stop)
    except (OSError, RetakeError):
        sound = np.full((reader.channels, stop - start), unreadable, np.float32)
        if stop - start > PIECE_FRAMES:
            for at in range(start, stop, PIECE_FRAMES):
                end = min(at + PIECE_FRAMES, stop)
                sound[:, at - start : end - start] = readable_part(reader, at, end, unreadable)
        return sound

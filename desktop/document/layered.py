"""A recording with the takes in use laid over it, read in any order and in blocks of any size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from desktop.document.mosaic import Piece
from desktop.document.sounds import TakeSounds
from engine.audio import Readable


class Layered:
    """A recording as it sounds with some takes; reading is safe from several threads.

    Only the chunks of takes that are heard in what is asked for are read.

    Attributes:
        rate, channels, frames: of the recording.
        pieces: which take is heard where; see `desktop.document.mosaic`.
    """

    def __init__(
        self, clip: Readable, sounds: TakeSounds, pieces: tuple[Piece, ...], close: Callable[[], None] | None = None
    ) -> None:
        self.rate, self.channels, self.frames = clip.rate, clip.channels, clip.frames
        self.pieces = pieces
        self._clip = clip
        self._sounds = sounds
        self._stops = np.array([piece.stop for piece in pieces], np.int64)
        self._close = close

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Frames ``start`` to ``stop``: (channels, frames) float32, its own copy.

        Raises:
            InputError: the recording doesn't have these frames.
            RecordingError: the recording can't be read there.
            ProjectDamagedError: a take's sound can't be read.
        """
        sound = self._clip.read(start, stop)
        for piece in self.pieces[int(np.searchsorted(self._stops, start, "right")) :]:
            if piece.start >= stop:
                break
            self._lay(sound, start, piece)
        return sound

    def close(self) -> None:
        """Close what was opened for this one alone; may be called twice."""
        if self._close:
            self._close()

    def _lay(self, sound: NDArray[np.float32], start: int, piece: Piece) -> None:
        """Lay what of ``piece`` falls into (channels, frames) from frame ``start`` on, in place."""
        first, last = max(start, piece.start), min(start + sound.shape[1], piece.stop)
        own = piece.take_start
        for at, part in self._sounds.parts(piece.take_id, first - own, last - own):
            place = at + own - start
            sound[:, place : place + part.shape[1]] = part

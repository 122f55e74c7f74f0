"""Sound that is about to be played: all voices side by side, read ahead, and where in the recording it comes from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.playback.route import Route

Block = NDArray[np.float32]
VOICES = 3  # original, take in use, compared take: A, B, C


class Deck:
    """A ring buffer of one writer and one reader, in two threads without a lock.

    Frame ``n`` of every voice is heard at the same moment. Each counter is set by one side only, after the samples
    that it speaks of. The ring lies twice one after the other, so that what is read is one piece.

    Attributes:
        channels: of the sound device.
        written, read: frames since the beginning.
        ended: nothing more is written.
        pace: frames of the recording that pass in a frame of the device.
        match: what makes each voice as loud as the others, ``(voices,)``.
    """

    def __init__(self, channels: int, capacity: int, route: Route | None = None, pace: float = 1.0) -> None:
        self.channels, self.capacity, self.pace = channels, capacity, pace
        self.written = self.read = 0
        self.ended = False
        self.match: NDArray[np.float32] = np.ones(VOICES, np.float32)
        self._route = route
        self._ring: Block = np.zeros((VOICES, 2 * capacity, channels), np.float32)

    @property
    def room(self) -> int:
        """Frames that can be written now."""
        return self.capacity - (self.written - self.read)

    @property
    def waiting(self) -> int:
        """Frames that can be read now."""
        return self.written - self.read

    def push(self, block: Block) -> None:
        """Write ``(voices, n, channels)``, at most `room` frames."""
        frames, at = block.shape[1], self.written % self.capacity
        assert frames <= self.room, "more is written than there is room for"
        first = min(frames, self.capacity - at)
        for shift in (0, self.capacity):
            self._ring[:, at + shift : at + shift + first] = block[:, :first]
            self._ring[:, shift : shift + frames - first] = block[:, first:]
        self.written += frames

    def voice(self, voice: int, frames: int) -> Block:
        """The next ``frames`` of a voice, ``(frames, channels)``, without taking them; at most `waiting`."""
        at = self.read % self.capacity
        return self._ring[voice, at : at + frames]

    def place(self, count: float) -> int:
        """The recording's frame that is heard ``count`` frames after the beginning."""
        return self._route.place(int(count * self.pace)) if self._route else 0

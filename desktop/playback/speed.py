"""Faster or slower at the same pitch: waveform-similarity overlap-add (Verhelst and Roelands 1993), by audiotsm."""

from __future__ import annotations

import numpy as np
from audiotsm import wsola
from audiotsm.io.array import ArrayReader, ArrayWriter
from numpy.typing import NDArray

FRAME_S = 0.043  # two periods of the lowest voices
SPEEDS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)


class Stretcher:
    """A stream of sound at another speed. All channels are shifted alike, so voices stay aligned."""

    def __init__(self, channels: int, rate: int, speed: float) -> None:
        self._channels = channels
        self._wsola = wsola(channels, speed=speed, frame_length=2 * round(FRAME_S * rate / 2))

    def push(self, sound: NDArray[np.float32], *, last: bool) -> NDArray[np.float32]:
        """``(n, channels)`` in, what is ready of it out; with ``last``, all that is left."""
        reader, writer = ArrayReader(np.ascontiguousarray(sound.T)), ArrayWriter(self._channels)
        while not reader.empty:
            self._wsola.read_from(reader)
            self._wsola.write_to(writer)
        if last:
            done = False
            while not done:
                _, done = self._wsola.write_to(writer)
            done = False
            while not done:
                _, done = self._wsola.flush_to(writer)
        return np.ascontiguousarray(writer.data.T, dtype=np.float32)

"""Sounds in memory that can be read like recordings, and changed like documents."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from engine.errors import RecordingError

Floats = NDArray[np.float32]


class Sound:
    """Samples (channels, frames); NaN can't be read, as in a recording."""

    def __init__(self, samples: Floats, rate: int = 48000, delay_s: float = 0.0) -> None:
        self.samples = np.ascontiguousarray(samples, np.float32)
        self.rate = rate
        self.delay_s = delay_s
        self.closed = False
        self.reads: list[tuple[int, int]] = []
        self.readers: list[Sound] = []

    @property
    def channels(self) -> int:
        return self.samples.shape[0]

    @property
    def frames(self) -> int:
        return self.samples.shape[1]

    def read(self, start: int, stop: int) -> Floats:
        assert 0 <= start <= stop <= self.frames
        assert not self.closed
        self.reads.append((start, stop))
        time.sleep(self.delay_s)
        part = self.samples[:, start:stop].copy()
        if not np.isfinite(part).all():
            raise RecordingError("not finite")
        return part

    def reader(self) -> Sound:
        """An independent reader of the sound as it is now."""
        reader = Sound(self.samples.copy(), self.rate, self.delay_s)
        self.readers.append(reader)
        return reader

    def close(self) -> None:
        self.closed = True


def noise(frames: int, channels: int = 1, seed: int = 0, level: float = 0.1) -> Floats:
    """Gaussian noise (channels, frames)."""
    return (level * np.random.default_rng(seed).standard_normal((channels, frames))).astype(np.float32)


def sine(hz: float, frames: int, rate: int = 48000, peak: float = 1.0) -> Floats:
    """A sine (1, frames)."""
    return (peak * np.sin(2 * np.pi * hz / rate * np.arange(frames)))[None].astype(np.float32)

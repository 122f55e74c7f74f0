"""A recording with a patch laid over it, so that what works on a recording hears other sound in its place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Recorded
from engine.audio import Patch


@dataclass(frozen=True)
class Patched:
    """A recording with a patch laid in, for reading.

    Attributes:
        clip: the recording.
        patch: heard in place of what it holds there.
    """

    clip: Recorded
    patch: Patch

    @property
    def rate(self) -> int:
        """Frames a second."""
        return self.clip.rate

    @property
    def channels(self) -> int:
        """Number of channels."""
        return self.clip.channels

    @property
    def frames(self) -> int:
        """Length of the recording."""
        return self.clip.frames

    @property
    def subtype(self) -> str:
        """libsndfile's name of the sample type."""
        return self.clip.subtype

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Frames ``start`` to ``stop``, (channels, frames) float32; errors are those of the recording's ``read``."""
        return over(self.clip.read(start, stop), start, self.patch)


def over(sound: NDArray[np.float32], start: int, patch: Patch) -> NDArray[np.float32]:
    """Lay a patch over (channels, frames) that begins at frame ``start``, in place."""
    first, last = max(start, patch.start_frame), min(start + sound.shape[1], patch.stop_frame)
    if first < last:
        place = patch.start_frame
        sound[:, first - start : last - start] = patch.samples[:, first - place : last - place]
    return sound

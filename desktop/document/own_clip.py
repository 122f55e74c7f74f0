"""The recording opened once more for another thread, at the first read: opening a long MP3 takes a while."""

from __future__ import annotations

import logging
import threading

import numpy as np
from numpy.typing import NDArray

from engine.audio import Clip, open_clip
from engine.errors import RecordingError

log = logging.getLogger(__name__)


class OwnClip:
    """A recording with a file handle of its own; reading is safe from several threads.

    Where the file was removed or changed since ``clip`` was opened, ``clip`` serves, which still reads what was opened.

    Attributes:
        rate, channels, frames: of the recording.
    """

    def __init__(self, clip: Clip, allow_truncated: bool) -> None:
        self.rate, self.channels, self.frames = clip.rate, clip.channels, clip.frames
        self._shared = clip
        self._allow_truncated = allow_truncated
        self._lock = threading.Lock()
        self._reading: Clip | None = None
        self._own = False

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """As `engine.audio.Clip.read`."""
        with self._lock:
            clip = self._reading = self._reading or self._opened()
        return clip.read(start, stop)

    def close(self) -> None:
        """Close the handle, if it was opened; may be called twice."""
        with self._lock:
            if self._reading is not None and self._own:
                self._reading.close()
            self._own = False

    def _opened(self) -> Clip:
        shared = self._shared
        try:
            shared.check_unchanged()
            clip = open_clip(
                shared.path, allow_truncated=self._allow_truncated, repair_nonfinite=shared.repair_nonfinite
            )
        except RecordingError as error:
            log.warning("reading goes on in the file that was opened: %s", error)
            return shared
        self._own = True
        return clip

"""What can be listened to of a document: the recording, the takes in use, and a take to compare them with."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

from desktop.document.document import Document
from desktop.playback.feeding import Voice
from engine.region import Region

Voices = tuple[Voice, Voice, Voice]


def voices_of(document: Document, compared: int | None = None, band: Region | None = None) -> Voices:
    """Original, takes in use, and the same with the take ``compared`` in its region, for another thread.

    ``band`` lets only its frequencies be heard. Without takes, or nothing to compare, one voice stands for several,
    and is read once.
    """
    original: Voice = document.own_clip()
    used: Voice = document.reader() if document.takes else original
    other: Voice = used
    if compared in document.takes and document.is_other_take(compared):
        other = document.reader(using=compared)
    if band is None:
        return original, used, other
    banded = {id(voice): Banded(voice, band) for voice in (original, used, other)}
    return banded[id(original)], banded[id(used)], banded[id(other)]


def kinds_of(document: Document, compared: int | None, start: int, stop: int) -> tuple[Hashable, Hashable, Hashable]:
    """What tells the voices apart between two frames: the pieces of takes that are heard there."""
    used = document.pieces_between(start, stop)
    other = used
    if compared in document.takes and document.is_other_take(compared):
        other = document.pieces_between(start, stop, using=compared)
    return (), used, other


class Banded:
    """A voice of which only a band is heard."""

    def __init__(self, voice: Voice, band: Region) -> None:
        self.rate, self.channels, self.frames = voice.rate, voice.channels, voice.frames
        self._voice = voice
        self._whole = Region(0, voice.frames, band.low_hz, band.high_hz)
        self._reads: Callable[[int, int], NDArray[np.float32]] | None = None

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """As the voice's own."""
        if self._reads is None:
            from engine.splice import limited_to_band  # imports scipy.signal, which takes long: not in the window

            self._reads = limited_to_band(self._voice.read, self.frames, self._whole, self.rate)
        return self._reads(start, stop)

    def close(self) -> None:
        """Close the voice."""
        self._voice.close()

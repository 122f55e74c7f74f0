"""The three sounds of a document that can be seen, each with its pyramids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.document.document import Document
from desktop.pyramids.peaks import Peaks
from desktop.pyramids.readable import Origin
from desktop.pyramids.spectrum import Spectrum

Read = Callable[[int, int], NDArray[np.float32]]


@dataclass(frozen=True)
class Heard:
    """A sound that is read through functions of its owner.

    Attributes:
        rate, channels, frames: of the recording.
        read: frames from, to -> (channels, frames) float32.
        close: lets go of its files.
    """

    rate: int
    channels: int
    frames: int
    read: Read
    close: Callable[[], None]


def pyramids_of(document: Document, name: str) -> tuple[Peaks, Spectrum]:
    """Peaks and spectrum of the ``result``, the ``original`` or the ``difference``; their owner closes them."""
    read, make_reader = {
        "result": (document.read, lambda: result_reader(document)),
        "original": (document.read_original, lambda: original_reader(document)),
        "difference": (lambda start, stop: difference(document, start, stop), lambda: difference_reader(document)),
    }[name]
    here = heard(document, read)
    origin = Origin(document.source, lambda: original_reader(document), document.clip.repair_nonfinite)
    changed = [(take.start_frame, take.stop_frame) for take in document.takes.values()] if name == "result" else []
    return (
        Peaks(here, make_reader, origin=None if name == "difference" else origin, changed=changed),
        Spectrum(here, make_reader),
    )


def difference(document: Document, start: int, stop: int) -> NDArray[np.float32]:
    """What the takes in use changed: (channels, frames) float32."""
    made: NDArray[np.float32] = document.read(start, stop) - document.read_original(start, stop)
    return made


def result_reader(document: Document) -> Heard:
    """The sound with its takes as it is now, for another thread."""
    reader = document.reader()
    return heard(document, reader.read, reader.close)


def original_reader(document: Document) -> Heard:
    """The recording alone, for another thread."""
    reader = document.own_clip()
    return heard(document, reader.read, reader.close)


def difference_reader(document: Document) -> Heard:
    """What the takes in use now changed, for another thread."""
    result, original = document.reader(), document.own_clip()

    def close() -> None:
        result.close()
        original.close()

    return heard(document, lambda start, stop: result.read(start, stop) - original.read(start, stop), close)


def heard(document: Document, read: Read, close: Callable[[], None] = lambda: None) -> Heard:
    """A sound of the document's size."""
    return Heard(document.rate, document.channels, document.frames, read, close)

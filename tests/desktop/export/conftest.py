"""Documents on real recordings, with takes, for the tests of exporting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.opening import new_document
from engine.audio import Patch
from engine.region import Region
from tests.desktop.made import made_result
from tests.engine.recordings import with_chunks

RATE = 48000
FRAMES = RATE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where exports go; nothing else is there."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def open_document(tmp_path: Path) -> Iterator[Callable[..., Document]]:
    """A function that makes a document on noise."""
    opened: list[Document] = []

    def make(
        name: str = "interview.wav",
        subtype: str = "PCM_24",
        channels: int = 2,
        frames: int = FRAMES,
        rate: int = RATE,
        chunks: bool = False,
    ) -> Document:
        path = tmp_path / name
        sound = np.random.default_rng(0).uniform(-0.5, 0.5, (frames, channels))
        soundfile.write(path, sound, rate, subtype=subtype)
        if chunks:
            with_chunks(path)
        opened.append(new_document(path))
        return opened[-1]

    yield make
    for document in opened:
        document.close()


@pytest.fixture
def add_take() -> Callable[..., int]:
    """A function that adds a take of constant samples to a region; returns its id."""

    def add(document: Document, region_id: int, value: float = 0.25, use: bool = True, **others: Any) -> int:
        region = document.regions[region_id].region
        samples = np.full((document.channels, region.frames), value, np.float32)
        result = made_result(Patch(region.start_frame, samples), region, **others)
        return actions.add_take(document, region_id, result, use)

    return add


def region(start: int, stop: int) -> Region:
    """The whole band of some frames."""
    return Region(start, stop, 0.0, RATE / 2)

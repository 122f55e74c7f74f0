"""Documents on real recordings, with takes, for the tests of exporting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.opening import new_document
from engine.audio import Patch
from engine.region import Region
from engine.settings import RestoreSettings
from tests.engine.recordings import with_chunks

RATE = 48000
FRAMES = RATE


@dataclass(frozen=True)
class Result:
    """What the engine process hands back."""

    patch: Patch
    region: Region
    settings: RestoreSettings = field(default_factory=RestoreSettings)
    model_name: str = "retake-mini"
    model_hash: str = "abc123"
    licence: str = "MIT"
    device: str = "cpu"
    seconds: float = 1.5
    notes: tuple[str, ...] = ("a note",)
    measures: dict[str, float | None] = field(default_factory=lambda: {"lsd_db": 3.25, "pesq": None})
    quick: bool = False


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unsaved documents go to the test's own folder."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "xdg"))


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

    def add(document: Document, region_id: int, value: float = 0.25, use: bool = True) -> int:
        region = document.regions[region_id].region
        samples = np.full((document.channels, region.frames), value, np.float32)
        return actions.add_take(document, region_id, Result(Patch(region.start_frame, samples), region), use)

    return add


def region(start: int, stop: int) -> Region:
    """The whole band of some frames."""
    return Region(start, stop, 0.0, RATE / 2)

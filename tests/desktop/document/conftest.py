"""Documents on real files, and takes as the engine would hand them over."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from desktop.document.document import Document
from desktop.document.opening import new_document, open_project
from desktop.worker.messages import TakeResult
from engine.audio import Patch
from engine.region import Region
from tests.desktop.made import made_result as made_take

RATE, CHANNELS, FRAMES = 48000, 2, 480_000


@pytest.fixture(autouse=True)
def application(qapp: QCoreApplication) -> None:
    """Documents have timers, which an application drives."""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Ten seconds of noise, stereo, 24 bits."""
    sound = 0.1 * np.random.default_rng(0).standard_normal((FRAMES, CHANNELS))
    soundfile.write(tmp_path / "talk.wav", sound, RATE, subtype="PCM_24")
    return tmp_path / "talk.wav"


@pytest.fixture
def opened() -> Iterator[Callable[..., Document]]:
    """A function that opens a recording or a project; all are closed afterwards."""
    documents = []

    def open_one(path: Path, **options: object) -> Document:
        opens = open_project if path.suffix == ".retake" else new_document
        documents.append(opens(path, **options))  # type: ignore[arg-type]
        return documents[-1]

    yield open_one
    for document in documents:
        document.close()


@pytest.fixture
def document(recording: Path, opened: Callable[..., Document]) -> Document:
    """A document of `recording`."""
    return opened(recording)


@pytest.fixture
def made_result() -> Callable[..., TakeResult]:
    """A function that makes a result from frame ``start`` to ``stop``; noise of ``seed``."""

    def make(start: int, stop: int, seed: int = 1, channels: int = CHANNELS, **others: object) -> TakeResult:
        samples = np.random.default_rng(seed).standard_normal((channels, stop - start)).astype(np.float32)
        return made_take(Patch(start, samples), Region(start, stop, 0.0, RATE / 2), **others)

    return make


@pytest.fixture
def band() -> Callable[[int, int], Region]:
    """A function that makes a region of the whole band."""
    return lambda start, stop: Region(start, stop, 0.0, RATE / 2)


@pytest.fixture
def heard_changes() -> Callable[[Document], list[tuple[int, int]]]:
    """A function that collects what a document says of frames that sound different."""

    def collect(document: Document) -> list[tuple[int, int]]:
        ranges: list[tuple[int, int]] = []
        document.sound_changed.connect(lambda start, stop: ranges.append((start, stop)))
        return ranges

    return collect


@pytest.fixture(scope="session")
def different_ranges() -> Callable[[NDArray[np.float32], NDArray[np.float32]], list[tuple[int, int]]]:
    """A function that finds where two sounds differ, found from the samples alone."""

    def find(before: NDArray[np.float32], after: NDArray[np.float32]) -> list[tuple[int, int]]:
        differs = np.concatenate([[False], (before != after).any(axis=0), [False]])
        edges = np.flatnonzero(np.diff(differs.astype(int)))
        return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]

    return find


@dataclass(frozen=True)
class Disk:
    """A file system of its own, of 8 MB."""

    folder: Path

    def fill(self, but: int) -> None:
        """Leave no more than ``but`` bytes free."""
        size = shutil.disk_usage(self.folder).free - but
        (self.folder / "padding").write_bytes(bytes(size))

    def make_read_only(self) -> None:
        """Let nobody write to it, root neither."""
        subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    """A `Disk`, where the tests may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="session")
def demo_folder(root: Path) -> Path:
    """The bundled recordings."""
    return root / "resources" / "demo"

"""What the tests of the engine process share: the demo recordings, and engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from desktop.worker.supervisor import EngineThread
from engine.commands.demo import demo_folder
from tests.desktop.conftest import kept
from tests.desktop.worker.ears import SIGNALS, Ears

MUSIC, SPEECH = "music-loop-mika.flac", "speech-p286-011.wav"


@pytest.fixture(scope="session")
def music() -> Path:
    """8 s, 44.1 kHz, stereo."""
    return demo_folder() / MUSIC


@pytest.fixture(scope="session")
def speech() -> Path:
    """6.8 s, 48 kHz, mono."""
    return demo_folder() / SPEECH


@pytest.fixture(scope="module")
def engine(qapp: QObject) -> Iterator[EngineThread]:
    """One for all tests of a file: loading torch takes seconds."""
    thread = kept(EngineThread())
    yield thread
    thread.stop()


@pytest.fixture
def ears(engine: EngineThread) -> Iterator[Ears]:
    """On that engine, for one test."""
    made = Ears(engine)
    yield made
    for name in SIGNALS:
        getattr(engine, name).disconnect()


@pytest.fixture
def own_engine(qapp: QObject) -> Iterator[EngineThread]:
    """An engine of the test's own, which it may spoil."""
    thread = EngineThread()
    yield thread
    thread.stop()

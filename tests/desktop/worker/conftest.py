"""What the tests of the engine process share: the demo recordings, and what the engine gives without a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.commands.demo import demo_folder

MUSIC, SPEECH = "music-loop-mika.flac", "speech-p286-011.wav"


@pytest.fixture(scope="session")
def music() -> Path:
    """8 s, 44.1 kHz, stereo."""
    return demo_folder() / MUSIC


@pytest.fixture(scope="session")
def speech() -> Path:
    """6.8 s, 48 kHz, mono."""
    return demo_folder() / SPEECH

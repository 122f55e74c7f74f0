"""Damaged recordings on disk, taken again by the real engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from engine.audio import open_clip
from engine.jobs import Take, restore
from engine.model.load import Model
from engine.progress import Control
from engine.region import region_of
from engine.settings import RestoreSettings

Taken = Callable[..., Take]


@pytest.fixture(scope="session")
def speech(demo_folder: Path) -> np.ndarray:
    """2.5 s of a real voice at 16 kHz, (1, 40000)."""
    sound, rate = soundfile.read(demo_folder / "speech-p286-011.wav", dtype="float32", start=48000, frames=120000)
    assert rate == 48000
    return np.asarray(soxr.resample(sound, rate, 16000, quality="VHQ")[None])


@pytest.fixture
def taken(write_sound: Callable[..., Path], bundled: Model) -> Taken:
    """A function that writes (channels, frames) and restores a region of them, or all."""

    def take(
        sound: np.ndarray,
        settings: RestoreSettings,
        *,
        rate: int = 16000,
        subtype: str = "FLOAT",
        control: Control | None = None,
        **region: float,
    ) -> Take:
        with open_clip(write_sound(np.asarray(sound, np.float32), rate, subtype)) as clip:
            return restore(clip, region_of(clip.frames, clip.rate, **region), settings, bundled, control)

    return take

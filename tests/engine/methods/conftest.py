"""Targets: of noise, and of real recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.guess import interpolated
from engine.mel import log_mel, measure_level
from engine.targets import Target
from engine.training.vae import SPEC

MakeTarget = Callable[..., Target]


@pytest.fixture
def made_target() -> MakeTarget:
    """A function that makes a target of noise; ``gap`` are the rows that are neither trusted nor kept."""

    def make(frames: int = 100, gap: slice | None = None, bands: int = 64) -> Target:
        mel = -6 + torch.randn(frames, bands, generator=torch.Generator().manual_seed(1))
        trust, keep = torch.ones_like(mel), torch.ones_like(mel)
        rows = slice(None) if gap is None else gap
        keep[rows] = 0
        if gap is not None:
            trust[gap] = 0
        return Target(mel, trust, keep, keeps_level=gap is None)

    return make


@pytest.fixture
def real_target(demo_folder: Path) -> MakeTarget:
    """A function that makes a target of a real recording; a gap is filled by interpolation, as a task does."""
    import soundfile
    import soxr

    def make(name: str = "speech-p286-011.wav", frames: int = 256, gap: slice | None = None) -> Target:
        sound, rate = soundfile.read(demo_folder / name, dtype="float32", always_2d=True)
        resampled = torch.from_numpy(soxr.resample(sound, rate, SPEC.rate, quality="VHQ").T.copy())
        mel = log_mel(measure_level(resampled).apply(resampled), SPEC)[60 : 60 + frames]
        trust, keep = torch.ones_like(mel), torch.ones_like(mel)
        keep[slice(None) if gap is None else gap] = 0
        if gap is not None:
            trust[gap] = 0
        return Target(interpolated(mel, trust), trust, keep, keeps_level=gap is None)

    return make

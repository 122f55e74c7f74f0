"""What the tests of commands look at of the files that these write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile


def samples(path: Path) -> np.ndarray:
    """(channels, frames) float64."""
    return soundfile.read(path, always_2d=True)[0].T


def left_in(out: Path) -> list[str]:
    """All names beside an output, hidden ones included."""
    return sorted(path.name for path in out.parent.iterdir())


def truncated(path: Path) -> Path:
    """A WAV that ends in the middle of its samples."""
    path.write_bytes(path.read_bytes()[: 44 + 2 * 1500])
    return path

"""By how much an output is made louder or softer: to a peak, or to a loudness (ITU-R BS.1770-5)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.audio import Clip, Patch
from engine.errors import InputError
from engine.measuring.loudness import Loudness
from engine.progress import Control
from engine.rendition import Rendition, processed

HIGHEST_PEAK_DBFS = 0.0
LOWEST_DB = -60.0
Mode = Literal["off", "peak", "loudness"]
MODES: tuple[Mode, ...] = ("off", "peak", "loudness")


@dataclass(frozen=True)
class Normalising:
    """What an output's level becomes.

    Attributes:
        mode: ``off``; ``peak`` for the largest sample; ``loudness`` for the integrated loudness.
        target_db: dBFS or LUFS.
    """

    mode: Mode = "off"
    target_db: float = -1.0

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"normalising is {self.mode!r}; accepted are {', '.join(MODES)}")
        if not LOWEST_DB <= self.target_db <= HIGHEST_PEAK_DBFS:
            raise InputError(f"level is {self.target_db:g} dB; accepted is {LOWEST_DB:g} to {HIGHEST_PEAK_DBFS:g}")


def gain_for(
    clip: Clip, patches: Sequence[Patch], rendition: Rendition, wanted: Normalising, control: Control
) -> tuple[float, tuple[str, ...]]:
    """The gain in dB that brings a rendition to its level, and what the user must be told of it.

    Loudness is held back where samples would pass full scale. Silence stays as it is.

    Raises:
        RecordingError: the recording can't be read.
        Cancelled: the user stopped.
    """
    if wanted.mode == "off":
        return 0.0, ()
    peak_db, lufs = levels(clip, patches, replace(rendition, gain_db=0.0), wanted.mode == "loudness", control)
    if peak_db is None:
        return 0.0, ("is silent: its level was not changed",)
    if wanted.mode == "peak":
        return wanted.target_db - peak_db, ()
    if lufs is None:
        return 0.0, ("is too short or too soft for a loudness: its level was not changed",)
    gain_db, most_db = wanted.target_db - lufs, HIGHEST_PEAK_DBFS - peak_db
    if gain_db <= most_db:
        return gain_db, ()
    return most_db, (f"held back to {lufs + most_db:.1f} LUFS, so that nothing is clipped",)


def levels(
    clip: Clip, patches: Sequence[Patch], rendition: Rendition, with_loudness: bool, control: Control
) -> tuple[float | None, float | None]:
    """The largest sample in dBFS and, where asked for, the integrated loudness in LUFS; None for silence."""
    peak = 0.0
    loudness = Loudness(rendition.rate or clip.rate, clip.channels, signals=1) if with_loudness else None
    for sound in processed(clip, patches, rendition, control, "measuring the level"):
        if not len(sound):
            continue
        peak = max(peak, float(np.abs(sound).max()))
        if loudness is not None:
            loudness.push(sound.T.astype(np.float32))  # (n, C) -> (C, n)
    lufs = loudness.integrated()[0] if loudness is not None else None
    return (20 * math.log10(peak) if peak > 0 else None), lufs

"""What the judging of restorations shares: stretches of recordings, sounds written to a file and taken again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.audio import open_clip
from engine.jobs import Take, restore
from engine.measuring.sample_errors import SampleErrors
from engine.model.load import Model
from engine.region import region_of
from engine.settings import RestoreSettings

Sound = NDArray[np.float32]


def loudest_stretch(path: Path, length_s: float) -> tuple[Sound, int]:
    """The stretch (channels, frames) of a recording with the most energy, less its mean, and the rate.

    Raises:
        RecordingError: it can't be read.
    """
    with open_clip(path) as clip:
        sound, rate = clip.read(0, clip.frames), clip.rate
    length = min(round(length_s * rate), sound.shape[1])
    energy = np.cumsum(np.concatenate([[0.0], np.square(sound, dtype=np.float64).sum(axis=0)]))
    start = int(np.argmax(energy[length:] - energy[:-length]))
    stretch = sound[:, start : start + length]
    return np.asarray(stretch - stretch.mean(axis=1, keepdims=True)), rate


def taken_from(sound: Sound, rate: int, start_frame: int, settings: RestoreSettings, model: Model) -> Take:
    """Restore (channels, frames) from ``start_frame`` to its end, as `engine.jobs.restore` does it with a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "damaged.wav"
        soundfile.write(file, sound.T, rate, subtype="FLOAT")
        with open_clip(file) as clip:
            return restore(clip, region_of(clip.frames, rate, start_s=start_frame / rate), settings, model)


def si_sdr_db(reference: Sound, result: Sound) -> float | None:
    """SI-SDR of (channels, frames) in dB; None where it is undefined."""
    errors = SampleErrors()
    errors.push(reference, result)
    return errors.measures()["si_sdr_db"]


def gained(after: float | None, before: float | None) -> float | None:
    """The difference, where both are defined."""
    return None if after is None or before is None else after - before

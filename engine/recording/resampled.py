"""A recording at a higher rate: resampled as a whole into a temporary file, which is read as any other.

soxr at its highest quality. The file holds 32-bit floats, so that nothing is rounded or clipped on the way. Tags come
along; chunks that count in samples, such as cue points, don't.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
import soxr

from engine.audio import Clip, open_clip
from engine.errors import DiskFullError, InputError
from engine.progress import Control

HIGHEST_RATE = 192000
BLOCK_S = 10.0


@contextmanager
def at_rate(clip: Clip, rate: int | None, control: Control) -> Iterator[Clip]:
    """The recording at ``rate``; as it is where that is None.

    Raises:
        InputError: the rate is no higher than the recording's own, or higher than anyone's.
        RecordingError: the recording can't be read.
        DiskFullError: the temporary folder has no room.
        Cancelled: the user stopped.
    """
    if rate is None:
        yield clip
        return
    if not clip.rate < rate <= HIGHEST_RATE:
        raise InputError(f"rate is {rate}; accepted is above the recording's own {clip.rate} up to {HIGHEST_RATE} Hz")
    with tempfile.TemporaryDirectory(prefix="retake-") as folder:
        path = Path(folder) / "resampled.w64"
        try:
            _write(clip, rate, path, control)
        except soundfile.LibsndfileError as error:
            raise DiskFullError(f"{folder} can't hold the resampled recording: {error.error_string}") from error
        with open_clip(path) as resampled:
            resampled.tags = clip.tags
            for note in [*clip.notes, f"resampled from {clip.rate} to {rate} Hz"]:
                resampled.note(note)
            yield resampled


def _write(clip: Clip, rate: int, path: Path, control: Control) -> None:
    stream = soxr.ResampleStream(clip.rate, rate, clip.channels, dtype="float32", quality="VHQ")
    wanted = -(-clip.frames * rate // clip.rate)
    step = round(BLOCK_S * clip.rate)
    with soundfile.SoundFile(path, "w", rate, clip.channels, subtype="FLOAT", format="W64") as file:
        for first in range(0, clip.frames, step):
            control.step("resampling", first, clip.frames)
            last = min(first + step, clip.frames)
            frames = np.ascontiguousarray(clip.read(first, last).T)  # (channels, n) -> (n, channels)
            file.write(stream.resample_chunk(frames, last=last == clip.frames)[: wanted - file.frames])

"""From a stretch of a recording to its log-mel: resampled once, levelled once, analysed in blocks.

Nothing here is as long as the recording but the resampled sound (`engine.scratch`) and the mel itself, 25 kB a
second in AudioLDM2's layout.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.audio import Readable
from engine.mel import Level, MelSpec, level_from, log_mel_from_magnitude, magnitude
from engine.progress import Control
from engine.scratch import let_go, scratch_array

BLOCK_S = 10.0
BLOCK_MEL_FRAMES = 1024


class Recorded(Readable, Protocol):
    """What is analysed: an `engine.audio.Clip`, or one with some of its sound repaired."""

    @property
    def subtype(self) -> str:
        """libsndfile's name of the sample type."""


@dataclass(frozen=True)
class Analysis:
    """A stretch of a recording as the model hears it.

    Attributes:
        clip: the recording.
        start_frame, end_frame: the stretch, at the recording's rate.
        spec: of the mel.
        level: what was taken out before analysis.
        padded: (channels, pad + T * hop + pad) float32 at ``spec.rate``, levelled, with its padding.
        mel: (T, bands) log-mel, float32, on the model's device.
    """

    clip: Recorded
    start_frame: int
    end_frame: int
    spec: MelSpec
    level: Level
    padded: NDArray[np.float32]
    mel: Tensor

    @property
    def sound(self) -> NDArray[np.float32]:
        """(channels, T * hop) levelled sound at the model's rate, without its padding; a view."""
        return self.padded[:, self.spec.pad : self.padded.shape[1] - self.spec.pad]

    def mel_positions(self, frames: NDArray[np.floating]) -> NDArray[np.floating]:
        """Where frames of the recording lie among the mel frames, as fractions."""
        seconds = (frames - self.start_frame) / self.clip.rate
        return seconds * self.spec.rate / self.spec.hop - 0.5

    def frames_at(self, mel_positions: NDArray[np.floating]) -> NDArray[np.float64]:
        """Where mel frames lie in the recording, in its frames; undoes `mel_positions`."""
        seconds = (mel_positions + 0.5) * self.spec.hop / self.spec.rate
        return np.asarray(self.start_frame + seconds * self.clip.rate)


def analyse(
    clip: Recorded, start_frame: int, end_frame: int, spec: MelSpec, device: torch.device, control: Control
) -> Analysis:
    """Analyse frames ``start_frame`` to ``end_frame`` (exclusive) of a recording, all channels.

    Raises:
        RecordingError: what is read isn't finite, or can't be read.
        Cancelled: the user stopped.
    """
    frames = end_frame - start_frame
    samples = max(1, math.ceil(frames * spec.rate / clip.rate))
    mel_frames = math.ceil(samples / spec.hop)
    padded = scratch_array((clip.channels, mel_frames * spec.hop + 2 * spec.pad))
    sound = padded[:, spec.pad : spec.pad + samples]
    # The mean is taken out before resampling, whose filter would make an edge of it at both ends.
    mean = _mean(clip, start_frame, end_frame, control)
    _resample(clip, start_frame, end_frame, mean, sound, spec.rate, control)
    level = _take_gain(sound, mean)
    _pad_by_reflection(padded, spec.pad)
    mel = torch.empty((mel_frames, spec.bands), device=device)
    for first in range(0, mel_frames, BLOCK_MEL_FRAMES):
        control.step("analysing", first, mel_frames)
        last = min(first + BLOCK_MEL_FRAMES, mel_frames)
        block = torch.from_numpy(padded[:, first * spec.hop : last * spec.hop + 2 * spec.pad]).to(device)
        mel[first:last] = log_mel_from_magnitude(magnitude(block, spec), spec)
        let_go(padded)
    return Analysis(clip, start_frame, end_frame, spec, level, padded, mel)


def _read_blocks(
    clip: Recorded, start_frame: int, end_frame: int, control: Control
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Blocks (channels, n) of the recording, each with the frame that it ends at."""
    step = max(1, round(BLOCK_S * clip.rate))
    for first in range(start_frame, end_frame, step):
        control.step("reading", first - start_frame, end_frame - start_frame)
        last = min(first + step, end_frame)
        yield last, clip.read(first, last)


def _mean(clip: Recorded, start_frame: int, end_frame: int, control: Control) -> NDArray[np.float32]:
    """The mean of each channel, (channels, 1)."""
    total = np.zeros(clip.channels)
    for _, block in _read_blocks(clip, start_frame, end_frame, control):
        total += block.sum(axis=1, dtype=np.float64)
    return (total / (end_frame - start_frame)).astype(np.float32)[:, None]


def _resample(
    clip: Recorded,
    start_frame: int,
    end_frame: int,
    mean: NDArray[np.float32],
    out: NDArray[np.float32],
    rate: int,
    control: Control,
) -> None:
    """Fill ``out`` (channels, samples) with the recording less its mean at ``rate``."""
    stream = soxr.ResampleStream(clip.rate, rate, clip.channels, dtype="float32", quality="VHQ")
    filled = 0
    for last, block in _read_blocks(clip, start_frame, end_frame, control):
        frames = np.ascontiguousarray((block - mean).T)  # (channels, n) -> (n, channels)
        resampled = stream.resample_chunk(frames, last=last == end_frame)
        count = min(len(resampled), out.shape[1] - filled)
        out[:, filled : filled + count] = resampled[:count].T
        filled += count
        let_go(out)


def _blocks(sound: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    step = 1 << 20
    return [sound[:, at : at + step] for at in range(0, sound.shape[1], step)]


def _take_gain(sound: NDArray[np.float32], mean: NDArray[np.float32]) -> Level:
    """Bring (channels, samples), already without its ``mean``, to the model's level in place."""
    peak = max(float(np.abs(block).max()) for block in _blocks(sound))
    level = level_from(torch.from_numpy(mean), peak)
    for block in _blocks(sound):
        block *= np.float32(level.gain)
        let_go(sound)
    return level


def _pad_by_reflection(padded: NDArray[np.float32], pad: int) -> None:
    """Fill the padding of (channels, pad + n + pad) by reflection about the first and last sample, if they suffice."""
    inner = padded.shape[1] - 2 * pad
    count = min(pad, inner - 1)
    first, last = pad, pad + inner - 1
    padded[:, first - count : first] = padded[:, first + 1 : first + 1 + count][:, ::-1]
    padded[:, last + 1 : last + 1 + count] = padded[:, last - count : last][:, ::-1]

"""Recordings as the network hears them: one channel at the model's rate, levelled as a job would, and its mel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.audio import open_clip
from engine.mel import log_mel, measure_level
from engine.model.load import Model
from engine.training.data import kind_of, mono_at

LONGEST_S = 30.0
WINDOW_FRAMES = 512
MULTIPLE = 32


@dataclass(frozen=True)
class Piece:
    """A recording's first `LONGEST_S` seconds.

    Attributes:
        name, kind: of the recording.
        sound: (samples,) float32 on the CPU, loudest sample at 0.5.
        mel: (T, bands) log-mel on the model's device.
    """

    name: str
    kind: str
    sound: Tensor
    mel: Tensor


def read_piece(path: Path, model: Model) -> Piece:
    """Read a recording's loudest channel.

    Raises:
        RecordingError: it can't be read.
    """
    with open_clip(path) as clip:
        recorded = clip.read(0, min(clip.frames, round(LONGEST_S * clip.rate)))
        mono = torch.from_numpy(mono_at(recorded, clip.rate, model.spec.rate))[None]
    sound = measure_level(mono).apply(mono)
    return Piece(path.name, kind_of(path), sound[0], log_mel(sound, model.spec).to(model.placement.device))


def middle_window(mel: Tensor, frames: int = WINDOW_FRAMES) -> Tensor:
    """The middle of (T, bands): at most ``frames``, a multiple of 32, none where there are fewer than that."""
    length = min(frames, len(mel)) // MULTIPLE * MULTIPLE
    start = (len(mel) - length) // 2
    return mel[start : start + length]


def spread(pieces: Sequence[Piece], most_a_kind: int) -> list[Piece]:
    """At most ``most_a_kind`` of each kind, evenly spaced over those there are."""
    chosen: list[Piece] = []
    for kind in dict.fromkeys(piece.kind for piece in pieces):
        same = [piece for piece in pieces if piece.kind == kind]
        count = min(most_a_kind, len(same))
        chosen += [same[(2 * index + 1) * len(same) // (2 * count)] for index in range(count)]
    return chosen

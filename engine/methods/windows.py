"""Mels of any length through a network that takes windows: overlapping, cross-faded, padded with silence."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.model.load import Model
from engine.progress import Control

WINDOW_FRAMES = 512
OVERLAP_FRAMES = 128
MULTIPLE = 32


def window_starts(frames: int, window: int = WINDOW_FRAMES, overlap: int = OVERLAP_FRAMES) -> list[int]:
    """First frames of the windows that cover ``frames`` frames; the last one ends with them."""
    if frames <= window:
        return [0]
    return [*range(0, frames - window, window - overlap), frames - window]


def in_windows(
    mel: Tensor,
    model: Model,
    function: Callable[[Tensor], Tensor],
    control: Control,
    stage: str = "taking again",
) -> Tensor:
    """Apply ``function``, (1, 1, T', bands) -> the same, to a mel (T, bands) of any length.

    What two windows both give is cross-faded; what is shorter than a window is lengthened with silence to a
    multiple of 32 frames.
    """
    frames = len(mel)
    lengthened = F.pad(mel, (0, 0, 0, -frames % MULTIPLE), value=model.spec.silence)
    starts = window_starts(len(lengthened))
    out = torch.zeros_like(lengthened)
    weights = torch.zeros(len(lengthened), 1, device=mel.device)
    for index, start in enumerate(starts):
        control.step(stage, index, len(starts))
        rows = slice(start, start + WINDOW_FRAMES)
        weight = _fades(len(lengthened[rows]), start > 0, start != starts[-1], mel.device)
        out[rows] += function(lengthened[rows][None, None])[0, 0] * weight
        weights[rows] += weight
    return (out / weights)[:frames]


def _fades(frames: int, fade_in: bool, fade_out: bool, device: torch.device) -> Tensor:
    """(frames, 1): ramps over the overlap, without its outer quarters, where the network lacks context."""
    edge = OVERLAP_FRAMES // 4
    ramp = ((torch.arange(frames, device=device) + 0.5 - edge) / (OVERLAP_FRAMES - 2 * edge)).clamp(1e-6, 1.0)
    weight = torch.ones(frames, device=device)
    if fade_in:
        weight = weight * ramp
    if fade_out:
        weight = weight * ramp.flip(0)
    return weight[:, None]

"""Mels and latents of any length through a network that takes windows: overlapping, cross-faded."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.model.load import Model
from engine.model.seen import MULTIPLE
from engine.progress import Control

OVERLAP_FRAMES = 128


def window_starts(frames: int, window: int, overlap: int = OVERLAP_FRAMES) -> list[int]:
    """First frames of the windows that cover ``frames`` frames; the last one ends with them."""
    if frames <= window:
        return [0]
    return [*range(0, frames - window, window - overlap), frames - window]


def lengthened(mel: Tensor, value: float) -> Tensor:
    """(T, bands) with rows of ``value`` after it, up to a multiple of 32 frames."""
    return F.pad(mel, (0, 0, 0, -len(mel) % MULTIPLE), value=value)


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
    whole = lengthened(mel, model.spec.silence)[None, None]
    starts = window_starts(whole.shape[-2], model.window_frames)

    def reported(index: int, piece: Tensor) -> Tensor:
        control.step(stage, index, len(starts))
        return function(piece)

    return blended(whole, reported, window=model.window_frames)[0, 0, : len(mel)]


def blended(
    values: Tensor,
    function: Callable[[int, Tensor], Tensor],
    *,
    window: int,
    overlap: int = OVERLAP_FRAMES,
) -> Tensor:
    """Apply ``function`` to windows of ``values`` (..., T, F) and cross-fade what they give.

    Args:
        function: given the window's number and its values, (..., T', F); returns (..., T' * r, F') for some ratio r
            that is the same for all windows, and makes whole numbers of all their starts.
        window, overlap: in rows of ``values``.

    Returns:
        (..., T * r, F').
    """
    rows = values.shape[-2]
    starts = window_starts(rows, window, overlap)
    out = weights = torch.empty(0)
    for index, start in enumerate(starts):
        piece = values[..., start : start + window, :]
        given = function(index, piece)
        came, went = given.shape[-2], piece.shape[-2]
        if index == 0:
            out = given.new_zeros(*given.shape[:-2], rows * came // went, given.shape[-1])
            weights = given.new_zeros(rows * came // went, 1)
        first = start * came // went
        weight = fades(came, overlap * came // went, start > 0, start != starts[-1], given.device)
        out[..., first : first + came, :] += given * weight
        weights[first : first + came] += weight
    return out / weights


def window_shares(frames: int, window: int, device: torch.device) -> list[tuple[int, Tensor]]:
    """First frame of each window, and how far its rows count in what `blended` gives: (T', 1), summing to 1."""
    starts = window_starts(frames, window)
    weights = torch.zeros(frames, 1, device=device)
    shares = []
    for start in starts:
        rows = min(window, frames)
        weight = fades(rows, OVERLAP_FRAMES, start > 0, start != starts[-1], device)
        weights[start : start + rows] += weight
        shares.append((start, weight))
    return [(start, weight / weights[start : start + len(weight)]) for start, weight in shares]


def fades(rows: int, overlap: int, fade_in: bool, fade_out: bool, device: torch.device) -> Tensor:
    """(rows, 1): ramps over the overlap, without its outer quarters, where the network lacks context."""
    edge = overlap // 4
    ramp = ((torch.arange(rows, device=device) + 0.5 - edge) / (overlap - 2 * edge)).clamp(1e-6, 1.0)
    weight = torch.ones(rows, device=device)
    if fade_in:
        weight = weight * ramp
    if fade_out:
        weight = weight * ramp.flip(0)
    return weight[:, None]

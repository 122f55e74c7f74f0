"""The best classical guess where a recording can't be believed, and how far it can be: what a model starts from.

All work on log-mels (..., T, bands) in nepers, batches included, and are shared by the tasks, which make targets of
recordings, and by the training, which makes both sides of the same damage. Where nothing is known the guess is
plausible and too smooth; to give it texture is the model's work.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

BELIEVED = 0.5  # cells that are trusted less take no part in a guess
SLOPE_BANDS = 12
ENVELOPE_BANDS = 4
ENVELOPE_FRAMES = 5
STEEPEST_SLOPE = 0.35  # nepers a band
LONGEST_STRETCH = 60  # frames
STRETCH_OVERLAP = 8
LEVEL_FRAMES = 4  # on each side of a hole that tell its level
LARGEST_RISE = 1.0  # nepers
LEVELLING_ROUNDS = 2
LEVELLED_RANGE = 2.5  # nepers below the loudest cell
LEAST_SNR = 0.0032  # power, -25 dB


def interpolated(mel: Tensor, trust: Tensor) -> Tensor:
    """Interpolate linearly over time, band by band, between the nearest believed cells.

    Before the first and after the last believed cell of a band its value is held; a band without any keeps ``mel``.

    Args:
        mel, trust: (..., T, bands); cells with trust under one half are replaced.
    """
    believed = trust >= BELIEVED
    frames = mel.shape[-2]
    place = torch.arange(frames, device=mel.device)[:, None].expand(mel.shape)
    before = torch.where(believed, place, -1).cummax(dim=-2).values
    after = torch.where(believed, place, frames).flip(-2).cummin(dim=-2).values.flip(-2)
    first, last = before.clamp_min(0), after.clamp_max(frames - 1)
    first = torch.where(before < 0, last, first)
    last = torch.where(after >= frames, first, last)
    weight = (place - first) / (last - first).clamp_min(1)
    line = torch.lerp(mel.gather(-2, first), mel.gather(-2, last), weight.to(mel))
    return torch.where(believed | ~believed.any(dim=-2, keepdim=True), mel, line)


def textured(mel: Tensor, guess: Tensor, trust: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Give a guess over a hole in time the texture that the believed frames around it have.

    Stretches as long as the hole are drawn from the frames around it; what each deviates from the straight line between
    its own ends, and from that deviation's mean, is laid onto the guess, over all bands together. A hole that is longer
    than the stretches that there are gets several, overlapping. The level is then set to that of the frames beside the
    hole, in power, and no cell becomes louder than the loudest of its band that is believed.

    Args:
        mel, guess, trust: (T, bands); frames with trust under one half somewhere make up the hole.
        share: of the deviations, 0 to 1.
        generator: of the draws.

    Returns:
        (T, bands); ``guess`` where there is no hole, or too little around it.
    """
    believed = (trust >= BELIEVED).all(dim=1)
    hole = torch.nonzero(~believed)[:, 0]
    if share <= 0 or not len(hole):
        return guess
    first, last = int(hole[0]), int(hole[-1]) + 1
    stretch = min(last - first, max(first, len(mel) - last) // 2 - 2, LONGEST_STRETCH)
    sides = [range(1, first - stretch), range(last + 1, len(mel) - stretch)]
    starts = [start for side in sides for start in side if bool(believed[start - 1 : start + stretch + 1].all())]
    if stretch < 1 or not starts:
        return guess
    deviation = torch.zeros_like(guess)
    overlap = min(STRETCH_OVERLAP, stretch // 2)
    place = first
    while place < last:
        drawn = starts[int(torch.randint(len(starts), (1,), generator=generator))]
        rows = min(stretch, last - place)
        fade = torch.ones(rows, 1)
        if place > first:
            fade[:overlap] = torch.linspace(0, torch.pi / 2, overlap + 2)[1:-1, None].sin()[:rows]
            deviation[place : place + overlap] *= (1 - fade[:overlap].square()).sqrt().to(guess)
        deviation[place : place + rows] += fade.to(guess) * _deviation(mel, drawn, stretch)[:rows]
        place += max(1, stretch - overlap) if place + rows < last else rows
    loudest = mel[believed].amax(dim=0)
    out = torch.where(trust >= BELIEVED, guess, guess + share * deviation)
    for _ in range(LEVELLING_ROUNDS):
        # What hardly counts for the level stays.
        loud = (1 + (out - out[first:last].amax()) / LEVELLED_RANGE).clamp(0, 1)
        out = torch.minimum(out + loud * _level_shift(mel, out, trust, first, last), loudest)
    return torch.where(trust >= BELIEVED, guess, out)


def _deviation(mel: Tensor, start: int, rows: int) -> Tensor:
    """What rows ``start`` to ``start + rows`` deviate from the line between the rows before and after them, mean 0."""
    weight = (torch.arange(rows, device=mel.device)[:, None] + 1) / (rows + 1)
    deviation = mel[start : start + rows] - torch.lerp(mel[start - 1], mel[start + rows], weight.to(mel))
    return deviation - deviation.mean(dim=0)


def _level_shift(mel: Tensor, guess: Tensor, trust: Tensor, first: int, last: int) -> float:
    """Nepers that bring the hole's untrusted cells to the level midway between those of the frames beside it."""
    doubt = (trust < BELIEVED).to(mel)
    bands = doubt.amax(dim=0)

    def level(rows: slice) -> float:
        return float(0.5 * ((torch.exp(2 * mel[rows]) * bands).sum(dim=1).mean() + 1e-12).log())

    before, after = slice(max(0, first - LEVEL_FRAMES), first), slice(last, last + LEVEL_FRAMES)
    levels = [level(rows) for rows in (before, after) if len(mel[rows])]
    wanted = sum(levels) / len(levels)
    inside = torch.exp(2 * guess[first:last]) * doubt[first:last]
    have = 0.5 * float((inside.sum(dim=1).mean() + 1e-12).log())
    return min(LARGEST_RISE, wanted - have)


def extended(mel: Tensor, known_bands: Tensor) -> Tensor:
    """Continue the spectral envelope into the bands that hold nothing.

    The highest known bands give the level, frame by frame; a line through their means over time gives the slope,
    which never rises.

    Args:
        mel: (..., T, bands).
        known_bands: (...) how many bands from the lowest up hold the recording; at least one.

    Returns:
        (..., T, bands), as ``mel`` below.
    """
    bands = mel.shape[-1]
    place = torch.arange(bands, device=mel.device)
    count = known_bands[..., None]
    slope_share = ((place < count) & (place >= count - SLOPE_BANDS)).to(mel)
    mean = mel.mean(dim=-2)
    centre = (slope_share * place).sum(dim=-1, keepdim=True) / slope_share.sum(dim=-1, keepdim=True)
    offset = (place - centre) * slope_share
    spread = offset.square().sum(dim=-1).clamp_min(1e-6)
    slope = ((offset * mean).sum(dim=-1) / spread).clamp(-STEEPEST_SLOPE, 0.0)
    top = ((place < count) & (place >= count - ENVELOPE_BANDS)).to(mel)
    top = top / top.sum(dim=-1, keepdim=True)
    level = _smoothed((mel * top[..., None, :]).sum(dim=-1))  # (..., T)
    level_at = (top * place).sum(dim=-1)
    steps = place - level_at[..., None]
    line = level[..., None] + (slope[..., None] * steps)[..., None, :]
    return torch.where((place < count)[..., None, :], mel, line)


def _smoothed(envelope: Tensor) -> Tensor:
    """Moving average of (..., T) over `ENVELOPE_FRAMES` frames."""
    flat = envelope.reshape(-1, 1, envelope.shape[-1])
    half = ENVELOPE_FRAMES // 2
    flat = F.avg_pool1d(F.pad(flat, (half, half), mode="replicate"), ENVELOPE_FRAMES, 1)
    return flat.reshape(envelope.shape)


def subtracted(mel: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """A mel less the noise's power (Boll 1979, on powers), and how far each cell of it can be believed.

    With the maximum-likelihood ratio ``xi = max(Y^2 / N^2 - 1, -25 dB)``, ``xi / (1 + xi)`` is the share of the power
    that is the signal's. It is what is left of the power, and the trust: a Wiener filter's gain.

    Args:
        mel: (..., T, bands) of recording and noise together.
        noise: (..., 1 or T, bands) log of the noise's root-mean-square mel.

    Returns:
        The estimate and the trust, both (..., T, bands).
    """
    ratio = ((2 * (mel - noise)).clamp(-20, 20).exp() - 1).clamp_min(LEAST_SNR)
    share = ratio / (1 + ratio)
    return mel + 0.5 * share.log(), share

"""Gaps over the whole band, everything around them trusted.

Several gaps of one length are put into a window of a recording, where it is not silent; all of them are filled at
once, each sample from a guess with texture as the task `fill` makes it. Guess and sampler are told the exact gap (the
sampler itself erodes that trust by a latent cell), and only the gap's own cells are measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.guess import textured
from engine.mel import MelSpec
from engine.metrics import DB_PER_NEPER
from engine.settings import FillSettings
from engine.training.judging.medians import Medians, by_kind, finite
from engine.training.judging.pieces import Piece, middle_window
from engine.training.judging.sampler import Guess, Sample

GAPS_MS = (240, 480)
GAPS_IN_A_WINDOW = 4
SAMPLES = 8
SPACING_FRAMES = 32  # at least so much is trusted between two gaps, and before the first
SILENT_DB = -60.0
MEASURES = ("interpolation_db", "one_db", "mean_db", "level_db", "texture", "texture_interpolation")


def filled_gaps(
    sample: Sample,
    guess: Guess,
    pieces: Sequence[Piece],
    spec: MelSpec,
    *,
    steps: int,
    start: float,
    seed: int,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Fill gaps with 8 samples each, and compare with the truth and with linear interpolation.

    Args:
        sample, guess: what fills, and the interpolation that is compared; with texture it is what is started from.
        start: noise level that the sampler starts from, 0..1.

    Returns:
        ``rows``, one a gap (see `measure_gap`), and ``medians``, whose keys end in the gap's length: ``one_db_240``.
    """
    rows: list[dict[str, Any]] = []
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    for piece in pieces:
        mel = middle_window(piece.mel)
        for gap_ms in GAPS_MS:
            length = round(gap_ms * spec.rate / spec.hop / 1000)
            starts = gap_places(mel, length, rng)
            if not starts:
                continue
            trust = torch.ones_like(mel)
            for first in starts:
                trust[first : first + length] = 0
            interpolated = guess(mel, trust)
            begun = torch.stack([with_texture(mel, interpolated, trust, starts, generator) for _ in range(SAMPLES)])
            sampled = sample(
                begun,
                trust.expand(SAMPLES, -1, -1),
                kind=piece.kind,
                steps=steps,
                start=start,
                generator=generator,
            )
            for first in starts:
                gap = slice(first, first + length)
                measures = measure_gap(mel[gap], interpolated[gap], sampled[:, gap])
                rows.append({"file": piece.name, "kind": piece.kind, "gap_ms": gap_ms, "frame": first, **measures})
    medians = medians_by_length(rows)
    for name, column in medians.items():
        figures = (f"{key} {value:.2f}" for key, value in column.items() if value is not None)
        report(f"gaps, {name}: " + ", ".join(figures))
    return {"rows": rows, "medians": medians, "start": start}


def with_texture(
    mel: Tensor, interpolated: Tensor, trust: Tensor, starts: Sequence[int], generator: torch.Generator
) -> Tensor:
    """What the task `fill` would begin each gap of (T, bands) with: interpolated, with the texture of what is around.

    Args:
        starts: first frames of the gaps, in order.
    """
    begun = interpolated.clone()
    edges = [0, *starts, len(mel)]
    for before, first, after in zip(edges, edges[1:], edges[2:], strict=False):
        # From the end of the gap before to the start of the gap after.
        begin = before + int((trust[before:first] == 0).all(dim=1).sum())
        around = slice(begin, after)
        begun[around] = textured(mel[around], interpolated[around], trust[around], FillSettings().texture, generator)
    return begun


def gap_places(mel: Tensor, length: int, rng: np.random.Generator) -> list[int]:
    """First frames of up to 4 gaps in (T, bands), in order, none silent: 60 dB below the loudest frame or more."""
    power = torch.exp(2 * mel.double()).mean(dim=1).cpu().numpy()
    last = len(power) - SPACING_FRAMES - length
    if last < SPACING_FRAMES:
        return []
    in_gap = np.convolve(power, np.full(length, 1 / length), mode="valid")
    loud = in_gap > power.max() * 10 ** (SILENT_DB / 10)
    places: list[int] = []
    for place in rng.permutation(np.arange(SPACING_FRAMES, last + 1)):
        apart = all(abs(int(place) - other) >= length + SPACING_FRAMES for other in places)
        if loud[place] and apart and len(places) < GAPS_IN_A_WINDOW:
            places.append(int(place))
    return sorted(places)


def measure_gap(truth: Tensor, interpolated: Tensor, samples: Tensor) -> dict[str, float | None]:
    """Measures of one gap: ``truth`` and ``interpolated`` (T, bands), ``samples`` (S, T, bands), all log-mel.

    Returns:
        Mean |difference| in dB of the interpolation, of the first sample and of the samples' mean; the difference
        of the first sample's level, in dB without sign; the textures of the first sample and the interpolation.
    """
    figures = (
        mean_error_db(interpolated, truth),
        mean_error_db(samples[0], truth),
        mean_error_db(samples.mean(dim=0), truth),
        abs(level_difference_db(samples[0], truth)),
        texture(samples[0], truth),
        texture(interpolated, truth),
    )
    return {name: finite(value) for name, value in zip(MEASURES, figures, strict=True)}


def mean_error_db(mel: Tensor, truth: Tensor) -> float:
    """Mean |difference| of two log-mels (T, bands)."""
    return DB_PER_NEPER * float((mel - truth).abs().mean())


def level_difference_db(mel: Tensor, truth: Tensor) -> float:
    """Mean mel power of (T, bands) against the truth's."""
    powers = [float(torch.exp(2 * values.double().cpu()).mean()) for values in (mel, truth)]
    return 10 * math.log10(powers[0] / powers[1])


def texture(mel: Tensor, truth: Tensor) -> float:
    """Standard deviation over time, mean over the bands, against the truth's; NaN for a truth that stands still."""
    ours, theirs = (float(values.std(dim=0).mean()) for values in (mel, truth))
    return ours / theirs if theirs > 0 else math.nan


def medians_by_length(rows: Sequence[dict[str, Any]]) -> Medians:
    """Medians by kind; each key with the length of its gaps."""
    medians: Medians = {}
    for gap_ms in GAPS_MS:
        of_length = [row for row in rows if row["gap_ms"] == gap_ms]
        for name, column in by_kind(of_length, MEASURES).items():
            medians.setdefault(name, {}).update({f"{key}_{gap_ms}": value for key, value in column.items()})
    return medians

"""Sampling with everything trusted, from pure noise: how much the diffusion adds to the VAE's own error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import torch
from torch import Tensor

from engine.metrics import DB_PER_NEPER
from engine.model.load import Model
from engine.training.judging.medians import by_kind
from engine.training.judging.pieces import Piece, middle_window
from engine.training.judging.sampler import Sample

FROM_NOISE = 1.0
BATCH = 8
KEYS = ("round_trip_db", "sample_db", "excess_db", "held_excess_db")


def trusted_samples(
    round_trip: Callable[[Tensor], Tensor],
    sample: Sample,
    pieces: Sequence[Piece],
    *,
    steps: int,
    seed: int,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Mel error of a sample and of the plain round trip, on the middle 512 frames of every piece.

    Args:
        round_trip: log-mel (B, T, bands) -> the same through the VAE.
        sample: given the true mel as the guess, and full trust.
        pieces: those shorter than 32 frames are left out.

    Returns:
        ``rows`` with the errors in dB, ``excess_db``, the error of a sample in which the model is free everywhere less
        that of the round trip, ``held_excess_db``, the same with trusted cells held, and their ``medians``.
    """
    generator = torch.Generator().manual_seed(seed)
    rows: list[dict[str, Any]] = []
    heard = [(piece, middle_window(piece.mel)) for piece in pieces]
    heard = [(piece, mel) for piece, mel in heard if len(mel)]

    def alike(item: tuple[Piece, Tensor]) -> tuple[str, int]:
        return item[0].kind, len(item[1])

    for (kind, _), group in groupby(sorted(heard, key=alike), key=alike):
        members = list(group)
        for first in range(0, len(members), BATCH):
            batch = members[first : first + BATCH]
            mel = torch.stack([window for _, window in batch])
            free, held = (
                sample(
                    mel,
                    torch.ones_like(mel),
                    kind=kind,
                    steps=steps,
                    start=FROM_NOISE,
                    hold=hold,
                    generator=generator,
                )
                for hold in (False, True)
            )
            columns = (error_db(values, mel) for values in (round_trip(mel), free, held))
            for (piece, _), plain, free_one, held_one in zip(batch, *columns, strict=True):
                errors = dict(zip(KEYS, (plain, free_one, free_one - plain, held_one - plain), strict=True))
                rows.append({"file": piece.name, "kind": kind, **errors})
    medians = by_kind(rows, KEYS)
    for name, column in medians.items():
        report(f"everything trusted, {name}: " + ", ".join(f"{key} {column[key]:.2f}" for key in KEYS if rows))
    return {"rows": rows, "medians": medians}


def through_vae(model: Model) -> Callable[[Tensor], Tensor]:
    """The plain round trip of log-mel (B, T, bands) through a model's VAE."""
    return lambda mel: model.decode(model.encode(mel[:, None]))[:, 0]


def error_db(mel: Tensor, truth: Tensor) -> list[float]:
    """Mean |difference| of each of (B, T, bands), in dB."""
    return [DB_PER_NEPER * float(value) for value in (mel - truth).abs().mean(dim=(1, 2))]

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.metrics import DB_PER_NEPER
from engine.training.judging.pieces import Piece
from engine.training.judging.sampling import trusted_samples


class Offset:
    """A sampler that is off by a fixed amount where it is free, and remembers what it was asked."""

    def __init__(self, error: float) -> None:
        self.error = error
        self.asked: list[tuple[str, int, float, bool]] = []

    def __call__(
        self,
        guess: Tensor,
        trust: Tensor,
        *,
        kind: str,
        steps: int,
        start: float,
        generator: torch.Generator,
        hold: bool,
    ) -> Tensor:
        self.asked.append((kind, len(guess), start, bool((trust == 1).all())))
        return guess + (0.2 if hold else self.error)


def piece(name: str, kind: str, frames: int) -> Piece:
    mel = torch.randn(frames, 64, generator=torch.Generator().manual_seed(frames))
    return Piece(name, kind, torch.zeros(frames * 160), mel)


def test_the_excess_is_the_samples_error_less_the_round_trips() -> None:
    pieces = [piece("a", "speech", 600), piece("b", "speech", 700), piece("c", "music", 300), piece("d", "music", 20)]
    sampler = Offset(0.5)
    result = trusted_samples(lambda mel: mel + 0.2, sampler, pieces, steps=4, seed=0, report=lambda line: None)
    assert sampler.asked == [("music", 1, 1.0, True)] * 2 + [("speech", 2, 1.0, True)] * 2
    assert [row["file"] for row in result["rows"]] == ["c", "a", "b"]
    assert result["medians"]["all"]["excess_db"] == pytest.approx(0.3 * DB_PER_NEPER, rel=1e-4)
    assert result["medians"]["all"]["held_excess_db"] == pytest.approx(0, abs=1e-4)
    assert result["medians"]["music"]["round_trip_db"] == pytest.approx(0.2 * DB_PER_NEPER, rel=1e-4)

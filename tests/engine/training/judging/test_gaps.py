from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.mel import MelSpec
from engine.metrics import DB_PER_NEPER
from engine.training.judging.gaps import (
    SAMPLES,
    SPACING_FRAMES,
    filled_gaps,
    gap_places,
    level_difference_db,
    measure_gap,
    texture,
)
from engine.training.judging.pieces import Piece

SPEC = MelSpec()


def noisy_mel(frames: int = 512, seed: int = 0) -> Tensor:
    return -3 + torch.randn(frames, SPEC.bands, generator=torch.Generator().manual_seed(seed))


class Filler:
    """A sampler that knows the truth and puts ``error`` on it, with another sign in every other sample."""

    def __init__(self, truth: Tensor, error: float) -> None:
        self.truth, self.error = truth, error
        self.trusts: list[Tensor] = []

    def __call__(
        self,
        guess: Tensor,
        trust: Tensor,
        *,
        kind: str,
        steps: int,
        start: float,
        generator: torch.Generator,
        hold: bool = True,
    ) -> Tensor:
        self.trusts.append(trust)
        signs = 1 - 2 * (torch.arange(len(guess)) % 2)
        return self.truth + self.error * signs[:, None, None]


def held(mel: Tensor, trust: Tensor) -> Tensor:
    """A guess as bad as can be: one level."""
    return torch.where(trust < 0.5, torch.full_like(mel, -3.0), mel)


def test_gaps_are_apart_inside_the_window_and_never_in_silence() -> None:
    mel = noisy_mel()
    mel[200:] = SPEC.silence
    for seed in range(20):
        places = gap_places(mel, 24, np.random.default_rng(seed))
        assert 1 <= len(places) <= 4
        assert places[0] >= SPACING_FRAMES
        assert all(place < 200 for place in places)
        assert all(b - a >= 24 + SPACING_FRAMES for a, b in pairwise(places))


def test_places_follow_from_the_seed_and_a_short_window_has_none() -> None:
    first, again, other = (gap_places(noisy_mel(), 48, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert gap_places(noisy_mel(96), 48, np.random.default_rng(0)) == []


def test_a_fill_that_is_off_by_a_known_amount_is_measured_so() -> None:
    truth = noisy_mel(24)
    louder = (truth + 0.5).expand(2, -1, -1).clone()
    louder[1] = truth - 0.5
    row = measure_gap(truth, truth + 1, louder)
    assert row["interpolation_db"] == pytest.approx(DB_PER_NEPER, rel=1e-4)
    assert row["one_db"] == pytest.approx(0.5 * DB_PER_NEPER, rel=1e-4)
    assert row["mean_db"] == pytest.approx(0, abs=1e-4)
    assert row["level_db"] == pytest.approx(0.5 * DB_PER_NEPER, rel=1e-4)
    assert row["texture"] == pytest.approx(1, rel=1e-4)


def test_texture_is_the_share_of_the_truths_movement() -> None:
    truth = noisy_mel(48)
    assert texture(truth.mean(dim=0) + 0.4 * (truth - truth.mean(dim=0)), truth) == pytest.approx(0.4, rel=1e-4)
    assert texture(truth.mean(dim=0).expand(48, -1), truth) == pytest.approx(0, abs=1e-6)
    assert math.isnan(texture(truth, torch.zeros_like(truth)))


def test_level_is_that_of_the_mean_power() -> None:
    loud_and_silent = torch.tensor([[0.0], [SPEC.silence]])
    steady = torch.tensor([[0.0], [0.0]])
    assert level_difference_db(loud_and_silent, steady) == pytest.approx(-3.01, abs=0.01)


def test_rows_name_every_gap_and_medians_every_length() -> None:
    mel = noisy_mel()
    pieces = [Piece("speech-a.wav", "speech", torch.zeros(1), mel)]
    filler = Filler(mel, 0.2)
    result = filled_gaps(filler, held, pieces, SPEC, steps=3, start=0.5, seed=0, report=lambda line: None)
    assert {row["gap_ms"] for row in result["rows"]} == {240, 480}
    column = result["medians"]["speech"]
    assert column == result["medians"]["all"]
    assert column["one_db_240"] == pytest.approx(0.2 * DB_PER_NEPER, rel=1e-3)
    assert column["mean_db_480"] == pytest.approx(0, abs=1e-3)
    assert column["interpolation_db_240"] > 5
    assert column["texture_interpolation_480"] == pytest.approx(0, abs=1e-6)
    gaps = [row for row in result["rows"] if row["gap_ms"] == 240]
    trust = filler.trusts[0]
    assert trust.shape == (SAMPLES, 512, SPEC.bands)
    assert int((trust[0, :, 0] == 0).sum()) == len(gaps) * 24

from __future__ import annotations

import numpy as np
import torch

from engine.mel import MelSpec, log_mel_from_magnitude
from engine.training.crops import KINDS, Crops

SPEC = MelSpec()


def test_crops_follow_from_the_generator_and_keep_their_shape(small_corpus) -> None:
    crops = Crops(small_corpus, SPEC, 128)
    first, again = (crops.batch(np.random.default_rng(5), 3, 64) for _ in range(2))
    assert first.shape == (3, 513, 64)
    assert torch.equal(first, again)
    assert torch.isfinite(log_mel_from_magnitude(first, SPEC)).all()


def test_sounds_carry_their_kind_and_stay_within_full_scale(small_corpus) -> None:
    crops = Crops(small_corpus, SPEC, 64)
    sounds, kinds = crops.sounds(np.random.default_rng(0), 64, 64)
    assert sounds.shape == (64, 64 * SPEC.hop + 2 * SPEC.pad)
    assert {KINDS[int(kind)] for kind in kinds} == {"music", "environment"}
    assert float(sounds.abs().max()) <= 1


def test_levels_reach_from_that_of_the_job_to_60_db_below(small_corpus) -> None:
    crops = Crops(small_corpus, SPEC, 64)
    mean_db = 20 * crops.shape(np.random.default_rng(0), 400, 513)[..., 0].log10().mean(dim=1)
    assert float(mean_db.max()) < 20
    assert float(mean_db.min()) < -50
    assert 0.18 < float((mean_db.abs() < 1e-3).float().mean()) < 0.36

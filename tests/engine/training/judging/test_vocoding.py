from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.mel import MelSpec, log_mel
from engine.training.judging.pieces import Piece
from engine.training.judging.vocoding import by_griffinlim, copy_synthesis, median_seconds

SPEC = MelSpec()


def test_the_recording_itself_is_at_no_distance_and_griffin_lim_at_some(made_noise) -> None:
    sound = torch.from_numpy(made_noise(length_s=1.0))
    piece = Piece("music-a.wav", "music", sound[0], log_mel(sound, SPEC))
    renderers = {"recorded": lambda mel: sound[0].numpy(), "griffinlim": by_griffinlim(SPEC, 4, 0)}
    result = copy_synthesis(renderers, [piece], SPEC)
    column = result["medians"]["music"]
    assert column["mrstft_recorded"] == pytest.approx(0, abs=1e-6)
    assert column["mrstft_griffinlim"] > 0.3
    assert column["mel_db_griffinlim"] < 3
    assert column["pesq_griffinlim"] is None


def test_griffin_lim_gives_a_hop_of_samples_a_frame_and_follows_from_its_seed() -> None:
    mel = torch.full((20, 64), -4.0)
    first, again, other = (by_griffinlim(SPEC, 2, seed)(mel) for seed in (1, 1, 2))
    assert first.shape == (20 * SPEC.hop,)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_the_first_run_does_not_count() -> None:
    runs: list[int] = []
    assert median_seconds(lambda: runs.append(0), timings=3) < 0.1
    assert len(runs) == 4

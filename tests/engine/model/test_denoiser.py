from __future__ import annotations

import pytest
import torch

from engine.errors import InputError, ModelError
from engine.model.conditions import Conditions, conditions_for
from engine.model.denoiser import denoiser_for, latent_trust, sample_mel, scaled_latent, told_latent
from engine.model.load import Model
from engine.progress import Control
from engine.settings import Description


@pytest.fixture
def guess() -> torch.Tensor:
    return -6 + torch.randn(2, 64, 64, generator=torch.Generator().manual_seed(1))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def told(model: Model, kind: str, guidance: float) -> Conditions:
    return conditions_for(model, Description(kind=kind, guidance=guidance), Control())


def test_a_latent_cell_is_trusted_as_far_as_the_worst_of_its_neighbourhood() -> None:
    trust = torch.ones(1, 1, 64, 64)
    trust[0, 0, 33, 17] = 0.25
    eroded = latent_trust(trust, 4)
    assert eroded.shape == (1, 1, 16, 16)
    low = torch.nonzero(eroded[0, 0] < 1).tolist()
    assert low == [[row, column] for row in (7, 8, 9) for column in (3, 4, 5)]
    assert float(eroded.min()) == 0.25


def test_trust_is_not_eroded_from_outside_the_window() -> None:
    assert float(latent_trust(torch.ones(1, 1, 32, 64), 4).min()) == 1


def test_a_guess_that_nothing_confirms_is_not_told() -> None:
    latent, trust = torch.randn(2, 8, 4, 4), torch.ones(2, 1, 4, 4)
    trust[1] = 0
    told = told_latent(latent, trust)
    assert torch.equal(told[0, :8], latent[0])
    assert float(told[1].abs().max()) == 0


def test_the_same_seed_gives_the_same_sample_and_another_one_another(tiny: Model, guess) -> None:
    trust = torch.zeros_like(guess)
    first, again = (sample_mel(tiny, guess, trust, steps=3, generator=seeded()) for _ in range(2))
    other = sample_mel(tiny, guess, trust, steps=3, generator=seeded(1))
    assert first.shape == guess.shape
    assert torch.equal(first, again)
    assert float((first - other).abs().mean()) > 0.05


def test_a_low_start_stays_near_the_round_trip_of_the_guess(tiny: Model, guess) -> None:
    trust = torch.zeros_like(guess)
    round_trip = tiny.decode(tiny.encode(guess[:, None]))[:, 0]
    near, far = (
        (sample_mel(tiny, guess, trust, steps=4, start=start, generator=seeded()) - round_trip).abs().mean()
        for start in (0.005, 1.0)
    )
    assert float(near) < 0.7 * float(far)


def test_with_everything_trusted_the_sample_is_the_round_trip(tiny: Model, guess) -> None:
    round_trip = tiny.decode(tiny.encode(guess[:, None]))[:, 0]
    held, free = (
        sample_mel(tiny, guess, torch.ones_like(guess), steps=3, hold=hold, generator=seeded())
        for hold in (True, False)
    )
    torch.testing.assert_close(held, round_trip, atol=0.05, rtol=0.01)
    assert float((free - round_trip).abs().mean()) > 0.1


def test_the_unet_is_asked_once_a_step_and_progress_is_told(tiny: Model, guess, monkeypatch) -> None:
    asked, reported = [], []
    answer = Model.predict

    def counted(self, seen, t, conditions):
        asked.append((t, len(seen)))
        return answer(self, seen, t, conditions)

    monkeypatch.setattr(Model, "predict", counted)
    sample_mel(tiny, guess, guess * 0, steps=4, guidance=2.0, kind="speech", generator=seeded(), report=reported.append)
    assert reported == [0, 1, 2, 3]
    assert [count for _, count in asked] == [2] * 4  # one call, which guides both items


def test_guidance_of_one_is_the_plain_answer(tiny: Model, guess) -> None:
    latent = scaled_latent(tiny, guess[:, None])
    trust = torch.ones_like(guess)[:, None]
    plain = denoiser_for(tiny, latent, trust, told(tiny, "music", 1.0).of(2))
    guided = denoiser_for(tiny, latent, trust, told(tiny, "music", 1.0 + 1e-6).of(2))
    z = torch.randn(latent.shape, generator=seeded())
    torch.testing.assert_close(plain(z, 500)[0], guided(z, 500)[0], atol=2e-2, rtol=2e-2)


def test_any_sound_is_not_steered_away_from_itself(tiny: Model) -> None:
    assert told(tiny, "any", 3.0).guidance == 1
    assert told(tiny, "music", 3.0).guidance == 3


@pytest.mark.parametrize("steps, start", [(0, 1.0), (5, 0.0), (5, 1.5)])
def test_steps_and_start_out_of_range_are_refused(tiny: Model, guess, steps: int, start: float) -> None:
    with pytest.raises(InputError, match="accepted are 1 or more"):
        sample_mel(tiny, guess, guess * 0, steps=steps, start=start, generator=seeded())


def test_a_model_without_a_unet_is_refused(bundled, guess) -> None:
    with pytest.raises(ModelError, match="needs a unet, which model bundled was loaded without"):
        sample_mel(bundled, guess, guess * 0, generator=seeded())


def test_a_unet_that_takes_other_channels_is_refused(tiny: Model, guess) -> None:
    latent = scaled_latent(tiny, guess[:, None])
    with pytest.raises(ModelError, match="takes 17 channels; accepted are 4, the noisy latent, and 9"):
        denoiser_for(tiny, latent[:, :4], torch.ones_like(guess)[:, None], told(tiny, "any", 1.0))

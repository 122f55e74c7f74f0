from __future__ import annotations

import pytest
import torch

from engine.training.discriminators import (
    HEARD_RMS,
    PERIODS,
    RESOLUTIONS,
    Discriminators,
    PeriodDiscriminator,
    at_one_level,
)
from engine.training.sound_losses import discriminator_loss


@pytest.fixture
def noise() -> torch.Tensor:
    return 0.1 * torch.randn(4, 3200, generator=torch.Generator().manual_seed(0))


def test_each_period_and_resolution_judges_every_sound(noise) -> None:
    judged = Discriminators()(noise)
    assert len(judged) == len(PERIODS) + len(RESOLUTIONS)
    for outputs in judged:
        assert len(outputs) >= 3
        assert {len(output) for output in outputs} == {4}
        assert outputs[-1].shape[1] == 1


def test_a_period_sees_samples_of_one_place_in_it_apart_from_the_others() -> None:
    sounds = torch.zeros(2, 3000)
    sounds[1, 4::5] = 1.0
    silent, sounding = PeriodDiscriminator(5)(sounds)[-1][:, 0]  # (frames, period) each
    assert torch.equal(silent[:, :4], sounding[:, :4])
    assert not torch.allclose(silent[:, 4], sounding[:, 4])


def test_a_length_that_no_period_divides_is_taken(noise) -> None:
    assert torch.isfinite(PeriodDiscriminator(7)(noise[:, :3001])[-1]).all()


def test_sounds_of_any_level_are_heard_at_one() -> None:
    wanted = torch.randn(2, 1000) * torch.tensor([[1.0], [1e-3]])
    made, brought = at_one_level(0.5 * wanted, wanted)
    assert brought.square().mean(dim=1).sqrt().tolist() == pytest.approx([HEARD_RMS] * 2, rel=1e-4)
    torch.testing.assert_close(made, 0.5 * brought)


def test_silence_is_not_blown_up() -> None:
    made, wanted = at_one_level(torch.full((1, 100), 1e-5), torch.zeros(1, 100))
    assert float(made.max()) < HEARD_RMS
    assert float(wanted.abs().max()) == 0


def test_they_learn_to_tell_tones_from_noise(noise) -> None:
    torch.manual_seed(0)
    noise = noise[:2, :2000]
    tones = 0.14 * torch.sin(torch.arange(2000) * torch.tensor([[0.05], [0.2]]))
    judges = Discriminators()
    optimiser = torch.optim.AdamW(judges.parameters(), lr=2e-3)
    losses = []
    for _ in range(6):
        loss = discriminator_loss(judges(tones), judges(noise))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.7 * losses[0]

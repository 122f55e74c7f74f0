from __future__ import annotations

import math

import pytest
import torch

from engine.mel import MelSpec
from engine.training.sound_losses import (
    FLOOR,
    adversarial_loss,
    discriminator_loss,
    feature_distance,
    floored_magnitudes,
    mel_distance,
    spectral_distance,
)

SPEC = MelSpec()


@pytest.fixture
def noise() -> torch.Tensor:
    return 0.1 * torch.randn(2, 6400, generator=torch.Generator().manual_seed(0))


def judged(value: float) -> list[list[torch.Tensor]]:
    return [[torch.ones(2, 3), torch.full((2, 4), value)]]


def test_equal_sounds_are_no_distance_apart(noise) -> None:
    assert float(mel_distance(noise, noise, SPEC)) == 0
    assert [float(term) for term in spectral_distance(noise, noise)] == pytest.approx([0, 0], abs=1e-6)


def test_a_doubled_sound_is_ln_2_away_and_its_convergence_is_1(noise) -> None:
    assert float(mel_distance(2 * noise, noise, SPEC)) == pytest.approx(math.log(2), rel=1e-3)
    convergence, logs = spectral_distance(2 * noise, noise)
    assert float(convergence) == pytest.approx(1, rel=1e-3)
    assert float(logs) == pytest.approx(math.log(2), rel=1e-2)


def test_a_turned_phase_costs_nothing(noise) -> None:
    assert float(mel_distance(-noise, noise, SPEC)) == 0
    assert [float(term) for term in spectral_distance(-noise, noise)] == pytest.approx([0, 0], abs=1e-6)


def test_a_quiet_sound_counts_as_much_as_a_loud_one(noise) -> None:
    loud, quiet = (spectral_distance(level * 1.5 * noise, level * noise)[0] for level in (1.0, 0.01))
    assert float(quiet) == pytest.approx(float(loud), rel=1e-2)


def test_magnitudes_are_those_of_the_mels_own_analysis(noise) -> None:
    from engine.mel import magnitude

    ours = floored_magnitudes(noise, SPEC.n_fft, SPEC.hop, SPEC.n_fft)
    torch.testing.assert_close(ours, magnitude(noise[:, None], SPEC), atol=FLOOR, rtol=1e-4)


def test_silence_has_finite_gradients(noise) -> None:
    silence = torch.zeros_like(noise, requires_grad=True)
    (mel_distance(silence, noise, SPEC) + sum(spectral_distance(silence, noise))).backward()
    assert torch.isfinite(silence.grad).all()


@pytest.mark.parametrize("real, made, expected", [(1.0, 0.0, 0.0), (0.0, 1.0, 2.0), (0.5, 0.5, 0.5)])
def test_discriminators_are_drawn_to_1_for_the_real_and_0_for_the_made(real, made, expected) -> None:
    assert float(discriminator_loss(judged(real), judged(made))) == pytest.approx(expected)


def test_the_network_is_drawn_to_what_is_judged_as_real() -> None:
    assert float(adversarial_loss(judged(1.0))) == 0
    assert float(adversarial_loss(judged(0.0))) == 1


def test_features_count_relative_to_their_size_and_the_judgement_does_not() -> None:
    real = [[torch.full((2, 3), 4.0), torch.zeros(2)]]
    made = [[torch.full((2, 3), 3.0), torch.ones(2)]]
    assert float(feature_distance(real, made)) == pytest.approx(0.25)

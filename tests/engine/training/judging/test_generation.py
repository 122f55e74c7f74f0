from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.mel import MelSpec, log_mel
from engine.training.judging.generation import against, cut, generated, measure_sound, pooled, spectral_flatness
from engine.training.judging.pieces import Piece

SPEC = MelSpec()


def noise_piece(name: str, seed: int, seconds: float = 6.0) -> Piece:
    samples = round(seconds * SPEC.rate)
    sound = 0.1 * torch.randn(1, samples, generator=torch.Generator().manual_seed(seed))
    return Piece(name, "environment", sound[0], log_mel(sound, SPEC))


class Noise:
    """A sampler that draws the mel of white noise, ``shift`` nepers louder."""

    def __init__(self, shift: float) -> None:
        self.shift = shift

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
        assert not trust.any()
        assert start == 1.0
        sound = 0.1 * torch.randn(len(guess), 1, guess.shape[1] * SPEC.hop, generator=generator)
        return log_mel(sound, SPEC) + self.shift


def encode(mel: Tensor) -> Tensor:
    """A latent of two channels: every fourth cell, and half of it."""
    cells = mel[:, ::4, ::4]
    return torch.stack([cells, 0.5 * cells], dim=1)


def rendered(mel: Tensor) -> np.ndarray:
    loudness = float(mel.exp().mean())
    noise = np.random.default_rng(0).standard_normal(len(mel) * SPEC.hop)
    return (loudness * noise).astype(np.float32)


def judged(shift: float) -> dict[str, float]:
    pieces = [noise_piece(f"environment-{seed}.wav", seed) for seed in range(6)]
    lines: list[str] = []
    result = generated(
        encode,
        Noise(shift),
        lambda mel, trust: mel,
        rendered,
        pieces,
        SPEC,
        samples=10,
        steps=2,
        seed=0,
        report=lines.append,
    )
    assert [line.split(":")[0] for line in lines] == [
        "generation, speech",
        "generation, music",
        "generation, environment",
    ]
    assert len(result["rows"]) == 10
    assert set(result["medians"]) == {"environment"}
    return result["medians"]["environment"]


def test_noise_is_as_far_from_noise_as_noise_is_and_louder_noise_is_farther() -> None:
    assert judged(0.0)["frechet_ratio"] < 2
    assert judged(1.0)["frechet_ratio"] > 4


def test_pooling_gives_mean_and_log_variance_of_every_cell() -> None:
    latent = torch.zeros(1, 2, 8, 3)
    latent[:, 1, ::2] = 2.0
    vectors = pooled(lambda mel: latent, torch.zeros(1, 32, 12))
    assert vectors.shape == (1, 12)
    np.testing.assert_allclose(vectors[0, :6], [0, 0, 0, 1, 1, 1])
    np.testing.assert_allclose(vectors[0, 6:], np.log([1e-3] * 3 + [8 / 7] * 3))


def test_flatness_tells_a_tone_from_noise(made_tone, made_noise) -> None:
    assert spectral_flatness(made_tone()[0]) < 1e-3
    assert spectral_flatness(made_noise()[0]) == pytest.approx(np.exp(-np.euler_gamma), abs=0.03)
    assert spectral_flatness(np.zeros(4000, np.float32)) is None


def test_loudness_is_that_of_the_standard(made_tone) -> None:
    measured = measure_sound(made_tone(frequency_hz=997, peak=1.0, length_s=3.0)[0], 16000)
    assert measured["lufs"] == pytest.approx(-3.01, abs=0.3)
    assert measured["peak"] == pytest.approx(1.0, abs=1e-3)


def test_sounds_are_counted_inside_and_clipped() -> None:
    real = [{"flatness": value, "lufs": -20.0, "peak": 0.5} for value in np.linspace(0.1, 0.3, 21)]
    ours = [
        {"flatness": 0.2, "lufs": -20.0, "peak": 0.9},
        {"flatness": 0.5, "lufs": -50.0, "peak": 1.0},
        {"flatness": None, "lufs": None, "peak": 0.0},
    ]
    column = against(ours, real)
    assert column["clipped"] == 1
    assert column["lufs_inside"] == pytest.approx(1 / 3)
    assert column["flatness_inside"] == pytest.approx(1 / 3)
    assert (column["flatness_low"], column["flatness_high"]) == pytest.approx((0.11, 0.29))


def test_stretches_are_whole_and_not_silent() -> None:
    piece = noise_piece("environment-long.wav", 0, seconds=30.0)
    stretches = cut(piece, SPEC)
    assert [mel.shape for mel, _ in stretches] == [(512, 64)] * 4
    assert all(len(sound) == 512 * SPEC.hop for _, sound in stretches)
    piece.mel[512:] = SPEC.silence
    assert len(cut(piece, SPEC)) == 1
    assert cut(noise_piece("environment-short.wav", 0, seconds=5.0), SPEC) == []

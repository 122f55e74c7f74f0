from __future__ import annotations

import torch

from engine.methods import optimise, vae
from engine.progress import Control
from engine.settings import OptimiseSettings, VaeSettings
from engine.targets import Target


def taken(target: Target, model, **settings) -> torch.Tensor:
    return optimise.take(target, model, OptimiseSettings(**settings), torch.Generator(), Control())


def test_it_is_nearer_to_the_target_than_the_round_trip(bundled, real_target) -> None:
    target = real_target(frames=128)
    plain = vae.take(target, bundled, VaeSettings(), torch.Generator(), Control())
    mel = taken(target, bundled, steps=15)
    assert mel.shape == target.mel.shape
    before, after = (float((values - target.mel).square().mean()) for values in (plain, mel))
    assert after < 0.8 * before


def test_it_is_the_same_every_time(tiny, made_target) -> None:
    target = made_target(70)
    assert torch.equal(taken(target, tiny, steps=2), taken(target, tiny, steps=2))


def test_where_nothing_is_trusted_or_rendered_it_is_the_round_trip(tiny, made_target) -> None:
    target = made_target(64)
    plain = vae.take(target, tiny, VaeSettings(), torch.Generator(), Control())
    ones, zeros = torch.ones_like(target.mel), torch.zeros_like(target.mel)
    for trust, keep in ((zeros, zeros), (ones, ones)):
        mel = taken(Target(target.mel, trust, keep, False), tiny, steps=3)
        torch.testing.assert_close(mel, plain, atol=0.02, rtol=0)


def test_silence_stays_silent(bundled) -> None:
    mel = torch.full((64, 64), bundled.spec.silence)
    out = taken(Target(mel, torch.ones_like(mel), 0 * mel, True), bundled, steps=3)
    assert float(out.mean()) < bundled.spec.silence + 1.5

from __future__ import annotations

import torch

from engine.methods import partial, vae
from engine.progress import Control
from engine.settings import PartialSettings, VaeSettings


def taken(target, model, seed=0, **settings):
    generator = torch.Generator().manual_seed(seed)
    return partial.take(target, model, PartialSettings(steps=3, **settings), generator, Control())


def test_the_same_seed_gives_the_same_mel_and_another_one_another(tiny, made_target) -> None:
    target = made_target(100)
    assert torch.equal(taken(target, tiny), taken(target, tiny))
    assert not torch.equal(taken(target, tiny), taken(target, tiny, seed=1))


def test_more_strength_leads_further_away(bundled_whole, real_target) -> None:
    target = real_target(frames=192)
    plain = vae.take(target, bundled_whole, VaeSettings(), torch.Generator(), Control())
    near, far = (float((taken(target, bundled_whole, strength=s) - plain).abs().mean()) for s in (0.05, 0.8))
    assert near < far / 2


def test_what_the_renderer_keeps_stays_that_of_the_round_trip(bundled_whole, real_target) -> None:
    target = real_target(frames=256, gap=slice(120, 140))
    plain = vae.take(target, bundled_whole, VaeSettings(), torch.Generator(), Control())
    change_db = 8.686 * (taken(target, bundled_whole, strength=0.8) - plain).abs().mean(dim=1)
    assert float(change_db[:90].mean()) < 0.3
    assert float(change_db[120:140].mean()) > 1

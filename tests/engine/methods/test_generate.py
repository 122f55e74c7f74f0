from __future__ import annotations

import dataclasses

import torch

from engine.methods import generate, vae
from engine.progress import Control
from engine.settings import GenerateSettings, VaeSettings


def taken(target, model, seed=0, **settings):
    settings = {"steps": 3, **settings}
    generator = torch.Generator().manual_seed(seed)
    return generate.take(target, model, GenerateSettings(**settings), generator, Control())


def test_nothing_of_what_is_forgotten_is_left(bundled_whole, real_target) -> None:
    """Whatever was recorded in the region, the same seed makes the same sound of it."""
    target = real_target(frames=192)
    other = dataclasses.replace(target, mel=target.mel.flip(0) - 1)
    assert torch.equal(taken(target, bundled_whole), taken(other, bundled_whole))
    with_context = dataclasses.replace(target, keep=torch.ones_like(target.keep))
    with_context.keep[60:130] = 0
    changed = dataclasses.replace(with_context, mel=with_context.mel.clone())
    changed.mel[60:130] -= 3
    assert torch.equal(taken(with_context, bundled_whole), taken(changed, bundled_whole))


def test_the_context_is_held(bundled_whole, real_target) -> None:
    target = real_target(frames=256)
    target.keep[:100] = target.keep[160:] = 1
    change = taken(target, bundled_whole) - vae.take(target, bundled_whole, VaeSettings(), torch.Generator(), Control())
    change_db = 8.686 * change.abs().mean(dim=1)
    assert float(change_db[:70].mean()) < 0.3
    assert float(change_db[110:150].mean()) > 2


def test_the_same_seed_gives_the_same_mel_and_another_one_or_kind_another(tiny, made_target) -> None:
    target = made_target(100)
    first, again, other, kind = (
        taken(target, tiny, seed, kind=kind) for seed, kind in ((0, "any"), (0, "any"), (1, "any"), (0, "music"))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first, kind)


def test_a_long_sound_has_no_seams(bundled_whole, made_target) -> None:
    """Level just before and after the middle of each overlap, against what it does elsewhere."""
    target = made_target(1280)
    level = taken(target, bundled_whole, steps=4, eta=0.0).mean(dim=1)
    steps = level.diff().abs()
    joins = torch.cat([steps[at : at + 128] for at in (384, 768)])
    assert float(joins.max()) < 2 * float(steps.max())
    assert float(joins.mean()) < 1.5 * float(steps.mean())

from __future__ import annotations

import pytest
import torch

from engine.errors import Cancelled, InputError
from engine.methods import partial, vae
from engine.progress import Control
from engine.settings import PartialSettings, VaeSettings


def taken(target, model, seed=0, control=None, **settings):
    generator = torch.Generator().manual_seed(seed)
    return partial.take(target, model, PartialSettings(steps=3, **settings), generator, control or Control())


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


def test_a_model_that_may_follow_the_target_stays_nearer_to_it(bundled_whole, real_target) -> None:
    target = real_target(frames=192)
    plain = vae.take(target, bundled_whole, VaeSettings(), torch.Generator(), Control())
    change = [
        float((taken(target, bundled_whole, strength=0.8, belief=b) - plain).abs().mean()) for b in (0.0, 0.5, 1.0)
    ]
    assert change[0] > change[1] > 10 * change[2]


def test_each_step_is_reported_and_cancelling_is_answered_within_one(tiny, made_target) -> None:
    begun: list[tuple[int, int]] = []
    control = Control(report=lambda stage, done, of: begun.append((done, of)), cancelled=lambda: len(begun) >= 2)
    with pytest.raises(Cancelled):
        taken(made_target(64), tiny, control=control)
    assert begun == [(0, 3), (1, 3)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"strength": 0.0}, "strength is 0; accepted is 0.01 to 1"),
        ({"belief": -0.5}, "belief is -0.5; accepted is 0 to 1"),
        ({"eta": 1.5}, "eta is 1.5; accepted is 0 to 1"),
        ({"guidance": 30.0}, "guidance is 30; accepted is 0 to 20"),
    ],
)
def test_a_value_out_of_range_is_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        PartialSettings(**wrong)  # type: ignore[arg-type]

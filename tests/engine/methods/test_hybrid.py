from __future__ import annotations

import dataclasses

import pytest
import torch

from engine.errors import InputError
from engine.filterbank import mel_edges_hz
from engine.methods import hybrid, vae
from engine.progress import Control
from engine.settings import HybridSettings, VaeSettings
from engine.training.vae import SPEC

CENTRES_HZ = torch.from_numpy(mel_edges_hz(SPEC.bands, SPEC.low_hz, SPEC.high_hz)[1:-1])


def taken(target, model, seed=0, control=None, **settings):
    settings = {"steps": 3, "strength": 0.6, "belief": 0.0, **settings}
    generator = torch.Generator().manual_seed(seed)
    return hybrid.take(target, model, HybridSettings(**settings), generator, control or Control())


def round_trip(target, model):
    return vae.take(target, model, VaeSettings(), torch.Generator(), Control())


def test_below_the_crossover_stands_the_round_trip_and_above_it_another_sound(bundled_whole, real_target) -> None:
    target = real_target(frames=192)
    change = (taken(target, bundled_whole, crossover_hz=3000.0) - round_trip(target, bundled_whole)).abs()
    assert float(change[:, CENTRES_HZ < 3000 / 2**0.25].max()) < 1e-3
    assert float(change[:, CENTRES_HZ > 3000 * 2**0.25].mean()) > 0.1


def test_the_crossover_is_smooth_and_as_wide_as_it_says() -> None:
    share = hybrid.diffused_share(SPEC, HybridSettings(crossover_hz=2000.0, overlap_octaves=1.0))
    octaves = torch.log2(CENTRES_HZ / 2000)
    assert torch.equal(share == 0, octaves <= -0.5)
    assert torch.equal(share == 1, octaves >= 0.5)
    assert float(share.diff().min()) >= 0 and float(share.diff().max()) < 0.2
    assert float(share[(octaves).abs().argmin()]) == pytest.approx(0.5, abs=0.1)


def test_without_overlap_bands_are_the_ones_or_the_others() -> None:
    share = hybrid.diffused_share(SPEC, HybridSettings(crossover_hz=2000.0, overlap_octaves=0.0))
    assert torch.equal(share, (CENTRES_HZ > 2000).to(share))


def test_a_crossover_of_0_is_diffusion_in_all_bands() -> None:
    assert float(hybrid.diffused_share(SPEC, HybridSettings(crossover_hz=0.0)).min()) == 1


def test_what_is_not_trusted_is_made_anew_below_the_crossover_too(bundled_whole, real_target) -> None:
    target = real_target(frames=192, gap=slice(80, 110))
    change = (taken(target, bundled_whole) - round_trip(target, bundled_whole)).abs()
    low = CENTRES_HZ < 2000
    assert float(change[80:110][:, low].mean()) > 0.1
    assert float(change[:40][:, low].max()) < 1e-3


def test_cascade_works_on_the_result_of_the_vae(bundled_whole, real_target) -> None:
    """With next to no noise, what comes out is the round trip of the round trip."""
    target = real_target(frames=128)
    once = round_trip(target, bundled_whole)
    twice = round_trip(dataclasses.replace(target, mel=once), bundled_whole)
    cascaded = taken(target, bundled_whole, cascade=True, strength=0.01)
    assert float((cascaded - twice).abs().mean()) < float((cascaded - once).abs().mean())
    assert float((cascaded - twice).abs().mean()) < 0.1


def test_cascade_says_that_it_has_no_crossover(tiny, made_target) -> None:
    control = Control()
    taken(made_target(64), tiny, cascade=True, control=control)
    assert control.notes == []
    taken(made_target(64), tiny, cascade=True, crossover_hz=3000.0, control=control)
    assert control.notes == ["cascade works in all bands; crossover_hz is not used"]


@pytest.mark.parametrize("cascade", [False, True])
def test_the_same_seed_gives_the_same_mel_and_another_one_another(tiny, made_target, cascade) -> None:
    target = made_target(100)
    first, again, other = (taken(target, tiny, seed=seed, cascade=cascade) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_crossover_above_the_models_bands_is_refused(tiny, made_target) -> None:
    with pytest.raises(InputError, match="crossover_hz is 8000; accepted is 0 to below 8000"):
        taken(made_target(64), tiny, crossover_hz=8000.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"crossover_hz": -1.0}, "crossover_hz is -1"),
        ({"overlap_octaves": 5.0}, "overlap_octaves is 5; accepted is 0 to 4"),
        ({"strength": 0.0}, "strength is 0; accepted is 0.01 to 1"),
    ],
)
def test_a_value_out_of_range_is_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        HybridSettings(**wrong)  # type: ignore[arg-type]

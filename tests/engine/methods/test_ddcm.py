from __future__ import annotations

import dataclasses

import pytest
import torch

from engine.errors import Cancelled, InputError
from engine.methods import ddcm, vae
from engine.progress import Control
from engine.settings import DdcmSettings, VaeSettings

FEW = DdcmSettings(steps=4, codewords=64, atoms=5)


def taken(target, model, seed=0, settings=FEW, control=None):
    generator = torch.Generator().manual_seed(seed)
    return ddcm.take(target, model, settings, generator, control or Control())


@pytest.mark.parametrize("variant", ["turbo", "published", "soft"])
def test_the_same_seed_gives_the_same_mel_and_another_one_another(tiny, made_target, variant) -> None:
    target, settings = made_target(100), dataclasses.replace(FEW, variant=variant, soft_entries=16)
    first = taken(target, tiny, settings=settings)
    assert first.shape == target.mel.shape
    assert torch.equal(first, taken(target, tiny, settings=settings))
    assert not torch.equal(first, taken(target, tiny, seed=1, settings=settings))


def test_the_rate_is_noted(tiny, made_target) -> None:
    control = Control()
    taken(made_target(200), tiny, settings=DdcmSettings(steps=4, kbps=3), control=control)
    assert control.notes == ["coded in 750 bytes, 3.00 kbps"]


def test_it_comes_near_to_the_round_trip_and_nearer_at_a_higher_rate(bundled_whole, real_target) -> None:
    """10 steps at 8 kbps within 1.5 dB of the ceiling; the acceptance (30 steps) is judged on more recordings."""
    target = real_target(frames=192)
    ceiling = vae.take(target, bundled_whole, VaeSettings(), torch.Generator(), Control())

    def excess_db(kbps: float) -> float:
        mel = taken(target, bundled_whole, settings=DdcmSettings(steps=10, kbps=kbps))
        return 8.686 * float((mel - target.mel).abs().mean() - (ceiling - target.mel).abs().mean())

    low, high = excess_db(2), excess_db(8)
    assert high < min(1.5, low / 2)


def test_progress_is_told_and_cancel_answers_within_one_step(tiny, made_target) -> None:
    seen: list[tuple[str, int, int]] = []
    control = Control(report=lambda *told: seen.append(told), cancelled=lambda: len(seen) >= 2)
    with pytest.raises(Cancelled):
        taken(made_target(100), tiny, control=control)
    assert seen == [("taking again", 0, 4), ("taking again", 1, 4)]


def test_a_rate_that_the_codebook_cant_take_is_refused(tiny, made_target) -> None:
    with pytest.raises(InputError, match=r"kbps is 8; for 2.000 s, 4 steps and 64 codewords accepted is 0.50 to 0.99"):
        taken(made_target(200), tiny, settings=DdcmSettings(steps=4, codewords=64))


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"kbps": 0.1}, "kbps is 0.1; accepted is 0.5 to 32"),
        ({"kbps": 64}, "kbps is 64; accepted is 0.5 to 32"),
        ({"codewords": 1}, "codewords is 1; accepted is 2 to 16384"),
        ({"codewords": 32768}, "codewords is 32768; accepted is 2 to 16384"),
        ({"codewords": 1000}, "codewords is 1000; a power of two"),
        ({"atoms": -1}, "atoms is -1; accepted is 0 to 64"),
        ({"atoms": 5, "codewords": 8}, "atoms is 5; accepted is 0 to 4"),
        ({"steps": 1}, "steps is 1; accepted is 2 to 1000"),
        ({"coefficient_bits": 7}, "coefficient_bits is 7; accepted is 1 to 6"),
        ({"variant": "tubro"}, r"variant is 'tubro' \(did you mean turbo\?\)"),
        ({"soft_temperature": -1.0}, "soft_temperature is -1"),
    ],
)
def test_settings_out_of_range_are_refused_with_what_is_accepted(choice, said) -> None:
    with pytest.raises(InputError, match=said):
        DdcmSettings(**choice)

from __future__ import annotations

import dataclasses
import math
import re

import pytest

from engine.ddcm.plan import Plan, plan_for
from engine.errors import InputError
from engine.settings import DdcmSettings


@pytest.mark.parametrize("variant", ["turbo", "published"])
@pytest.mark.parametrize("bits", [5_000, 19_999, 80_000, 250_000])
def test_bits_are_filled_to_within_one_codeword(variant: str, bits: int) -> None:
    plan = Plan(variant, 30, 4096, 2, 32).filling(bits)
    assert bits - 26 < plan.bits <= bits


@pytest.mark.parametrize("variant", ["turbo", "published"])
def test_the_bits_are_those_of_all_tiles_and_steps(variant: str) -> None:
    plan = Plan(variant, 5, 64, 2, 3, atoms=31)
    counts = [plan.atoms_at(step) for step in range(1, 5)]
    assert sum(map(sum, counts)) == 31
    assert plan.bits == 4 * 10 + sum(plan.width(count) for row in counts for count in row)


def test_atoms_are_spread_over_tiles_and_steps_alike() -> None:
    plan = Plan("turbo", 30, 4096, 2, 32, atoms=29 * 32 * 3 // 2)
    rows = [plan.atoms_at(step) for step in range(1, 30)]
    assert all(sum(row) == 48 for row in rows)
    each = [sum(column) for column in zip(*rows, strict=True)]
    assert max(each) - min(each) <= 1


def test_widths_are_the_published_ones() -> None:
    """Turbo: ceil(log2 C(K, M)) + M; as published: M log2 K + (M - 1) C."""
    assert Plan("turbo", 30, 1024, 2, 1).width(10) == 79 + 10
    assert Plan("published", 30, 1024, 3, 1).width(10) == 10 * 10 + 9 * 3
    assert Plan("turbo", 30, 1024, 2, 1).width(0) == Plan("published", 30, 1024, 2, 1).width(0) == 0


def test_asked_for_atoms_decide_whatever_the_rate() -> None:
    plan = plan_for(DdcmSettings(atoms=7, codewords=256), 320, 3.2)
    assert plan.tiles == 10 and plan.atoms_at(1) == [7] * 10


@pytest.mark.parametrize("variant", ["turbo", "published"])
@pytest.mark.parametrize(("kbps", "steps", "length_s"), [(8, 4, 3.5), (0.5, 30, 0.25), (32, 3, 1.0), (0.5, 30, 0.025)])
def test_a_rate_that_cant_be_had_is_refused_with_a_range_whose_ends_can(variant, kbps, steps, length_s) -> None:
    settings = DdcmSettings(kbps=kbps, steps=steps, variant=variant, codewords=64)
    frames = math.ceil(100 * length_s)
    with pytest.raises(InputError, match=f"kbps is {kbps:g}; for {length_s:.3f} s, {steps} steps and 64 c") as error:
        plan_for(settings, frames, length_s, header_bytes=16)
    for end in re.findall(r"accepted is ([0-9.]+) to ([0-9.]+)$", str(error.value))[0]:
        plan_for(dataclasses.replace(settings, kbps=float(end)), frames, length_s, header_bytes=16)


def test_a_recording_too_short_for_any_accepted_rate_is_said_to_be() -> None:
    with pytest.raises(InputError, match=r"0.010 s are too short .* up to 32 is accepted; fewer steps take less"):
        plan_for(DdcmSettings(), 1, 0.01, header_bytes=64)


def test_too_few_steps_and_codewords_for_any_accepted_rate_are_said_to_be() -> None:
    with pytest.raises(InputError, match=r"2 steps and 2 codewords are too few to code 10.000 s.* 0.5 or more"):
        plan_for(DdcmSettings(steps=2, codewords=2), 1000, 10.0)

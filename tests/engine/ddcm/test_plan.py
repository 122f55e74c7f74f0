from __future__ import annotations

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
    plan = plan_for(DdcmSettings(atoms=7, codewords=256), 320, 1e9)
    assert plan.tiles == 10 and plan.atoms_at(1) == [7] * 10


@pytest.mark.parametrize("bits", [-100, 200, 10_000_000])
def test_too_few_or_too_many_bits_are_refused_with_what_is_accepted(bits: int) -> None:
    with pytest.raises(InputError, match="30 steps of 32 tiles with 4096 codewords take 37 to"):
        Plan("turbo", 30, 4096, 2, 32).filling(bits)

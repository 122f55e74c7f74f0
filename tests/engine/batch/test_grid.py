"""The variants of an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.batch.grid import MOST_VARIANTS, variants_of
from engine.errors import InputError
from engine.model.folder import check_model
from engine.restoring import Order
from engine.settings import METHOD_SETTINGS, WITHOUT_UNET, RestoreSettings, with_options

BASE = Order(with_options(RestoreSettings(seed=3), ["context_s=0.5"]), start_s=1.0)


def variants(*grid: str, model: str = "bundled") -> dict[str, Order]:
    return variants_of(BASE, grid, check_model(model))


def test_all_methods_are_compared_where_nothing_is_said() -> None:
    found = variants()
    assert list(found) == list(METHOD_SETTINGS)
    assert all(order.settings.method == name for name, order in found.items())


def test_what_the_model_lacks_the_parts_for_is_left_out(made_model: Callable[..., Path]) -> None:
    found = variants(model=str(made_model()))
    assert set(WITHOUT_UNET) <= set(found)
    assert "partial" not in found and "ddcm" not in found


def test_every_combination_is_a_variant_with_all_else_kept() -> None:
    found = variants("steps=5,9", "method=guided,partial")
    assert list(found) == ["guided,steps=5", "guided,steps=9", "partial,steps=5", "partial,steps=9"]
    order = found["partial,steps=9"]
    assert (order.settings.method, order.settings.method_settings.steps) == ("partial", 9)
    assert order.start_s == 1.0 and order.settings.seed == 3 and order.settings.splice.context_s == 0.5


def test_a_setting_that_a_method_lacks_is_left_out_there() -> None:
    assert list(variants("method=vae,guided", "steps=5,9")) == ["vae", "guided,steps=5", "guided,steps=9"]


def test_seeds_and_settings_of_the_splice_can_be_compared() -> None:
    found = variants("seed=1,2", "fade_ms=5,20")
    assert [(order.settings.seed, order.settings.splice.fade_ms) for order in found.values()] == [
        (1, 5.0),
        (1, 20.0),
        (2, 5.0),
        (2, 20.0),
    ]


@pytest.mark.parametrize(
    ("grid", "says"),
    [
        (["method"], "KEY=VALUE"),
        (["method="], "KEY=VALUE"),
        (["method=vae,"], "KEY=VALUE"),
        (["method=vea"], "did you mean vae"),
        (["sped=1"], "did you mean seed"),
        (["seed=one"], "whole number"),
        (["steps=many", "method=guided"], "whole number"),
        (["steps=0"], "steps is 0"),
        (["method=vae", "method=guided"], "each key is accepted once"),
        (["method=vae", "steps=1,2"], "nothing that is compared has"),
        (["seed=" + ",".join(map(str, range(MOST_VARIANTS + 1)))], "more than 100 variants"),
    ],
)
def test_what_can_not_be_compared_is_refused(grid: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        variants(*grid)


def test_names_are_names_of_folders() -> None:
    for name in variants("kind=speech,any", "renderer=gain,griffinlim"):
        assert "/" not in name and name == name.strip()

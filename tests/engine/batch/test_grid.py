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


def test_what_was_chosen_stays_chosen_wherever_it_exists() -> None:
    chosen = with_options(RestoreSettings(task="denoise"), ["steps=5", "prompt=a dog", "noise_from=0:1"])
    found = variants_of(Order(chosen), ["method=guided,partial,vae", "task=denoise,fill"], check_model("bundled"))
    assert len(found) == 6
    for name, order in found.items():
        settings = order.settings
        assert name.startswith(settings.task)
        if settings.method != "vae":
            assert (settings.method_settings.steps, settings.method_settings.prompt) == (5, "a dog")
        if settings.task == "denoise":
            assert settings.task_settings.noise_from == "0:1"


def test_variants_that_are_the_same_are_one_and_others_keep_their_own_folders() -> None:
    assert list(variants("method=partial", "strength=0.3,0.30,3e-1")) == ["partial,strength=0.3"]
    found = variants("method=partial", "prompt=a b,a/b,a_b,A b")
    assert len({name.casefold() for name in found}) == 4
    assert {order.settings.method_settings.prompt for order in found.values()} == {"a b", "a/b", "a_b", "A b"}


def test_a_grid_without_end_is_refused_at_once() -> None:
    axes = [f"{key}=0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9" for key in ("pull", "strength", "eta", "guidance", "fade_ms")]
    with pytest.raises(InputError, match="more than 1000 combinations"):
        variants(*axes)


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

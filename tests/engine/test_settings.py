from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.methods import METHODS
from engine.render import RENDERERS
from engine.settings import (
    METHOD_SETTINGS,
    RENDERER_SETTINGS,
    TASK_SETTINGS,
    GainSettings,
    GriffinLimSettings,
    RestoreSettings,
    described,
    with_options,
)
from engine.tasks import TASKS


def test_every_name_that_can_be_chosen_has_code_behind_it() -> None:
    assert set(TASK_SETTINGS) == set(TASKS)
    assert set(METHOD_SETTINGS) == set(METHODS)
    assert set(RENDERER_SETTINGS) == set(RENDERERS)


def test_options_reach_the_stage_that_has_them() -> None:
    settings = with_options(RestoreSettings(renderer="griffinlim"), ["fade_ms=5", "iterations=8", "momentum=0.5"])
    assert settings.splice.fade_ms == 5.0
    assert settings.renderer_settings == GriffinLimSettings(iterations=8, momentum=0.5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["fade_ms"], "has no '='"),
        (["fade=5"], r"did you mean fade_ms"),
        (["iterations=8"], "accepted: context_s, fade_ms, boost_db"),
        (["fade_ms=long"], "fade_ms is 'long'; a number is expected"),
        (["fade_ms=nan"], "fade_ms is 'nan'"),
        (["fade_ms=-1"], "fade_ms is -1; accepted is 0 to 1000"),
    ],
)
def test_a_bad_option_is_refused_with_what_is_accepted(options: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        with_options(RestoreSettings(method="vae"), options)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"method": "vea"}, r"method is 'vea' \(did you mean vae\?\); accepted: vae"),
        ({"task": "recontsruct"}, "did you mean reconstruct"),
        ({"renderer": "griffin-lim"}, "did you mean griffinlim"),
        ({"device": "gpu"}, "accepted: auto, cpu, cuda, mps"),
        ({"seed": -1}, "seed is -1"),
        ({"renderer": "griffinlim", "renderer_settings": GainSettings()}, "griffinlim takes GriffinLimSettings"),
    ],
)
def test_a_bad_choice_is_refused_with_what_is_accepted(choice: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        RestoreSettings(**choice)  # type: ignore[arg-type]


def test_settings_describe_themselves_completely() -> None:
    row = described(RestoreSettings(seed=3))
    assert row["seed"] == 3
    assert row["renderer_settings"] == {"boost_db": 24.0, "cut_db": 69.5, "window_ms": 80.0}

"""Quick takes: the same in kind, and much less work."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from desktop.worker.messages import Job
from desktop.worker.quick import STEPS, quick
from desktop.worker.restoring import Engine
from engine.progress import Control
from engine.region import Region
from engine.settings import METHOD_SETTINGS, RestoreSettings, with_options

REGION = Region(44100, 66150, 0.0, 22050.0)
LEAST_GAIN = 3.0


@pytest.fixture(scope="module")
def engine() -> Engine:
    made = Engine()
    made.warm_up("bundled", "cpu")
    return made


def test_every_method_that_takes_steps_has_a_quick_form_and_no_other() -> None:
    stepped = {name for name, made_for in METHOD_SETTINGS.items() if hasattr(made_for(), "steps")}
    assert set(STEPS) == stepped
    for name in METHOD_SETTINGS:
        assert (quick(RestoreSettings(method=name)) is not None) == (name in stepped)


@pytest.mark.parametrize("method", STEPS)
def test_a_quick_take_differs_in_its_steps_alone(method: str) -> None:
    full = RestoreSettings(task="fill", method=method, seed=5, device="cpu")
    made = quick(full)
    assert made is not None
    assert made.method_settings.steps < full.method_settings.steps
    changes = {"steps": full.method_settings.steps}
    if method == "ddcm":
        changes["kbps"] = full.method_settings.kbps
    back = dataclasses.replace(made, method_settings=dataclasses.replace(made.method_settings, **changes))
    assert back == full


def test_griffin_lim_takes_fewer_rounds() -> None:
    made = quick(RestoreSettings(method="vae", renderer="griffinlim"))
    assert made is not None and made.renderer_settings.iterations == 4


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_there_is_no_quick_form_of_what_is_quick(steps: int) -> None:
    assert quick(with_options(RestoreSettings(method="guided"), [f"steps={steps}"])) is None


@pytest.mark.parametrize("method", STEPS)
def test_a_quick_take_of_a_quick_one_is_none(method: str) -> None:
    made = quick(RestoreSettings(method=method))
    assert made is not None
    assert quick(made) is None


@pytest.mark.thorough
@pytest.mark.parametrize("method", STEPS)
def test_the_engine_takes_the_settings_of_a_quick_take(engine: Engine, music: Path, method: str) -> None:
    made = quick(RestoreSettings(task="fill", method=method, device="cpu"))
    assert made is not None
    take, _ = engine.restored(Job(1, music, REGION, made), Control())
    assert take.settings == made


def test_a_quick_take_is_several_times_less_work(engine: Engine, music: Path) -> None:
    full = RestoreSettings(task="fill", method="guided", device="cpu")
    made = quick(full)
    assert made is not None

    def work_s(settings: RestoreSettings) -> float:
        began = time.process_time()
        engine.restored(Job(1, music, REGION, settings), Control())
        return time.process_time() - began

    assert work_s(full) > LEAST_GAIN * work_s(made)

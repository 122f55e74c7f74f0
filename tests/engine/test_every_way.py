"""What holds for every task, method and renderer, whichever are in the tables."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.audio import open_clip
from engine.errors import Cancelled
from engine.jobs import Take, restore
from engine.model.load import Model, load_model
from engine.progress import Control
from engine.region import region_of
from engine.settings import METHOD_SETTINGS, RENDERER_SETTINGS, TASK_SETTINGS, RestoreSettings, components_for

FEW_STEPS = 3
STEPS_OF_CODES = 10  # fewer can't hold a code's bits
WAYS = [
    *(("reconstruct", method) for method in METHOD_SETTINGS),
    *((task, RestoreSettings.method) for task in TASK_SETTINGS if task != "reconstruct"),
]


def settings_for(task: str, method: str, model: Path, seed: int = 0) -> RestoreSettings:
    made_for: Any = METHOD_SETTINGS[method]
    has_steps = any(item.name == "steps" for item in dataclasses.fields(made_for))
    few = STEPS_OF_CODES if method == "ddcm" else FEW_STEPS
    choice = made_for(steps=few) if has_steps else made_for()
    return RestoreSettings(task=task, method=method, model=str(model), seed=seed, method_settings=choice)


def taken(path: Path, settings: RestoreSettings, control: Control | None = None) -> Take:
    model: Model = load_model(settings.model, "cpu", components_for(settings))
    with open_clip(path) as clip:
        return restore(clip, region_of(clip.frames, clip.rate, start_s=1.0, end_s=1.3), settings, model, control)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Path:
    """2 s of real speech, clipped, so that every task has something to do."""
    import soundfile

    sound, rate = soundfile.read(demo_folder / "speech-p286-011.wav", dtype="float32", start=48000, frames=96000)
    path = tmp_path_factory.mktemp("recording") / "speech.wav"
    soundfile.write(path, np.clip(sound, -0.5 * abs(sound).max(), 0.5 * abs(sound).max()), rate, subtype="FLOAT")
    return path


@pytest.mark.parametrize(("task", "method"), WAYS)
def test_the_same_seed_gives_the_same_bytes(tiny_folder, recording, task, method) -> None:
    settings = settings_for(task, method, tiny_folder)
    first, again = (taken(recording, settings).patch.samples for _ in range(2))
    assert first.tobytes() == again.tobytes()
    assert np.isfinite(first).all()


@pytest.mark.parametrize(("task", "method"), WAYS)
def test_stopping_is_answered_at_the_next_step(tiny_folder, recording, task, method) -> None:
    """Whenever it is asked for, not one step more is reported."""
    settings = settings_for(task, method, tiny_folder)
    steps: list[tuple[str, int, int]] = []

    def report(stage: str, done: int, of: int) -> None:
        steps.append((stage, done, of))

    taken(recording, settings, Control(report=report))
    whole = len(steps)
    for before, after in pairwise(steps):
        if before[0] == after[0] == "taking again":
            assert after[2] == before[2]
            assert before[1] <= after[1] <= after[2]
    for stop_after in sorted({1, whole // 2, whole - 1} - {0}):
        steps.clear()
        asked = Control(report=report, cancelled=lambda limit=stop_after: len(steps) >= limit)
        with pytest.raises(Cancelled):
            taken(recording, settings, asked)
        assert len(steps) == stop_after


@pytest.mark.parametrize("renderer", [name for name in RENDERER_SETTINGS if name != "vocoder"])
def test_a_gap_is_filled_by_every_renderer(tiny_folder, recording, renderer) -> None:
    settings = dataclasses.replace(
        settings_for("fill", RestoreSettings.method, tiny_folder), renderer=renderer, renderer_settings=None
    )
    assert np.isfinite(taken(recording, settings).patch.samples).all()

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine.errors import Cancelled
from engine.progress import Control
from engine.render.image import image_around
from engine.render.invented import lay_in, starting_mono
from engine.render.scene import Scene

LENGTH_S = 20.0  # of several blocks


@pytest.fixture
def long_scene(made_scene, made_noise) -> Scene:
    noise = made_noise(length_s=LENGTH_S, channels=2)
    return made_scene(noise, 16000, start_s=1.0, end_s=2.0, absent_bands=slice(0, 64))


def stopping_at(look: int) -> tuple[Control, list[int]]:
    """A control that wants to stop the ``look``-th time that it is asked, and the list of those times."""
    looks: list[int] = []

    def cancelled() -> bool:
        looks.append(len(looks) + 1)
        return len(looks) == look

    return Control(cancelled=cancelled), looks


def begin(scene: Scene, control: Control) -> None:
    starting_mono(scene.analysis, scene.target.absent, control)


def measure_image(scene: Scene, control: Control) -> None:
    image_around(scene.analysis, scene.target.absent, 0, control)


def lay(scene: Scene, control: Control) -> None:
    lay_in(scene, np.array(scene.analysis.sound[0]), 1 - scene.target.keep, torch.Generator(), control)


@pytest.mark.parametrize(("work", "blocks"), [(begin, 3), (measure_image, 3), (lay, 6)])
def test_each_block_asks_whether_to_stop(long_scene, work: Callable[[Scene, Control], None], blocks) -> None:
    control, looks = stopping_at(0)
    work(long_scene, control)
    assert len(looks) >= blocks
    for look in (1, blocks):
        control, looks = stopping_at(look)
        with pytest.raises(Cancelled):
            work(long_scene, control)
        assert len(looks) == look

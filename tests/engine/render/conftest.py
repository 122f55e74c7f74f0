"""Scenes: a recording, its analysis, and a mel to be made heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.analysis import analyse
from engine.audio import open_clip
from engine.model.load import Model
from engine.progress import Control
from engine.region import region_of
from engine.render.scene import Scene
from engine.settings import ReconstructSettings
from engine.tasks import reconstruct

MakeScene = Callable[..., Scene]


@pytest.fixture
def made_scene(write_sound: Callable[..., Path], bundled: Model) -> Iterator[MakeScene]:
    """A function that makes a scene of a sound, a region of it in seconds, and a change of its mel."""
    with ExitStack() as stack:

        def make(
            sound: np.ndarray,
            rate: int,
            *,
            start_s: float | None = None,
            end_s: float | None = None,
            change: Callable[[torch.Tensor], torch.Tensor] = lambda mel: mel,
            model: Model = bundled,
        ) -> Scene:
            clip = stack.enter_context(open_clip(write_sound(sound, rate)))
            region = region_of(clip.frames, rate, start_s=start_s, end_s=end_s)
            analysis = analyse(clip, 0, clip.frames, model.spec, torch.device("cpu"), Control())
            target = reconstruct.target(analysis, region, ReconstructSettings(), torch.Generator(), Control())
            return Scene(analysis, target, change(analysis.mel), 0, clip.frames, model)

        yield make

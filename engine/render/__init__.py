"""Renderers: from a mel back to sound.

One file a renderer, one signature: ``renderer(scene, settings, generator, control) -> (channels, frames)`` float32 at
the recording's rate. Their names and settings are in `engine.settings.RENDERER_SETTINGS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Generator

from engine.progress import Control
from engine.render import gain, griffinlim, vocoder
from engine.render.scene import Scene

Renderer = Callable[[Scene, Any, Generator, Control], NDArray[np.float32]]

RENDERERS: dict[str, Renderer] = {
    "gain": gain.render,
    "griffinlim": griffinlim.render,
    "vocoder": vocoder.render,
}

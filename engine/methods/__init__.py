"""Methods: from a target to a mel with the help of a model.

One file a method, one signature: ``method(target, model, settings, generator, control) -> (T, bands)`` log-mel.
Their names and settings are in `engine.settings.METHOD_SETTINGS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Generator, Tensor

from engine.methods import ddcm, enhance, generate, guided, hybrid, invert, optimise, partial, vae
from engine.model.load import Model
from engine.progress import Control
from engine.targets import Target

Method = Callable[[Target, Model, Any, Generator, Control], Tensor]

METHODS: dict[str, Method] = {
    "vae": vae.take,
    "enhance": enhance.take,
    "guided": guided.take,
    "ddcm": ddcm.take,
    "partial": partial.take,
    "hybrid": hybrid.take,
    "invert": invert.take,
    "generate": generate.take,
    "optimise": optimise.take,
}

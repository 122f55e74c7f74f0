"""Tasks: from a region to what a method should arrive at.

One file a task, one signature: ``task(analysis, region, settings, generator, control) -> Target``. Their names and
settings are in `engine.settings.TASK_SETTINGS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Generator

from engine.analysis import Analysis
from engine.progress import Control
from engine.region import Region
from engine.targets import Target
from engine.tasks import declip, denoise, extend, fill, reconstruct

Task = Callable[[Analysis, Region, Any, Generator, Control], Target]

TASKS: dict[str, Task] = {
    "reconstruct": reconstruct.target,
    "fill": fill.target,
    "extend": extend.target,
    "denoise": denoise.target,
    "declip": declip.target,
}

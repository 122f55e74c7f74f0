"""A quick take: the same task and method with as few steps as still tell what the full one will be like.

With the bundled model loaded, 3 s of stereo are done and measured in under 1.5 s on two cores
(`tests/benchmarks/test_heartbeat.py`). Free of torch.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from engine.settings import LEAST_KBPS, DdcmSettings, RestoreSettings

# By method: a gradient through the decoder costs three times what asking the UNet does.
STEPS = {"guided": 2, "partial": 4, "hybrid": 4, "invert": 3, "generate": 4, "ddcm": 6, "optimise": 3}
ITERATIONS = 4  # of Griffin-Lim
WORTH_IT = 2  # the full one takes so many times the steps at least, or a quick one isn't worth the wait


def quick(settings: RestoreSettings) -> RestoreSettings | None:
    """Settings of a quick take; None where it would be no faster than the full one."""
    method = quick_method(settings)
    renderer = settings.renderer_settings
    if settings.renderer == "griffinlim" and renderer.iterations >= WORTH_IT * ITERATIONS:
        renderer = dataclasses.replace(renderer, iterations=ITERATIONS)
    if method == settings.method_settings and renderer == settings.renderer_settings:
        return None
    return dataclasses.replace(settings, method_settings=method, renderer_settings=renderer)


def quick_method(settings: RestoreSettings) -> Any:
    """The method's settings with few steps; as they are where they have few, or none to leave out."""
    full = settings.method_settings
    steps = STEPS.get(settings.method)
    if steps is None or full.steps < WORTH_IT * steps:
        return full
    if isinstance(full, DdcmSettings):
        # Each step carries so many bits at most; the first one carries none.
        kbps = max(LEAST_KBPS, full.kbps * (steps - 1) / (full.steps - 1))
        return dataclasses.replace(full, steps=steps, kbps=kbps)
    return dataclasses.replace(full, steps=steps)

"""The variants of an evaluation: every combination of the values that are to be compared."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from engine.errors import InputError
from engine.model.folder import ModelFolder
from engine.restoring import Order
from engine.settings import (
    METHOD_SETTINGS,
    RENDERER_SETTINGS,
    STAGES,
    TASK_SETTINGS,
    RestoreSettings,
    SpliceSettings,
    asks_unet,
    check_choice,
    with_options,
    with_stages,
)

MOST_VARIANTS, MOST_COMBINATIONS = 100, 1000
LONGEST_NAME = 120


def variants_of(order: Order, grid: Sequence[str], model: ModelFolder) -> dict[str, Order]:
    """The orders to compare, by a name made of what tells them apart.

    Args:
        order: what all have in common.
        grid: ``KEY=VALUE,VALUE,...``: a stage (task, method, renderer), ``seed``, or a key of ``--set``; empty compares
            all methods that the model can do. A setting that a method doesn't have is left out there.
        model: that they use.

    Raises:
        InputError: a key or value is not accepted, a key is one that no variant has, or there are too many variants.
    """
    axes = [_axis(text) for text in grid] or [("method", _methods(order, model))]
    keys = [key for key, _ in axes]
    if len(set(keys)) < len(keys):
        raise InputError(f"grid has {', '.join(keys)}; each key is accepted once")
    # Stages first: what else there is to set depends on them.
    axes.sort(key=lambda axis: STAGES.index(axis[0]) if axis[0] in STAGES else len(STAGES))
    if math.prod(len(values) for _, values in axes) > MOST_COMBINATIONS:
        raise InputError(f"the grid has more than {MOST_COMBINATIONS} combinations; fewer values are accepted")
    found: dict[str, Order] = {}
    used: set[str] = set()
    for combination in itertools.product(*(values for _, values in axes)):
        chosen = dict(zip((key for key, _ in axes), combination, strict=True))
        name, settings = _variant(order.settings, chosen)
        used |= set(name)
        variant = dataclasses.replace(order, settings=settings)
        if variant not in found.values():
            found[_free_name(name, found)] = variant
        if len(found) > MOST_VARIANTS:
            raise InputError(f"the grid has more than {MOST_VARIANTS} variants; fewer values are accepted")
    for key, values in axes:
        if key not in used:
            raise InputError(f"grid key is {key!r}, which nothing that is compared has ({key}={','.join(values)})")
    return found


def _axis(text: str) -> tuple[str, list[str]]:
    key, separator, values = text.partition("=")
    found = list(dict.fromkeys(value.strip() for value in values.split(",")))
    if not separator or not key or not all(found):
        raise InputError(f"grid is {text!r}; KEY=VALUE,VALUE,... is accepted, such as method=vae,guided")
    return key.strip(), found


def _methods(order: Order, model: ModelFolder) -> list[str]:
    """The methods that the model has the parts for."""
    found = []
    for method in METHOD_SETTINGS:
        settings = _with_stage(order.settings, "method", method)
        if not asks_unet(settings) or "unet" in model.components:
            found.append(method)
    return found


def _variant(settings: RestoreSettings, values: dict[str, str]) -> tuple[dict[str, str], RestoreSettings]:
    """One combination's settings, and what of it counts."""
    counted = {}
    for key, value in values.items():
        if key in STAGES:
            settings = _with_stage(settings, key, value)
        elif key == "seed":
            settings = dataclasses.replace(settings, seed=_whole(value))
        elif _has(settings, key):
            settings = with_options(settings, [f"{key}={value}"])
        else:
            check_choice("grid key", key, _all_keys())
            continue
        counted[key] = value
    return counted, settings


def _with_stage(settings: RestoreSettings, stage: str, choice: str) -> RestoreSettings:
    """Another task, method or renderer; what was chosen of the other one's settings is kept where this one has it."""
    if choice == getattr(settings, stage):
        return settings
    before = getattr(settings, f"{stage}_settings")
    default = type(before)()
    made = with_stages(settings, {stage: choice})
    after = getattr(made, f"{stage}_settings")
    own = {item.name for item in dataclasses.fields(after)}
    chosen = {
        item.name: getattr(before, item.name)
        for item in dataclasses.fields(before)
        if item.name in own and getattr(before, item.name) != getattr(default, item.name)
    }
    changes: dict[str, Any] = {f"{stage}_settings": dataclasses.replace(after, **chosen)}
    return dataclasses.replace(made, **changes)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InputError(f"seed is {text!r}; a whole number is accepted") from None


def _has(settings: RestoreSettings, key: str) -> bool:
    stages = (settings.splice, settings.task_settings, settings.method_settings, settings.renderer_settings)
    return any(key in stage.__dataclass_fields__ for stage in stages)


def _all_keys() -> list[str]:
    kinds: list[type[Any]] = [
        SpliceSettings,
        *TASK_SETTINGS.values(),
        *METHOD_SETTINGS.values(),
        *RENDERER_SETTINGS.values(),
    ]
    keys = [item.name for kind in kinds for item in dataclasses.fields(kind)]
    return [*STAGES, "seed", *dict.fromkeys(keys)]


def _free_name(values: dict[str, str], taken: Iterable[str]) -> str:
    """A name that no other variant has, on disks that tell no case apart either."""
    name = _name(values)
    others = {each.casefold() for each in taken}
    tries = [name, *(f"{name}-{number}" for number in range(2, MOST_VARIANTS + 2))]
    return next(each for each in tries if each.casefold() not in others)


def _name(values: dict[str, str]) -> str:
    """A folder's name: values of stages alone, others with their key."""
    text = ",".join(value if key in STAGES else f"{key}={value}" for key, value in values.items())
    return re.sub(r"[^\w.,=+-]+", "_", text)[:LONGEST_NAME]

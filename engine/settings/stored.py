"""Settings back from the plain values that presets, takes, projects and batches keep, checked as if they were typed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from engine.errors import InputError
from engine.settings.checks import check_choice
from engine.settings.jobs import RestoreSettings, SpliceSettings
from engine.settings.methods import METHOD_SETTINGS
from engine.settings.renderers import RENDERER_SETTINGS
from engine.settings.tasks import TASK_SETTINGS

KINDS: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "str": (str,), "bool": (bool,)}


def settings_from(values: object) -> RestoreSettings:
    """The settings of `engine.settings.described`'s values; what is left out takes its default.

    Raises:
        InputError: no object, an unknown key or name, or a value that is not accepted.
    """
    values = _checked(values)
    plain = {name: values[name] for name in ("task", "method", "renderer", "model", "seed", "device") if name in values}
    for name in values:
        check_choice("setting", name, [*RestoreSettings.__dataclass_fields__])
    made: dict[str, Any] = dict(_typed(RestoreSettings, plain))
    stages = {"task": TASK_SETTINGS, "method": METHOD_SETTINGS, "renderer": RENDERER_SETTINGS}
    default = RestoreSettings()
    for stage, table in stages.items():
        settings_class = table[check_choice(stage, made.get(stage, getattr(default, stage)), table)]
        made[f"{stage}_settings"] = stage_settings(settings_class, values.get(f"{stage}_settings") or {})
    made["splice"] = stage_settings(SpliceSettings, values.get("splice") or {})
    return RestoreSettings(**made)


def stage_settings(settings_class: type[Any], values: object) -> Any:
    """One stage's settings from plain values.

    Raises:
        InputError: as for `settings_from`.
    """
    return settings_class(**_typed(settings_class, _checked(values)))


def _checked(values: object) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise InputError(f"settings are {values!r}; an object is accepted")
    return values


def _typed(settings_class: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the types that the fields have.

    Raises:
        InputError: a key or a type is not accepted.
    """
    fields = {item.name: str(item.type) for item in dataclasses.fields(settings_class)}
    typed = {}
    for name, value in values.items():
        kind = fields[check_choice("setting", name, fields)]
        wrong_bool = isinstance(value, bool) and kind != "bool"
        if wrong_bool or not isinstance(value, KINDS[kind]):
            raise InputError(f"{name} is {value!r}; a value of type {kind} is accepted")
        typed[name] = float(value) if kind == "float" and isinstance(value, int) else value
    return typed

"""What the commands share of choosing how: task, method, renderer, their settings and presets."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping
from typing import Any

from engine.commands.console import (
    add_model_arguments,
    add_reading_arguments,
    add_region_arguments,
    add_words_arguments,
    name,
    whole_number,
)
from engine.errors import InputError
from engine.restoring import Order
from engine.settings import (
    METHOD_SETTINGS,
    RENDERER_SETTINGS,
    TASK_SETTINGS,
    RestoreSettings,
    SpliceSettings,
    apply_preset,
    find_preset,
    with_options,
    with_stages,
)

WORD_KEYS = ("prompt", "negative_prompt", "transcription")
STAGE_HELP = {
    "task": "what the model is asked for",
    "method": "how the model is used",
    "renderer": "how the model's answer becomes sound",
}


def add_order_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say what is asked of a recording, for `order_from`."""
    add_region_arguments(parser)
    add_stage_arguments(parser)
    add_model_arguments(parser)
    add_words_arguments(parser)
    reading = add_reading_arguments(parser)
    reading.add_argument(
        "--check-all",
        action="store_true",
        help="look for NaN and Inf in the whole recording, not only where it is read",
    )


def add_stage_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose task, method and renderer, with their settings."""
    group = parser.add_argument_group("how")
    for stage, table in (
        ("task", TASK_SETTINGS),
        ("method", METHOD_SETTINGS),
        ("renderer", RENDERER_SETTINGS),
    ):
        default = getattr(RestoreSettings, stage)
        group.add_argument(f"--{stage}", help=f"{STAGE_HELP[stage]}: {', '.join(table)} (default: {default})")
    group.add_argument(
        "--preset",
        type=name,
        metavar="P",
        help="task, method, renderer and settings from a preset: its name in the editor, such as fill-a-gap, or a "
        ".json file; what else is given here counts more",
    )
    group.add_argument(
        "--seed",
        type=whole_number,
        default=0,
        metavar="N",
        help="of every random draw (default: 0); same seed, same OUT",
    )
    group.add_argument(
        "--rate",
        type=whole_number,
        metavar="HZ",
        help="with task extend: write OUT at this rate, such as 16000 for a telephone recording at 8000",
    )
    group.add_argument(
        "--steps", type=whole_number, metavar="N", help="how many times the model is asked; as --set steps=N"
    )
    group.add_argument(
        "--noise-from",
        metavar="S:E",
        help="for denoise: seconds of IN that hold noise alone, to learn it from; as --set noise_from=S:E",
    )
    group.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting, may be given several times; these are the defaults: " + settings_help(),
    )


def settings_help() -> str:
    """Every key of ``--set`` with its default, by the stage that it belongs to."""
    tables: list[Mapping[str, type[Any]]] = [{"": SpliceSettings}, TASK_SETTINGS, METHOD_SETTINGS, RENDERER_SETTINGS]
    told = []
    for stage, settings in ((stage, settings) for table in tables for stage, settings in table.items()):
        keys = " ".join(f"{item.name}={setting_text(item.default)}" for item in dataclasses.fields(settings))
        if keys:
            told.append(f"{stage}: {keys}" if stage else keys)
    return "; ".join(told)


def setting_text(value: object) -> str:
    """A setting's default as ``--set`` would take it."""
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()


def settings_from(arguments: argparse.Namespace) -> RestoreSettings:
    """The settings that the arguments ask for.

    Raises:
        InputError: a name or value is not accepted.
    """
    settings = RestoreSettings(model=arguments.model, seed=arguments.seed, device=arguments.device)
    if arguments.preset is not None:
        settings = apply_preset(find_preset(arguments.preset).settings, settings)
    settings = with_stages(settings, {stage: getattr(arguments, stage) for stage in STAGE_HELP})
    options = list(arguments.set)
    if arguments.steps is not None:
        options.append(f"steps={arguments.steps}")
    if arguments.noise_from is not None:
        options.append(f"noise_from={noise_stretch(arguments.noise_from, settings.task)}")
    return with_options(settings, [*options, *words_options(arguments, settings)])


def order_from(arguments: argparse.Namespace) -> Order:
    """What the arguments of ``restore`` and ``batch`` ask of each recording.

    Raises:
        InputError: a name or value is not accepted.
    """
    return Order(
        settings_from(arguments),
        start_s=arguments.start,
        end_s=arguments.end,
        low_hz=arguments.low,
        high_hz=arguments.high,
        rate=arguments.rate,
        subtype=arguments.subtype,
        region_only=arguments.region_only,
        allow_truncated=arguments.allow_truncated,
        repair_nonfinite=arguments.repair_nonfinite,
        check_all=arguments.check_all,
    )


def words_options(arguments: argparse.Namespace, settings: RestoreSettings) -> list[str]:
    """The words that the arguments hold, as settings of the method.

    Raises:
        InputError: the method asks no model that takes words.
    """
    given = {key: words for key in WORD_KEYS if (words := getattr(arguments, key)) is not None}
    taken = {item.name for item in dataclasses.fields(settings.method_settings)}
    for key, words in given.items():
        if key not in taken:
            takers = ", ".join(name for name, kind in METHOD_SETTINGS.items() if key in kind.__dataclass_fields__)
            raise InputError(
                f"--{key.replace('_', '-')} is {words[:40]!r}, the method {settings.method}; accepted with {takers}"
            )
    return [f"{key}={words}" for key, words in given.items()]


def noise_stretch(text: str, task: str) -> str:
    """What ``--noise-from`` names, as the setting takes it.

    Raises:
        InputError: it is empty, or the task is not `denoise`.
    """
    if task != "denoise":
        raise InputError(f"--noise-from is {text}, the task {task}; only --task denoise learns noise")
    if not text:
        raise InputError("--noise-from is empty; START:END in seconds is accepted, such as 0.2:1.5")
    return text

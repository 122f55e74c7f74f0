"""All choices of a job together, and how ``--set`` changes them. Free of torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import InputError
from engine.settings.checks import DEVICES, check_choice, check_range, check_seed
from engine.settings.methods import METHOD_SETTINGS, WITHOUT_UNET, GenerateSettings, GuidedSettings
from engine.settings.renderers import RENDERER_SETTINGS
from engine.settings.tasks import TASK_SETTINGS, WHOLLY_TRUSTED

LONGEST_CONTEXT_S = 30.0
SHORTEST_S, LONGEST_S = 0.01, 3600.0  # of a sound that is generated


@dataclass(frozen=True)
class SpliceSettings:
    """How a take is laid into the recording.

    Attributes:
        context_s: sound on each side of the region that the model sees, in seconds.
        fade_ms: length of the cross-fade at each border, inside the region, in milliseconds.
    """

    context_s: float = 1.28
    fade_ms: float = 10.0

    def __post_init__(self) -> None:
        check_range("context_s", self.context_s, 0.0, LONGEST_CONTEXT_S)
        check_range("fade_ms", self.fade_ms, 0.0, 1000.0)


@dataclass(frozen=True)
class RestoreSettings:
    """All choices of one restoration; with the recording and the region, a take follows from these alone.

    Attributes:
        task, method, renderer: names from the tables above.
        model: ``bundled`` or a folder.
        seed: of every random draw.
        device: where to compute; ``auto`` takes the fastest that is there.
        splice, task_settings, method_settings, renderer_settings: of the stages; None means the defaults.
    """

    task: str = "reconstruct"
    method: str = "guided"
    renderer: str = "gain"
    model: str = "bundled"
    seed: int = 0
    device: str = "auto"
    splice: SpliceSettings = field(default_factory=SpliceSettings)
    task_settings: Any = None
    method_settings: Any = None
    renderer_settings: Any = None

    def __post_init__(self) -> None:
        check_choice("device", self.device, DEVICES)
        check_seed(self.seed)
        for stage, table in (
            ("task", TASK_SETTINGS),
            ("method", METHOD_SETTINGS),
            ("renderer", RENDERER_SETTINGS),
        ):
            made_for = table[check_choice(stage, getattr(self, stage), table)]
            given = getattr(self, f"{stage}_settings")
            if given is None:
                object.__setattr__(self, f"{stage}_settings", made_for())
            elif not isinstance(given, made_for):
                raise InputError(
                    f"{stage} {getattr(self, stage)} takes {made_for.__name__}, not {type(given).__name__}"
                )


@dataclass(frozen=True)
class GenerationSettings:
    """All choices of one sound that is made out of nothing; with the model, the sound follows from these alone.

    Attributes:
        seconds: its length.
        method_settings: kind, steps, guidance.
        model: ``bundled`` or a folder.
        seed: of every random draw.
        device: where to compute; ``auto`` takes the fastest that is there.
    """

    seconds: float
    method_settings: GenerateSettings = field(default_factory=GenerateSettings)
    model: str = "bundled"
    seed: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        check_range("seconds", self.seconds, SHORTEST_S, LONGEST_S)
        check_choice("device", self.device, DEVICES)
        check_seed(self.seed)


def asks_unet(settings: RestoreSettings) -> bool:
    """Whether the method will ask the UNet."""
    if settings.method in WITHOUT_UNET:
        return False
    chosen = settings.method_settings
    refines_only = isinstance(chosen, GuidedSettings) and chosen.preset == "decoded"
    return not (refines_only and settings.task in WHOLLY_TRUSTED)


def components_for(settings: RestoreSettings) -> tuple[str, ...]:
    """The parts of a model that a job needs; nothing else has to be loaded."""
    unet = ("unet",) if asks_unet(settings) else ()
    vocoder = ("vocoder",) if settings.renderer == "vocoder" else ()
    return ("vae", *unet, *vocoder)


def _parse(key: str, text: str, kind: Any) -> Any:
    """Turn the text of ``--set key=text`` into the field's type."""
    kinds = {"int": int, "float": float, "str": str, "bool": bool}
    name = kind if isinstance(kind, str) else kind.__name__
    if name == "bool":
        check_choice(key, text.lower(), ("true", "false"))
        return text.lower() == "true"
    try:
        value = kinds[name](text)
    except ValueError:
        wanted = {"int": "a whole number", "float": "a number"}[name]
        raise InputError(f"{key} is {text!r}; {wanted} is expected") from None
    if value != value:
        raise InputError(f"{key} is {text!r}; a number is expected")
    return value


STAGES = ("task", "method", "renderer")


def with_stages(settings: RestoreSettings, chosen: Mapping[str, str | None]) -> RestoreSettings:
    """Another task, method or renderer, by its defaults, where ``chosen`` names one that isn't there already.

    Raises:
        InputError: a name is not accepted.
    """
    changes: dict[str, Any] = {}
    for stage, choice in chosen.items():
        if choice is not None and choice != getattr(settings, stage):
            changes |= {stage: choice, f"{stage}_settings": None}
    return dataclasses.replace(settings, **changes)


def with_options(settings: RestoreSettings, options: Sequence[str]) -> RestoreSettings:
    """Apply ``KEY=VALUE`` options to whichever stage of ``settings`` has that key.

    Raises:
        InputError: an option without ``=``, an unknown key (the nearest is named), or a value that is not accepted.
    """
    stages = ("splice", "task_settings", "method_settings", "renderer_settings")
    owners = {item.name: stage for stage in stages for item in dataclasses.fields(getattr(settings, stage))}
    changes: dict[str, dict[str, Any]] = {stage: {} for stage in stages}
    for option in options:
        key, separator, text = option.partition("=")
        if not separator:
            raise InputError(f"--set {option!r} has no '='; KEY=VALUE is expected")
        stage = owners[check_choice("--set key", key, owners)]
        kinds: Mapping[str, Any] = {item.name: item.type for item in dataclasses.fields(getattr(settings, stage))}
        changes[stage][key] = _parse(key, text, kinds[key])
    made = {stage: dataclasses.replace(getattr(settings, stage), **values) for stage, values in changes.items()}
    return dataclasses.replace(settings, **made)


def described(settings: RestoreSettings) -> dict[str, Any]:
    """The settings as plain values for a report or a project file."""
    return dataclasses.asdict(settings)

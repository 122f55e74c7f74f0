"""Every choice of a job as frozen, checked values; no default lives anywhere else. Free of torch.

The tables name what can be chosen, with the settings that each choice takes. The code behind a name is found in
`engine.targets.TASKS`, `engine.methods.METHODS` and `engine.render.RENDERERS`, whose keys a test holds equal.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import InputError

LONGEST_CONTEXT_S = 30.0
LARGEST_SEED = 2**63 - 1
MOST_STEPS = 1000
GUIDED_PRESETS = ("decoded", "published")
ENHANCE_MODES = ("adaptive", "frequency", "noise", "contrast", "mixed", "multiscale")


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InputError(f"{name} is {value:g}; accepted is {low:g} to {high:g}")


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
        _check_range("context_s", self.context_s, 0.0, LONGEST_CONTEXT_S)
        _check_range("fade_ms", self.fade_ms, 0.0, 1000.0)


@dataclass(frozen=True)
class ReconstructSettings:
    """The task `reconstruct` has no settings: every cell is trusted."""


@dataclass(frozen=True)
class VaeSettings:
    """The method `vae` has no settings: the mel goes through the VAE once."""


@dataclass(frozen=True)
class SamplingSettings:
    """What all methods that denoise share.

    Attributes:
        steps: how many times the UNet is asked.
        kind: of sound that the model is told, such as ``speech``; ``any`` leaves it open.
        guidance: of classifier-free guidance toward the kind (Ho & Salimans 2022, eq. 6); 1 is none.
        eta: 0 draws no noise on the way (DDIM), 1 as much as DDPM.
    """

    steps: int = 20
    kind: str = "any"
    guidance: float = 1.0
    eta: float = 0.0

    def __post_init__(self) -> None:
        _check_range("steps", self.steps, 1, MOST_STEPS)
        _check_range("guidance", self.guidance, 0.0, 20.0)
        _check_range("eta", self.eta, 0.0, 1.0)


@dataclass(frozen=True)
class PartialSettings(SamplingSettings):
    """The method `partial`.

    Attributes:
        strength: in 0..1, how far the target is noised before it is denoised; 1 forgets it.
        belief: share of the task's trust that the model is told inside the region.
    """

    strength: float = 0.3
    belief: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_range("strength", self.strength, 0.01, 1.0)
        _check_range("belief", self.belief, 0.0, 1.0)


@dataclass(frozen=True)
class PullSettings:
    """How a latent is moved by the gradient of what it decodes to.

    Attributes:
        rate: of Adam at the first step, in standard deviations of the latent; it falls to 0.
        loud: in 0..1, share of the waveform's error, where loud cells count most, beside that of the mel, where all do.
        scales: resolutions at which mels are compared, each half as fine as the one before.
        tolerance: stop once five steps have brought less than this, relatively; 0 takes all steps.
    """

    rate: float = 0.05
    loud: float = 0.3
    scales: int = 1
    tolerance: float = 0.01

    def __post_init__(self) -> None:
        _check_range("rate", self.rate, 0.001, 1.0)
        _check_range("loud", self.loud, 0.0, 1.0)
        _check_range("scales", self.scales, 1, 5)
        _check_range("tolerance", self.tolerance, 0.0, 1.0)


@dataclass(frozen=True)
class OptimiseSettings(PullSettings):
    """The method `optimise`.

    Attributes:
        steps: gradients at most.
    """

    steps: int = 50

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_range("steps", self.steps, 1, MOST_STEPS)


@dataclass(frozen=True)
class GuidedSettings(SamplingSettings, PullSettings):
    """The method `guided`.

    Attributes:
        steps: in all, each with one gradient.
        preset: ``decoded`` draws the decoded mel to the target, ``published`` the latent, as the research did.
        start: in 0..1, how far what is to be imagined is noised before it is denoised; 1 forgets the guess.
        pull: largest move of a denoising step toward the trusted cells, in standard deviations of the latent.
        refining: share of the steps that only refine, where something was imagined too.
    """

    steps: int = 25
    preset: str = "decoded"
    start: float = 0.3
    pull: float = 0.05
    refining: float = 0.5

    def __post_init__(self) -> None:
        SamplingSettings.__post_init__(self)
        PullSettings.__post_init__(self)
        check_choice("preset", self.preset, GUIDED_PRESETS)
        _check_range("start", self.start, 0.01, 1.0)
        _check_range("pull", self.pull, 0.0, 1.0)
        _check_range("refining", self.refining, 0.0, 1.0)


@dataclass(frozen=True)
class EnhanceSettings:
    """The method `enhance`.

    Attributes:
        mode: how the latent is sharpened; ``adaptive`` finds the strengths itself.
        strength: of the other modes; 1.5 as published, 0 is the plain round trip.
        scales: of ``multiscale`` and ``adaptive``.
    """

    mode: str = "adaptive"
    strength: float = 1.5
    scales: int = 3

    def __post_init__(self) -> None:
        check_choice("mode", self.mode, ENHANCE_MODES)
        _check_range("strength", self.strength, 0.0, 10.0)
        _check_range("scales", self.scales, 1, 4)


@dataclass(frozen=True)
class GainSettings:
    """The renderer `gain`.

    Attributes:
        boost_db: no cell is raised by more than this.
        cut_db: no cell is lowered by more than this.
        window_ms: length of the transform's window at the recording's rate; rounded to a fast length.
    """

    boost_db: float = 24.0
    cut_db: float = 69.5
    window_ms: float = 80.0

    def __post_init__(self) -> None:
        _check_range("boost_db", self.boost_db, 0.0, 60.0)
        _check_range("cut_db", self.cut_db, 0.0, 120.0)
        _check_range("window_ms", self.window_ms, 5.0, 200.0)


@dataclass(frozen=True)
class GriffinLimSettings:
    """The renderer `griffinlim`.

    Attributes:
        iterations: of fast Griffin-Lim; 0 keeps the starting phase.
        momentum: of fast Griffin-Lim; 0 is the plain algorithm.
    """

    iterations: int = 32
    momentum: float = 0.99

    def __post_init__(self) -> None:
        _check_range("iterations", self.iterations, 0, 1000)
        _check_range("momentum", self.momentum, 0.0, 1.0)


@dataclass(frozen=True)
class VocoderSettings:
    """The renderer `vocoder` has no settings: the model's own vocoder does it."""


TASK_SETTINGS: dict[str, type[Any]] = {"reconstruct": ReconstructSettings}
METHOD_SETTINGS: dict[str, type[Any]] = {
    "vae": VaeSettings,
    "enhance": EnhanceSettings,
    "guided": GuidedSettings,
    "partial": PartialSettings,
    "optimise": OptimiseSettings,
}
RENDERER_SETTINGS: dict[str, type[Any]] = {
    "gain": GainSettings,
    "griffinlim": GriffinLimSettings,
    "vocoder": VocoderSettings,
}
# Methods that never ask the UNet.
WITHOUT_UNET = ("vae", "enhance", "optimise")
# Tasks that trust everything: nothing is left to imagine.
WHOLLY_TRUSTED = ("reconstruct",)
DEVICES = ("auto", "cpu", "cuda", "mps")


def check_choice(what: str, value: str, accepted: Iterable[str]) -> str:
    """Return ``value`` if it is accepted.

    Raises:
        InputError: it is not; names the nearest accepted value where there is one near.
    """
    names = list(accepted)
    if value in names:
        return value
    near = difflib.get_close_matches(value, names, n=1, cutoff=0.5)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise InputError(f"{what} is {value!r}{hint}; accepted: {', '.join(names)}")


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
        if not 0 <= self.seed <= LARGEST_SEED:
            raise InputError(f"seed is {self.seed}; accepted is 0 to {LARGEST_SEED}")
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


def asks_unet(settings: RestoreSettings) -> bool:
    """Whether the method will ask the UNet."""
    if settings.method in WITHOUT_UNET:
        return False
    chosen = settings.method_settings
    refines_only = isinstance(chosen, GuidedSettings) and chosen.preset == "decoded"
    return not (refines_only and settings.task in WHOLLY_TRUSTED)


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

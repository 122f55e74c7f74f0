"""Every choice of a job as frozen, checked values; no default lives anywhere else. Free of torch.

The tables name what can be chosen, with the settings that each choice takes. The code behind a name is found in
`engine.tasks.TASKS`, `engine.methods.METHODS` and `engine.render.RENDERERS`, whose keys a test holds equal.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import InputError

LONGEST_CONTEXT_S = 30.0
LARGEST_SEED = 2**63 - 1
MOST_STEPS = 1000
SHORTEST_S, LONGEST_S = 0.01, 3600.0  # of a sound that is generated
QUIETEST_THRESHOLD_DB, LOUDEST_THRESHOLD_DB = -60.0, 20.0
GUIDED_PRESETS = ("decoded", "published")
ENHANCE_MODES = ("adaptive", "frequency", "noise", "contrast", "mixed", "multiscale")


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InputError(f"{name} is {value:g}; accepted is {low:g} to {high:g}")


def _check_seed(seed: int) -> None:
    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(f"seed is {seed}; accepted is 0 to {LARGEST_SEED}")


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
class FillSettings:
    """The task `fill`.

    Attributes:
        ar_ms: regions up to so long are interpolated from the samples around them, and no model is asked; 0 for none.
        texture: share of the surroundings' texture that the guess is given, for the model to start from.
    """

    ar_ms: float = 20.0
    texture: float = 0.85

    def __post_init__(self) -> None:
        _check_range("ar_ms", self.ar_ms, 0.0, 50.0)
        _check_range("texture", self.texture, 0.0, 1.0)


@dataclass(frozen=True)
class ExtendSettings:
    """The task `extend`.

    Attributes:
        cutoff_hz: what lies above is made anew; 0 finds the recording's own cut-off.
    """

    cutoff_hz: float = 0.0

    def __post_init__(self) -> None:
        _check_range("cutoff_hz", self.cutoff_hz, 0.0, 1e6)


@dataclass(frozen=True)
class DenoiseSettings:
    """The task `denoise`.

    Attributes:
        noise_from: ``START:END`` in seconds, a stretch of the recording that holds noise alone, to learn it from; empty
            where it is to be found in the region and its context.
        amount: in 0..1, share of the reduction in dB that is carried out; 0 changes nothing.
        floor_db: no bin is lowered by more than this, 0 or below.
    """

    noise_from: str = ""
    amount: float = 1.0
    floor_db: float = -25.0

    def __post_init__(self) -> None:
        _check_range("amount", self.amount, 0.0, 1.0)
        _check_range("floor_db", self.floor_db, -80.0, 0.0)
        _ = self.stretch_s

    @property
    def stretch_s(self) -> tuple[float, float] | None:
        """Start and end of the stretch in seconds, or None where there is none.

        Raises:
            InputError: ``noise_from`` is something else than two rising times.
        """
        if not self.noise_from:
            return None
        start, _, end = self.noise_from.partition(":")
        try:
            start_s, end_s = float(start), float(end)
        except ValueError:
            start_s = end_s = math.nan
        if not 0 <= start_s < end_s < math.inf:
            raise InputError(f"noise_from is {self.noise_from!r}; START:END in seconds is accepted, such as 0.2:1.5")
        return start_s, end_s


@dataclass(frozen=True)
class DeclipSettings:
    """The task `declip`.

    Attributes:
        threshold_db: level in dBFS at and beyond which samples are taken for clipped; ``auto`` finds it for each
            channel and polarity.
        model_db: the model may change the level of the classically declipped sound by no more than this.
    """

    threshold_db: str = "auto"
    model_db: float = 0.3

    def __post_init__(self) -> None:
        _check_range("model_db", self.model_db, 0.0, 24.0)
        _ = self.threshold

    @property
    def threshold(self) -> float | None:
        """The threshold as a magnitude, or None where it is to be found.

        Raises:
            InputError: ``threshold_db`` is neither ``auto`` nor a level.
        """
        if self.threshold_db == "auto":
            return None
        try:
            level_db = float(self.threshold_db)
        except ValueError:
            level_db = math.nan
        if not QUIETEST_THRESHOLD_DB <= level_db <= LOUDEST_THRESHOLD_DB:
            raise InputError(
                f"threshold_db is {self.threshold_db!r}; accepted: auto, or a level from {QUIETEST_THRESHOLD_DB:g} to "
                f"{LOUDEST_THRESHOLD_DB:g} dBFS"
            )
        return float(10 ** (level_db / 20))


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


DDCM_VARIANTS = ("turbo", "published", "soft")
MOST_CODEWORDS = 1 << 14
LEAST_KBPS, MOST_KBPS = 0.5, 32.0


@dataclass(frozen=True)
class DdcmSettings:
    """The method `ddcm`, and `retake encode`.

    Attributes:
        kbps: of the codes; the number of codewords for each tile and step follows from it.
        steps: how many times the UNet is asked.
        variant: ``turbo``; ``published``, matching pursuit at evenly spaced noise levels; ``soft``, for comparison,
            a codebook of latent vectors and no diffusion.
        codewords: in a codebook; a power of two.
        atoms: codewords for each tile and step, in place of what ``kbps`` allows; 0 leaves it to that.
        coefficient_bits: of the variant `published`.
        kind: of sound that the model is told, such as ``speech``; ``any`` leaves it open.
        soft_entries: of the variant `soft`.
        soft_temperature: of the variant `soft`: 0 takes the nearest entry, more blends several.
    """

    kbps: float = 8.0
    steps: int = 30
    variant: str = "turbo"
    codewords: int = 4096
    atoms: int = 0
    coefficient_bits: int = 2
    kind: str = "any"
    soft_entries: int = 1024
    soft_temperature: float = 0.1

    def __post_init__(self) -> None:
        check_choice("variant", self.variant, DDCM_VARIANTS)
        _check_range("kbps", self.kbps, LEAST_KBPS, MOST_KBPS)
        _check_range("steps", self.steps, 2, MOST_STEPS)
        _check_range("codewords", self.codewords, 2, MOST_CODEWORDS)
        _check_range("atoms", self.atoms, 0, min(64, self.codewords // 2))
        _check_range("coefficient_bits", self.coefficient_bits, 1, 6)
        _check_range("soft_entries", self.soft_entries, 1, MOST_CODEWORDS)
        _check_range("soft_temperature", self.soft_temperature, 0.0, 100.0)
        if self.codewords & (self.codewords - 1):
            raise InputError(f"codewords is {self.codewords}; a power of two up to {MOST_CODEWORDS} is accepted")


@dataclass(frozen=True)
class HybridSettings(SamplingSettings):
    """The method `hybrid`.

    Attributes:
        crossover_hz: below it the VAE's round trip, above it what diffusion makes; 0 is diffusion alone.
        overlap_octaves: width of the cross-fade, centred at the crossover.
        cascade: in place of that, a few steps of diffusion on the round trip, in all bands.
        strength: in 0..1, how far what diffusion works on is noised before it is denoised.
        belief: share of the task's trust that the model is told inside the region where diffusion works.
    """

    steps: int = 10
    crossover_hz: float = 4000.0
    overlap_octaves: float = 0.5
    cascade: bool = False
    strength: float = 0.3
    belief: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_range("crossover_hz", self.crossover_hz, 0.0, 192000.0)
        _check_range("overlap_octaves", self.overlap_octaves, 0.0, 4.0)
        _check_range("strength", self.strength, 0.01, 1.0)
        _check_range("belief", self.belief, 0.0, 1.0)


@dataclass(frozen=True)
class InvertSettings(SamplingSettings):
    """The method `invert`; ``kind`` and ``guidance`` are those of the replay.

    Attributes:
        source: kind that the recording is taken for.
        source_guidance: of classifier-free guidance toward it.
        skip: in 0..1, share of the steps that the replay leaves out at the noisy end; more keeps more.
        belief: share of the task's trust that the model is told inside the region.
    """

    steps: int = 30
    guidance: float = 3.0
    eta: float = 1.0
    source: str = "any"
    source_guidance: float = 1.0
    skip: float = 0.36
    belief: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_range("source_guidance", self.source_guidance, 0.0, 20.0)
        _check_range("skip", self.skip, 0.0, 0.99)
        _check_range("belief", self.belief, 0.0, 1.0)


@dataclass(frozen=True)
class GenerateSettings(SamplingSettings):
    """The method `generate`: what all methods that denoise share, and nothing else.

    Noise on the way keeps a weak model's sounds from coming out soft and dull.
    """

    steps: int = 30
    guidance: float = 2.0
    eta: float = 1.0


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


TASK_SETTINGS: dict[str, type[Any]] = {
    "reconstruct": ReconstructSettings,
    "fill": FillSettings,
    "extend": ExtendSettings,
    "denoise": DenoiseSettings,
    "declip": DeclipSettings,
}
METHOD_SETTINGS: dict[str, type[Any]] = {
    "vae": VaeSettings,
    "enhance": EnhanceSettings,
    "guided": GuidedSettings,
    "ddcm": DdcmSettings,
    "partial": PartialSettings,
    "hybrid": HybridSettings,
    "invert": InvertSettings,
    "generate": GenerateSettings,
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
        _check_seed(self.seed)
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
        _check_range("seconds", self.seconds, SHORTEST_S, LONGEST_S)
        check_choice("device", self.device, DEVICES)
        _check_seed(self.seed)


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

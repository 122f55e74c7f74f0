"""Settings of the methods, and which methods there are. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.errors import InputError
from engine.settings.checks import check_choice, check_range

MOST_STEPS = 1000
GUIDED_PRESETS = ("decoded", "published")
SAMPLERS = ("ddim", "dpm++", "unipc")
ENHANCE_MODES = ("adaptive", "frequency", "noise", "contrast", "mixed", "multiscale")


@dataclass(frozen=True)
class VaeSettings:
    """The method `vae` has no settings: the mel goes through the VAE once."""


@dataclass(frozen=True)
class Description:
    """What a model is told of the sound that it is to make.

    Attributes:
        kind: such as ``speech``; ``any`` leaves it open.
        prompt: in words, for models with text encoders.
        negative_prompt: what it is steered away from; empty steers away from any sound.
        transcription: what is said, for speech models.
        guidance: of classifier-free guidance toward it (Ho & Salimans 2022, eq. 6); 1 is none.
    """

    kind: str = "any"
    prompt: str = ""
    negative_prompt: str = ""
    transcription: str = ""
    guidance: float = 1.0


@dataclass(frozen=True)
class ToldSettings:
    """What all methods share that tell the model what to make.

    Attributes:
        steps: how many times the UNet is asked.
        kind: of sound that the model is told, such as ``speech``; ``any`` leaves it open.
        prompt: what the sound is, in words, for models with text encoders.
        negative_prompt: what it is steered away from, in words.
        transcription: what is said, for speech models.
        guidance: of classifier-free guidance toward the kind or prompt (Ho & Salimans 2022, eq. 6); 1 is none.
        eta: 0 draws no noise on the way (DDIM), 1 as much as DDPM.
    """

    steps: int = 20
    kind: str = "any"
    prompt: str = ""
    negative_prompt: str = ""
    transcription: str = ""
    guidance: float = 1.0
    eta: float = 0.0

    def __post_init__(self) -> None:
        check_range("steps", self.steps, 1, MOST_STEPS)
        check_range("guidance", self.guidance, 0.0, 20.0)
        check_range("eta", self.eta, 0.0, 1.0)

    @property
    def description(self) -> Description:
        """What the model is told."""
        return Description(self.kind, self.prompt, self.negative_prompt, self.transcription, self.guidance)


@dataclass(frozen=True)
class SamplingSettings(ToldSettings):
    """What all methods share that denoise in one walk.

    Attributes:
        sampler: ``ddim``, or with fewer steps for the same, ``dpm++`` or ``unipc``, which draw no noise on the way.
    """

    sampler: str = "ddim"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("sampler", self.sampler, SAMPLERS)


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
        check_range("strength", self.strength, 0.01, 1.0)
        check_range("belief", self.belief, 0.0, 1.0)


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
        prompt: the same in words, for models with text encoders.
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
    prompt: str = ""
    soft_entries: int = 1024
    soft_temperature: float = 0.1

    @property
    def description(self) -> Description:
        """What the model is told."""
        return Description(self.kind, self.prompt)

    def __post_init__(self) -> None:
        check_choice("variant", self.variant, DDCM_VARIANTS)
        check_range("kbps", self.kbps, LEAST_KBPS, MOST_KBPS)
        check_range("steps", self.steps, 2, MOST_STEPS)
        check_range("codewords", self.codewords, 2, MOST_CODEWORDS)
        check_range("atoms", self.atoms, 0, min(64, self.codewords // 2))
        check_range("coefficient_bits", self.coefficient_bits, 1, 6)
        check_range("soft_entries", self.soft_entries, 1, MOST_CODEWORDS)
        check_range("soft_temperature", self.soft_temperature, 0.0, 100.0)
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
        check_range("crossover_hz", self.crossover_hz, 0.0, 192000.0)
        check_range("overlap_octaves", self.overlap_octaves, 0.0, 4.0)
        check_range("strength", self.strength, 0.01, 1.0)
        check_range("belief", self.belief, 0.0, 1.0)


@dataclass(frozen=True)
class InvertSettings(ToldSettings):
    """The method `invert`; ``kind`` and ``guidance`` are those of the replay.

    Attributes:
        source: kind that the recording is taken for.
        source_prompt: the same in words, for models with text encoders.
        source_guidance: of classifier-free guidance toward it.
        skip: in 0..1, share of the steps that the replay leaves out at the noisy end; more keeps more.
        belief: share of the task's trust that the model is told inside the region.
    """

    steps: int = 30
    guidance: float = 3.0
    eta: float = 1.0
    source: str = "any"
    source_prompt: str = ""
    source_guidance: float = 1.0
    skip: float = 0.36
    belief: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("source_guidance", self.source_guidance, 0.0, 20.0)
        check_range("skip", self.skip, 0.0, 0.99)
        check_range("belief", self.belief, 0.0, 1.0)

    @property
    def source_description(self) -> Description:
        """What the model is told of the recording."""
        return Description(self.source, self.source_prompt, "", self.transcription, self.source_guidance)


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
        step_size: of Adam at the first step, in standard deviations of the latent; it falls to 0.
        loud: in 0..1, share of the waveform's error, where loud cells count most, beside that of the mel, where all do.
        scales: resolutions at which mels are compared, each half as fine as the one before.
        tolerance: stop once five steps have brought less than this, relatively; 0 takes all steps.
    """

    step_size: float = 0.05
    loud: float = 0.3
    scales: int = 1
    tolerance: float = 0.01

    def __post_init__(self) -> None:
        check_range("step_size", self.step_size, 0.001, 1.0)
        check_range("loud", self.loud, 0.0, 1.0)
        check_range("scales", self.scales, 1, 5)
        check_range("tolerance", self.tolerance, 0.0, 1.0)


@dataclass(frozen=True)
class OptimiseSettings(PullSettings):
    """The method `optimise`.

    Attributes:
        steps: gradients at most.
    """

    steps: int = 50

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("steps", self.steps, 1, MOST_STEPS)


@dataclass(frozen=True)
class GuidedSettings(SamplingSettings, PullSettings):
    """The method `guided`.

    Attributes:
        steps: in all, each with one gradient.
        preset: ``decoded`` draws the decoded mel to the target, ``published`` the latent, as the research did.
        strength: in 0..1, how far what is to be imagined is noised before it is denoised; 1 forgets the guess.
        pull: largest move of a denoising step toward the trusted cells, in standard deviations of the latent.
        refining: share of the steps that only refine, where something was imagined too.
    """

    steps: int = 25
    eta: float = 1.0
    preset: str = "decoded"
    strength: float = 0.3
    pull: float = 0.05
    refining: float = 0.5

    def __post_init__(self) -> None:
        SamplingSettings.__post_init__(self)
        PullSettings.__post_init__(self)
        check_choice("preset", self.preset, GUIDED_PRESETS)
        check_range("strength", self.strength, 0.01, 1.0)
        check_range("pull", self.pull, 0.0, 1.0)
        check_range("refining", self.refining, 0.0, 1.0)


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
        check_range("strength", self.strength, 0.0, 10.0)
        check_range("scales", self.scales, 1, 4)


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
# Methods that never ask the UNet.
WITHOUT_UNET = ("vae", "enhance", "optimise")

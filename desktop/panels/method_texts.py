"""Names and sentences of the methods and their settings, in the language of the window."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from desktop.panels.field_text import Editor, FieldText, StageText
from engine.settings import LEAST_KBPS, MOST_CODEWORDS, MOST_KBPS

translate = QCoreApplication.translate


def method_names() -> dict[str, StageText]:
    """Every method by its name in the engine."""
    return {
        "guided": StageText(
            translate("Settings", "Guided"),
            translate(
                "Settings", "Draws what the model imagines to what the recording still holds; the best first try."
            ),
        ),
        "vae": StageText(
            translate("Settings", "Round trip"),
            translate("Settings", "Sends the sound through the model once: fast, and nothing is imagined."),
        ),
        "enhance": StageText(
            translate("Settings", "Sharpened"),
            translate("Settings", "A round trip that is made sharper, for sound that has become dull."),
        ),
        "partial": StageText(
            translate("Settings", "Varied"),
            translate("Settings", "Covers the sound with noise up to a strength and lets the model find it again."),
        ),
        "hybrid": StageText(
            translate("Settings", "Split by frequency"),
            translate("Settings", "Keeps a round trip below a crossover and lets the model imagine what lies above."),
        ),
        "generate": StageText(
            translate("Settings", "From nothing"),
            translate("Settings", "Forgets the region and makes another sound of a kind in its place."),
        ),
        "invert": StageText(
            translate("Settings", "Another kind"),
            translate(
                "Settings", "Keeps the course of the sound and makes it of another kind, such as speech as music."
            ),
        ),
        "ddcm": StageText(
            translate("Settings", "Coded"),
            translate("Settings", "What the sound becomes when it is coded in a few kilobits a second."),
        ),
        "optimise": StageText(
            translate("Settings", "Closest match"),
            translate("Settings", "Comes as near to the recording as the model can; slow, and imagines nothing."),
        ),
    }


def steps_text(sentence: str, low: int = 1, high: int = 200) -> FieldText:
    """How often the model is asked."""
    return FieldText(
        translate("Settings", "Steps"), sentence, editor=Editor.WHOLE_NUMBER, low=low, high=high, step=5, decimals=0
    )


def strength_text(sentence: str) -> FieldText:
    """How far is gone from where the method starts."""
    return FieldText(translate("Settings", "Strength"), sentence, low=0.01, basic=True)


def belief_text() -> FieldText:
    """What the model is told."""
    return FieldText(
        translate("Settings", "Belief"),
        translate("Settings", "How much of what is there the model is told; 0 lets it imagine freely."),
    )


def prompt_text(basic: bool = True) -> FieldText:
    """What the sound is, in words."""
    return FieldText(
        translate("Settings", "Prompt"),
        translate("Settings", "What the sound is, in words, such as a piano in a large hall."),
        editor=Editor.WORDS,
        low_text=translate("Settings", "in words"),
        basic=basic,
    )


def words_texts() -> dict[str, FieldText]:
    """What a model with text encoders is told."""
    return {
        "prompt": prompt_text(),
        "negative_prompt": FieldText(
            translate("Settings", "Not wanted"),
            translate("Settings", "What the sound is not to be, in words; it counts where Toward that is above 1."),
            editor=Editor.WORDS,
            low_text=translate("Settings", "in words"),
        ),
        "transcription": FieldText(
            translate("Settings", "Spoken words"),
            translate("Settings", "The words that are said, for models that speak."),
            editor=Editor.SPOKEN,
            low_text=translate("Settings", "word by word"),
            basic=True,
        ),
    }


def sampler_text() -> FieldText:
    """How the model's answers are followed."""
    return FieldText(
        translate("Settings", "Sampler"),
        translate("Settings", "How the model's answers are followed; the newer ones need fewer steps for the same."),
        editor=Editor.CHOICE,
        choices=(("ddim", "DDIM"), ("dpm++", "DPM-Solver++"), ("unipc", "UniPC")),
    )


def sampling_texts() -> dict[str, FieldText]:
    """What all methods share that denoise in one walk."""
    return {**told_texts(), "sampler": sampler_text()}


def told_texts() -> dict[str, FieldText]:
    """What all methods share that tell the model what to make."""
    return {
        **words_texts(),
        "steps": steps_text(translate("Settings", "How many times the model is asked; more takes longer.")),
        "kind": FieldText(
            translate("Settings", "Kind of sound"),
            translate("Settings", "What the model is told that it hears; Any leaves it open."),
            editor=Editor.KIND,
        ),
        "guidance": FieldText(
            translate("Settings", "Toward that"),
            translate(
                "Settings", "How strongly the model is driven toward the kind of sound or the prompt; 1 doesn't."
            ),
            high=20.0,
            step=0.5,
            decimals=1,
        ),
        "eta": FieldText(
            translate("Settings", "Fresh noise"),
            translate("Settings", "How much noise is drawn on the way; more is livelier, 0 is the same each time."),
        ),
    }


def pull_texts() -> dict[str, FieldText]:
    """How a latent is moved toward what it should decode to."""
    return {
        "step_size": FieldText(
            translate("Settings", "Step size"),
            translate("Settings", "How far the first refining step goes; too far misses, too near needs more steps."),
            low=0.001,
            high=0.5,
            step=0.01,
            decimals=3,
        ),
        "loud": FieldText(
            translate("Settings", "Loud parts"),
            translate("Settings", "How much the loud parts count beside all parts alike."),
        ),
        "scales": FieldText(
            translate("Settings", "Scales"),
            translate("Settings", "At how many resolutions the result is compared with the recording."),
            editor=Editor.WHOLE_NUMBER,
            low=1,
            high=5,
            step=1,
        ),
        "tolerance": FieldText(
            translate("Settings", "Stop when within"),
            translate("Settings", "Stops early once five steps bring less than this share; 0 takes all steps."),
            high=0.2,
            step=0.005,
            decimals=3,
            low_text=translate("Settings", "all steps"),
        ),
    }


def guided_texts() -> dict[str, FieldText]:
    """The settings of the method `guided`."""
    return {
        **sampling_texts(),
        **pull_texts(),
        "strength": strength_text(
            translate("Settings", "How far the model may leave the first guess in what it imagines.")
        ),
        "preset": FieldText(
            translate("Settings", "Drawn to"),
            translate("Settings", "What is compared with the recording: what is heard, or the model's inner picture."),
            editor=Editor.CHOICE,
            choices=(
                ("decoded", translate("Settings", "What is heard")),
                ("published", translate("Settings", "Inner picture, as published")),
            ),
        ),
        "pull": FieldText(
            translate("Settings", "Pull"),
            translate("Settings", "How strongly each imagining step is drawn toward what the recording holds."),
            step=0.01,
        ),
        "refining": FieldText(
            translate("Settings", "Refining share"),
            translate("Settings", "Share of the steps that only refine, after the model has imagined."),
        ),
    }


def partial_texts() -> dict[str, FieldText]:
    """The settings of the method `partial`."""
    return {
        **sampling_texts(),
        "strength": strength_text(
            translate("Settings", "How much noise covers the sound before the model finds it again; 1 forgets it.")
        ),
        "belief": belief_text(),
    }


def hybrid_texts() -> dict[str, FieldText]:
    """The settings of the method `hybrid`."""
    return {
        **partial_texts(),
        "crossover_hz": FieldText(
            translate("Settings", "Crossover"),
            translate("Settings", "Below it the sound is kept, above it the model imagines; 0 imagines all."),
            high=20000.0,
            step=100.0,
            decimals=0,
            unit="Hz",
            basic=True,
        ),
        "overlap_octaves": FieldText(
            translate("Settings", "Overlap"),
            translate("Settings", "Width of the cross-fade around the crossover."),
            high=4.0,
            step=0.1,
            unit=translate("Settings", "octaves"),
        ),
        "cascade": FieldText(
            translate("Settings", "One after the other"),
            translate("Settings", "Imagines on top of the round trip in all bands, in place of splitting them."),
            editor=Editor.SWITCH,
        ),
    }


def invert_texts() -> dict[str, FieldText]:
    """The settings of the method `invert`."""
    texts = told_texts()
    return {
        **texts,
        "kind": replace(
            texts["kind"],
            label=translate("Settings", "Becomes"),
            sentence=translate("Settings", "The kind of sound that the region is to become."),
            basic=True,
        ),
        "prompt": replace(
            texts["prompt"],
            label=translate("Settings", "Becomes"),
            sentence=translate("Settings", "What the region is to become, in words."),
        ),
        "source": FieldText(
            translate("Settings", "Is now"),
            translate("Settings", "The kind of sound that the recording is taken for."),
            editor=Editor.KIND,
        ),
        "source_prompt": FieldText(
            translate("Settings", "Is now"),
            translate("Settings", "What the recording is, in words."),
            editor=Editor.WORDS,
            low_text=translate("Settings", "in words"),
        ),
        "source_guidance": FieldText(
            translate("Settings", "Sure of that"),
            translate("Settings", "How strongly the recording is taken for that kind; 1 isn't sure."),
            high=20.0,
            step=0.5,
            decimals=1,
        ),
        "skip": FieldText(
            translate("Settings", "Keep"),
            translate("Settings", "How much of the recording's course stays; more keeps more."),
            high=0.99,
            basic=True,
        ),
        "belief": belief_text(),
    }


def generate_texts() -> dict[str, FieldText]:
    """The settings of the method `generate`."""
    texts = sampling_texts()
    return {
        **texts,
        "kind": replace(texts["kind"], sentence=translate("Settings", "The kind of sound to make."), basic=True),
        "guidance": replace(texts["guidance"], basic=True),
    }


def optimise_texts() -> dict[str, FieldText]:
    """The settings of the method `optimise`."""
    return {
        "steps": replace(
            steps_text(translate("Settings", "How many refining steps there are at most; more comes closer.")),
            basic=True,
        ),
        **pull_texts(),
    }


def enhance_texts() -> dict[str, FieldText]:
    """The settings of the method `enhance`."""
    return {
        "mode": FieldText(
            translate("Settings", "Sharpening"),
            translate("Settings", "How the sound is sharpened; Adaptive listens to what each kind of sharpening does."),
            editor=Editor.CHOICE,
            choices=(
                ("adaptive", translate("Settings", "Adaptive")),
                ("frequency", translate("Settings", "Along frequency")),
                ("noise", translate("Settings", "Added noise")),
                ("contrast", translate("Settings", "Contrast")),
                ("mixed", translate("Settings", "Mixed")),
                ("multiscale", translate("Settings", "Several scales")),
            ),
            basic=True,
        ),
        "strength": FieldText(
            translate("Settings", "Strength"),
            translate("Settings", "How much is sharpened, but for Adaptive, which finds that itself; 0 is none."),
            high=5.0,
            step=0.1,
            basic=True,
        ),
        "scales": FieldText(
            translate("Settings", "Scales"),
            translate("Settings", "At how many resolutions Adaptive and Several scales sharpen."),
            editor=Editor.WHOLE_NUMBER,
            low=1,
            high=4,
            step=1,
        ),
    }


def ddcm_texts() -> dict[str, FieldText]:
    """The settings of the method `ddcm`."""
    powers = [1 << bits for bits in range(1, MOST_CODEWORDS.bit_length())]
    return {
        "kbps": FieldText(
            translate("Settings", "Bit rate"),
            translate("Settings", "What the code may cost; less lets the model invent more."),
            low=LEAST_KBPS,
            high=MOST_KBPS,
            step=0.5,
            decimals=1,
            unit="kbit/s",
            basic=True,
        ),
        "prompt": prompt_text(basic=False),
        "steps": steps_text(translate("Settings", "How many times the model is asked; more takes longer."), low=2),
        "variant": FieldText(
            translate("Settings", "Variant"),
            translate("Settings", "How codewords are chosen: Turbo several at once, Published by matching pursuit."),
            editor=Editor.CHOICE,
            choices=(
                ("turbo", translate("Settings", "Turbo")),
                ("published", translate("Settings", "Published")),
                ("soft", translate("Settings", "Soft codebook, no diffusion")),
            ),
        ),
        "codewords": FieldText(
            translate("Settings", "Codewords"),
            translate("Settings", "How many codewords there are to choose from at each step."),
            editor=Editor.CHOICE,
            choices=tuple((power, str(power)) for power in powers),
        ),
        "atoms": FieldText(
            translate("Settings", "At each step"),
            translate("Settings", "How many codewords are taken at each step, in place of what the bit rate allows."),
            editor=Editor.WHOLE_NUMBER,
            high=64,
            step=1,
            low_text=translate("Settings", "by bit rate"),
        ),
        "coefficient_bits": FieldText(
            translate("Settings", "Coefficient bits"),
            translate("Settings", "How finely each codeword's share is told, in the variant Published."),
            editor=Editor.WHOLE_NUMBER,
            low=1,
            high=6,
            step=1,
        ),
        "kind": sampling_texts()["kind"],
        "soft_entries": FieldText(
            translate("Settings", "Soft entries"),
            translate("Settings", "Size of the codebook of the variant Soft."),
            editor=Editor.WHOLE_NUMBER,
            low=1,
            high=4096,
            step=64,
        ),
        "soft_temperature": FieldText(
            translate("Settings", "Soft temperature"),
            translate("Settings", "Of the variant Soft: 0 takes the nearest entry, more blends several."),
            high=10.0,
            step=0.1,
        ),
    }

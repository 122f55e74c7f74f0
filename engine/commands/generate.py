"""``retake generate``: sound of a kind out of nothing, written to a file."""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.console import (
    Progress,
    add_model_arguments,
    add_sound_output_arguments,
    add_words_arguments,
    number,
    print_notes,
    whole_number,
)
from engine.commands.stopping import look
from engine.settings import SAMPLERS, GenerateSettings, GenerationSettings

if TYPE_CHECKING:
    from engine.export import Written
    from engine.generation import Generated
    from engine.model.load import Model

SUMMARY = "make a sound of a kind, or from a prompt, out of nothing"
DESCRIPTION = """Make a sound out of nothing, of a kind that the model knows, such as speech, music or environment,
or from a prompt, with a model that has text encoders, and write it to OUT, one channel at the model's rate.
For sound that goes on from a recording, use `retake restore --method generate`."""
PROMPT_GUIDANCE = 3.5  # of diffusers' AudioLDM2Pipeline
BLOCK_FRAMES = 1 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--seconds", metavar="S", type=number, required=True, help="how long it is to be")
    add_sound_output_arguments(parser, "it", "24 bits")
    what = parser.add_argument_group("what").add_mutually_exclusive_group()
    what.add_argument(
        "--kind", default=GenerateSettings.kind, help=f"one that the model knows (default: {GenerateSettings.kind})"
    )
    add_words_arguments(parser.add_argument_group("in words"), what)
    how = parser.add_argument_group("how")
    how.add_argument(
        "--steps",
        type=whole_number,
        default=GenerateSettings.steps,
        metavar="N",
        help=f"how many times the model is asked (default: {GenerateSettings.steps})",
    )
    how.add_argument(
        "--guidance",
        type=number,
        metavar="G",
        help="how much the kind or prompt is stressed; 1 is not at all "
        f"(default: {GenerateSettings.guidance:g}, for prompts {PROMPT_GUIDANCE:g})",
    )
    how.add_argument(
        "--sampler",
        default=GenerateSettings.sampler,
        help=f"{', '.join(SAMPLERS)} (default: {GenerateSettings.sampler})",
    )
    how.add_argument(
        "--seed",
        type=whole_number,
        default=0,
        metavar="N",
        help="of every random draw (default: 0); same seed, same OUT",
    )
    add_model_arguments(parser)


def settings_from(arguments: argparse.Namespace) -> GenerationSettings:
    """The settings that the arguments ask for.

    Raises:
        InputError: a value is not accepted.
    """
    return GenerationSettings(
        seconds=arguments.seconds,
        method_settings=GenerateSettings(
            kind=arguments.kind,
            prompt=arguments.prompt or "",
            negative_prompt=arguments.negative_prompt or "",
            transcription=arguments.transcription or "",
            steps=arguments.steps,
            sampler=arguments.sampler,
            guidance=guidance_of(arguments),
            eta=GenerateSettings.eta if arguments.prompt is None else 0.0,
        ),
        model=arguments.model,
        seed=arguments.seed,
        device=arguments.device,
    )


def guidance_of(arguments: argparse.Namespace) -> float:
    """The guidance that was asked for, or what suits a prompt or a kind."""
    if arguments.guidance is not None:
        return float(arguments.guidance)
    return GenerateSettings.guidance if arguments.prompt is None else PROMPT_GUIDANCE


def run(arguments: argparse.Namespace) -> int:
    """Generate, write, tell."""
    began = time.monotonic()
    settings = settings_from(arguments)
    from engine.export import check_target
    from engine.model.conditioning import check_description
    from engine.model.folder import check_model, require_component, sound_components

    check_target(arguments.output, sources=[], force=arguments.force)
    folder = check_model(settings.model)
    require_component(folder, "unet", "generate")
    check_description(settings.method_settings.description, folder)
    with Progress() as progress:
        progress.report("loading", 0, 1)
        from engine.generation import generate, samples_of
        from engine.model.load import load_model
        from engine.recording.formats import Shape, choose_format
        from engine.stepping import Allowance, stepping_down

        parts = sound_components(folder)
        model = load_model(settings.model, settings.device, parts)
        shape = Shape(model.spec.rate, 1, samples_of(settings, model.spec))
        choose_format(arguments.output, shape, None, container=None, subtype=arguments.subtype)

        def attempt(lesser: GenerationSettings, allowance: Allowance, notes: list[str]) -> Generated:
            used = model if lesser.device == settings.device else load_model(lesser.model, lesser.device, parts)
            return generate(lesser, allowance.of(used), dataclasses.replace(progress.control(), notes=notes))

        made = stepping_down(attempt, settings, forget=lambda: None)
        # Last, so that whatever fails or is stopped before it leaves no output behind.
        progress.report("writing", 0, 1)
        written = write(made, arguments)
        progress.close()
        print_notes([*made.notes, *written.notes])
    tell(described(made, model, arguments.output, time.monotonic() - began), arguments.json)
    return 0


def write(made: Generated, arguments: argparse.Namespace) -> Written:
    """Write the sound."""
    from engine.export import write_samples

    return write_samples(
        made.samples,
        made.rate,
        arguments.output,
        subtype=arguments.subtype,
        force=arguments.force,
        dither_seed=made.settings.seed,
        cancelled=look,
    )


def described(made: Generated, model: Model, output: Path, seconds: float) -> dict[str, object]:
    """The object that ``--json`` prints."""
    how = made.settings.method_settings
    lufs, true_peak = loudness_of(made)
    return {
        "output": str(output),
        "rate": made.rate,
        "channels": len(made.samples),
        "length_s": made.samples.shape[1] / made.rate,
        "kind": how.kind,
        "prompt": how.prompt,
        "negative_prompt": how.negative_prompt,
        "transcription": how.transcription,
        "sampler": how.sampler,
        "renderer": made.renderer,
        "model": model.folder.name,
        "seed": made.settings.seed,
        "steps": how.steps,
        "guidance": how.guidance,
        "device": made.device,
        "seconds": round(seconds, 3),
        "lufs": lufs,
        "true_peak_dbtp": true_peak,
    }


def loudness_of(made: Generated) -> tuple[float | None, float | None]:
    """Integrated loudness in LUFS and true peak in dBTP; None where they are undefined."""
    from engine.measuring.loudness import Loudness, TruePeak

    loudness, peak = Loudness(made.rate, 1, signals=1), TruePeak(made.rate, 1)
    frames = made.samples.shape[1]
    for first in range(0, frames, BLOCK_FRAMES):
        block = made.samples[:, first : first + BLOCK_FRAMES]
        loudness.push(block)
        peak.push(block, first + BLOCK_FRAMES >= frames)
    return loudness.integrated()[0], peak.dbtp()


def tell(row: dict[str, object], as_json: bool) -> None:
    """Print the result for a program (``--json``) or for a person."""
    if as_json:
        print(json.dumps(row, allow_nan=False))
        return
    loudness = "too short or soft for a loudness" if row["lufs"] is None else f"{row['lufs']:.1f} LUFS"
    print(
        f"{row['output']}: {row['length_s']:.3f} s of {row['prompt'] or row['kind']} made "
        f"({row['steps']} steps, {row['renderer']}) "
        f"in {row['seconds']:.1f} s on {row['device']}; {loudness}"
    )

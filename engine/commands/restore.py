"""``retake restore``: take a region again and write the whole recording with it in place."""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import (
    Progress,
    add_model_arguments,
    add_reading_arguments,
    add_region_arguments,
    add_sound_output_arguments,
    add_words_arguments,
    file_name,
    open_from,
    print_notes,
    region_from,
    whole_number,
)
from engine.commands.stopping import look
from engine.errors import InputError
from engine.region import Region, is_interpolated, stretch_frames
from engine.settings import (
    METHOD_SETTINGS,
    RENDERER_SETTINGS,
    TASK_SETTINGS,
    RestoreSettings,
    SpliceSettings,
    components_for,
    with_options,
)

if TYPE_CHECKING:
    from engine.audio import Clip
    from engine.export import Written
    from engine.jobs import Take
    from engine.metrics import Measures
    from engine.recording.formats import Format

SUMMARY = "take a region of a recording again and write the whole recording with it in place"
DESCRIPTION = """Take a region of a recording again: a model makes it anew, a renderer makes that heard, and OUT is the
whole recording with it in place. Outside the region every sample stays as it is. IN is never written to."""
GIGA = 1e9
WORD_KEYS = ("prompt", "negative_prompt", "transcription")
STAGE_HELP = {
    "task": "what the model is asked for",
    "method": "how the model is used",
    "renderer": "how the model's answer becomes sound",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("input", metavar="IN", type=file_name, help="a recording: WAV, FLAC, AIFF, CAF, Ogg, MP3 ...")
    output = add_sound_output_arguments(parser, "the result", "that of IN, where OUT has it")
    output.add_argument("--region-only", action="store_true", help="write the region alone, not the whole recording")
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
        group.add_argument(
            f"--{stage}", default=default, help=f"{STAGE_HELP[stage]}: {', '.join(table)} (default: {default})"
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
    for name, settings in ((name, settings) for table in tables for name, settings in table.items()):
        keys = " ".join(f"{item.name}={setting_text(item.default)}" for item in dataclasses.fields(settings))
        if keys:
            told.append(f"{name}: {keys}" if name else keys)
    return "; ".join(told)


def setting_text(value: object) -> str:
    """A setting's default as ``--set`` would take it."""
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()


def settings_from(arguments: argparse.Namespace) -> RestoreSettings:
    """The settings that the arguments ask for.

    Raises:
        InputError: a name or value is not accepted.
    """
    settings = RestoreSettings(
        task=arguments.task,
        method=arguments.method,
        renderer=arguments.renderer,
        model=arguments.model,
        seed=arguments.seed,
        device=arguments.device,
    )
    options = list(arguments.set)
    if arguments.steps is not None:
        options.append(f"steps={arguments.steps}")
    if arguments.noise_from is not None:
        options.append(f"noise_from={noise_stretch(arguments.noise_from, settings.task)}")
    return with_options(settings, [*options, *words_options(arguments, settings)])


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


def run(arguments: argparse.Namespace) -> int:
    """Restore, measure, write, tell."""
    began = time.monotonic()
    settings = settings_from(arguments)
    from engine.export import check_target
    from engine.model.conditioning import check_method
    from engine.model.folder import check_model

    check_target(arguments.output, sources=[arguments.input], force=arguments.force)
    check_rate(arguments)
    from engine.recording.resampled import at_rate

    with (
        open_from(arguments, arguments.input) as recorded,
        Progress() as progress,
        at_rate(recorded, arguments.rate, progress.control()) as clip,
    ):
        region = region_from(arguments, clip.frames, clip.rate)
        check_noise_stretch(settings, clip)
        # All that can be refused is refused before torch is loaded and the work begins.
        frames = region.frames if arguments.region_only else clip.frames
        choice = output_format(recorded, clip.rate, frames, arguments)
        folder = check_model(settings.model)
        short = is_interpolated(region, clip.frames, clip.rate, settings)
        if not short:
            check_method(settings, folder)
        if arguments.check_all:
            progress.report("checking", 0, 1)
            clip.check_all()
        print_notes(memory_notes(region, clip, settings))
        progress.report("loading", 0, 1)
        from engine.jobs import measure, restore
        from engine.model.load import load_model
        from engine.stepping import Allowance, stepping_down

        def attempt(lesser: RestoreSettings, allowance: Allowance, notes: list[str]) -> Take:
            model = load_model(lesser.model, lesser.device, () if short else components_for(lesser))
            control = dataclasses.replace(progress.control(), notes=notes)
            return restore(clip, region, lesser, allowance.of(model), control)

        take = stepping_down(attempt, settings, forget=lambda: None)
        measures = measure(clip, region, take.patch, progress.control())
        # Last, so that whatever fails or is stopped before it leaves no output behind.
        progress.report("writing", 0, 1)
        written = write(clip, take, choice, arguments)
        progress.close()
        said = written.notes if clip is recorded else written_notes(clip, written, choice)
        print_notes([*take.notes, *said, *headroom_notes(take, written)])
        tell(clip, take, measures, arguments, time.monotonic() - began)
    return 0


def memory_notes(region: Region, clip: Clip, settings: RestoreSettings) -> list[str]:
    """What is to be said before a job that may take more memory than there is."""
    from engine.memory import available_bytes, estimate_bytes

    needed, free = estimate_bytes(region.frames, clip.rate, clip.channels, settings), available_bytes()
    if free is None or needed <= free:
        return []
    return [
        f"about {needed / GIGA:.1f} GB of memory are needed, {free / GIGA:.1f} GB are free; it may be made with less"
    ]


def check_rate(arguments: argparse.Namespace) -> None:
    """Refuse a rate for a task that makes nothing to fill it with.

    Raises:
        InputError: so it is.
    """
    if arguments.rate is not None and arguments.task != "extend":
        raise InputError(f"--rate {arguments.rate} with task {arguments.task}; it is accepted with task extend")


def check_noise_stretch(settings: RestoreSettings, clip: Clip) -> None:
    """Refuse a stretch to learn noise from that the recording doesn't have.

    Raises:
        InputError: it reaches outside the recording, or is too short.
    """
    stretch_s = getattr(settings.task_settings, "stretch_s", None)
    if stretch_s is not None:
        stretch_frames(clip.frames, clip.rate, stretch_s)


def output_format(clip: Clip, rate: int, frames: int, arguments: argparse.Namespace) -> Format:
    """The format of the output: the recording's own where the output's extension has it.

    At another rate every sample is a new one: 16 bits at least hold it, whatever a telephone's did.

    Raises:
        OutputError: it can't hold ``frames`` frames of this recording at ``rate``; with what it can hold.
    """
    from engine.recording.formats import Format, Shape, choose_format, describe, resampled_subtype

    shape = Shape(rate, clip.channels, frames)
    source = Format(clip.container, clip.subtype)
    nearest = source if rate == clip.rate else Format(clip.container, resampled_subtype(clip.subtype))
    choice = choose_format(arguments.output, shape, nearest, container=None, subtype=arguments.subtype)
    return dataclasses.replace(choice, notes=tuple(describe(choice.container, choice.subtype, source)))


def written_notes(clip: Clip, written: Written, choice: Format) -> list[str]:
    """What writing a resampled recording has to say: ``choice`` knows the user's own format, it is itself of floats."""
    from engine.recording.formats import Format, describe

    by_clip = describe(choice.container, choice.subtype, Format(clip.container, clip.subtype))
    return [*choice.notes, *(note for note in written.notes if note not in (*by_clip, *choice.notes))]


def write(clip: Clip, take: Take, choice: Format, arguments: argparse.Namespace) -> Written:
    """Write the whole recording with the patch, or the patch alone."""
    from engine.export import write_patched, write_samples

    target, container, subtype = arguments.output, choice.container, choice.subtype
    if arguments.region_only:
        samples = take.patch.samples
        return write_samples(
            samples,
            clip.rate,
            target,
            container=container,
            subtype=subtype,
            force=arguments.force,
            dither_seed=take.settings.seed,
            cancelled=look,
        )
    return write_patched(
        clip,
        [take.patch],
        target,
        container=container,
        subtype=subtype,
        force=arguments.force,
        dither_seed=take.settings.seed,
        cancelled=look,
    )


def headroom_notes(take: Take, written: Written) -> list[str]:
    """What to do where an output can't hold how far above full scale declipped samples lie."""
    from engine.audio import BLOCK_FRAMES
    from engine.recording.samples import sample_type

    if take.settings.task != "declip" or sample_type(written.subtype).dtype.startswith("float"):
        return []
    samples = take.patch.samples
    blocks = (samples[:, at : at + BLOCK_FRAMES] for at in range(0, samples.shape[1], BLOCK_FRAMES))
    if max(float(abs(block).max()) for block in blocks) <= 1:
        return []
    return [f"{written.subtype} holds nothing above full scale: --subtype FLOAT does, or lower the recording before"]


def tell(clip: Clip, take: Take, measures: Measures, arguments: argparse.Namespace, seconds: float) -> None:
    """Print the result for a program (``--json``) or for a person."""
    if arguments.json:
        print(json.dumps(described(clip, take, measures, arguments.input, arguments.output, seconds), allow_nan=False))
        return
    from engine.measuring.meaning import meaningless, sentence_for, waveform_means_nothing
    from engine.metrics import summary_line

    region = take.region
    renderer = renderer_of(clip, take)
    print(
        f"{arguments.output}: {region.start_frame / clip.rate:.3f} to {region.end_frame / clip.rate:.3f} s taken again "
        f"({take.settings.task}, {take.settings.method}, {take.settings.renderer}) in {seconds:.1f} s on {take.device}"
    )
    print(f"against the input: {summary_line(measures, meaningless(renderer) if renderer else ())}")
    if renderer and waveform_means_nothing(renderer):
        print(sentence_for(renderer))


def renderer_of(clip: Clip, take: Take) -> str | None:
    """The renderer of a take; None where it was interpolated, which needs none."""
    interpolated = is_interpolated(take.region, clip.frames, clip.rate, take.settings)
    return None if interpolated else take.settings.renderer


def described(
    clip: Clip, take: Take, measures: Measures, source: Path, output: Path, seconds: float
) -> dict[str, object]:
    """The object that ``--json`` prints; its keys are a contract."""
    from engine.measuring.meaning import meaningless

    region, settings = take.region, take.settings
    renderer, row = renderer_of(clip, take), measures.as_json()
    nothing = meaningless(renderer) if renderer else frozenset()
    asked = not is_interpolated(region, clip.frames, clip.rate, settings)
    return {
        "input": str(source),
        "output": str(output),
        "rate": clip.rate,
        "channels": clip.channels,
        "region": {
            "start_s": region.start_frame / clip.rate,
            "end_s": region.end_frame / clip.rate,
            "start_frame": region.start_frame,
            "end_frame": region.end_frame,
            "low_hz": region.low_hz,
            "high_hz": region.high_hz,
        },
        "task": settings.task,
        "method": settings.method,
        "renderer": settings.renderer,
        "model": take.model_name,
        "seed": settings.seed,
        "steps": getattr(settings.method_settings, "steps", None) if asked else None,
        "device": take.device,
        "seconds": round(seconds, 3),
        "measures": row,
        "meaningless": [key for key in row if key in nothing],
    }

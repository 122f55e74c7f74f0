"""``retake restore``: take a region again and write the whole recording with it in place."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.console import (
    Progress,
    add_model_arguments,
    add_reading_arguments,
    add_region_arguments,
    print_notes,
)
from engine.region import region_of
from engine.settings import METHOD_SETTINGS, RENDERER_SETTINGS, TASK_SETTINGS, RestoreSettings, with_options

if TYPE_CHECKING:
    from engine.audio import Clip
    from engine.export import Written
    from engine.jobs import Take
    from engine.metrics import Measures

SUMMARY = "take a region of a recording again and write the whole with it in place"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("input", metavar="IN", type=Path, help="a recording: WAV, FLAC, AIFF, CAF, Ogg, MP3 ...")
    parser.add_argument("-o", "--output", metavar="OUT", type=Path, required=True, help="where to write the result")
    add_region_arguments(parser)
    add_stage_arguments(parser)
    add_model_arguments(parser)
    add_reading_arguments(parser)
    parser.add_argument(
        "--subtype", metavar="T", help="sample type of the output, such as PCM_16 (default: the input's)"
    )
    parser.add_argument("--region-only", action="store_true", help="write the region alone")
    parser.add_argument(
        "--check-all",
        action="store_true",
        help="look for NaN and Inf in the whole file, not only in the region",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the output if it exists")
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def add_stage_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that choose task, method and renderer, with their settings."""
    for stage, table in (
        ("task", TASK_SETTINGS),
        ("method", METHOD_SETTINGS),
        ("renderer", RENDERER_SETTINGS),
    ):
        default = getattr(RestoreSettings, stage)
        parser.add_argument(
            f"--{stage}",
            default=default,
            metavar=stage[0].upper(),
            help=f"{', '.join(table)} (default: {default})",
        )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of every random draw (default: 0)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting of a stage, such as fade_ms=5",
    )


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
    return with_options(settings, arguments.set)


def run(arguments: argparse.Namespace) -> int:
    """Restore, write, measure, tell."""
    began = time.monotonic()
    settings = settings_from(arguments)
    from engine.audio import open_clip
    from engine.export import check_target

    check_target(arguments.output, sources=[arguments.input], force=arguments.force)
    with (
        open_clip(
            arguments.input,
            allow_truncated=arguments.allow_truncated,
            repair_nonfinite=arguments.repair_nonfinite,
        ) as clip,
        Progress() as progress,
    ):
        region = region_of(
            clip.frames,
            clip.rate,
            start_s=arguments.start,
            end_s=arguments.end,
            low_hz=arguments.low,
            high_hz=arguments.high,
        )
        if arguments.check_all:
            progress.report("checking", 0, 1)
            clip.check_all()
        progress.report("loading", 0, 1)
        from engine.jobs import components_for, measure, restore
        from engine.model.load import load_model

        model = load_model(settings.model, settings.device, components_for(settings))
        take = restore(clip, region, settings, model, progress.control())
        progress.report("writing", 0, 1)
        written = write(clip, take, arguments)
        progress.report("measuring", 0, 1)
        measures = measure(clip, take.patch)
        progress.close()
        print_notes([*take.notes, *written.notes])
        tell(clip, take, measures, arguments, time.monotonic() - began)
    return 0


def write(clip: Clip, take: Take, arguments: argparse.Namespace) -> Written:
    """Write the whole recording with the patch, or the patch alone."""
    from engine.export import write_patched, write_samples

    if not arguments.region_only:
        return write_patched(clip, [take.patch], arguments.output, subtype=arguments.subtype, force=arguments.force)
    subtype = arguments.subtype or (None if clip.lossy else clip.subtype)
    return write_samples(take.patch.samples, clip.rate, arguments.output, subtype=subtype, force=arguments.force)


def tell(clip: Clip, take: Take, measures: Measures, arguments: argparse.Namespace, seconds: float) -> None:
    """Print the result for a program (``--json``) or for a person."""
    if arguments.json:
        print(json.dumps(described(clip, take, measures, arguments.output, seconds), allow_nan=False))
        return
    from engine.metrics import summary_line

    region = take.region
    print(
        f"{arguments.output}: {region.start_frame / clip.rate:.3f} to {region.end_frame / clip.rate:.3f} s taken again "
        f"({take.settings.task}, {take.settings.method}, {take.settings.renderer}) in {seconds:.1f} s on {take.device}"
    )
    print(f"against the input: {summary_line(measures)}")


def described(clip: Clip, take: Take, measures: Measures, output: Path, seconds: float) -> dict[str, object]:
    """The object that ``--json`` prints; its keys are a contract."""
    region, settings = take.region, take.settings
    return {
        "input": str(clip.path),
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
        "steps": None,
        "device": take.device,
        "seconds": round(seconds, 3),
        "measures": measures.as_json(),
    }

"""``retake compare``: how far a result is from a reference."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.console import (
    Progress,
    add_reading_arguments,
    add_region_arguments,
    add_report_argument,
    check_apart,
    check_plot,
    check_report,
    file_name,
    open_from,
    print_notes,
    region_from,
)
from engine.errors import InputError
from engine.region import Region
from engine.settings import RENDERER_SETTINGS

if TYPE_CHECKING:
    from engine.audio import Clip
    from engine.metrics import Measures, Reader

SUMMARY = "measure a result against a reference"
DESCRIPTION = """Measure how far a result is from a reference: signal-to-noise ratios, correlation, spectral distances,
energy kept by band, loudness, true peak. Both must have the same rate and channels."""
LONGEST_PLOT_S = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("reference", metavar="REFERENCE", type=file_name, help="the recording to compare with")
    parser.add_argument("result", metavar="RESULT", type=file_name, help="the recording to measure")
    add_region_arguments(parser)
    add_reading_arguments(parser)
    parser.add_argument(
        "--renderer",
        choices=tuple(RENDERER_SETTINGS),
        help="that made RESULT: which figures mean nothing for it is said; without, as far as the figures tell",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument(
        "--plot", metavar="OUT.png", type=file_name, help="draw both and their difference; overwritten if there"
    )
    add_report_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure, tell, draw, report."""
    from engine.metrics import compare_streams

    check_plot(arguments.plot, [arguments.reference, arguments.result])
    check_report(arguments.report, [arguments.reference, arguments.result])
    check_apart([*filter(None, [arguments.plot]), *arguments.report])
    with (
        open_from(arguments, arguments.reference) as reference,
        open_from(arguments, arguments.result) as result,
        Progress() as progress,
    ):
        notes = check_comparable(reference, result)
        frames = min(reference.frames, result.frames)
        region = region_from(arguments, frames, reference.rate)
        progress.report("measuring", 0, 1)
        measures = compare_streams(
            band_reader(reference, region),
            band_reader(result, region),
            region.frames,
            reference.rate,
            reference.channels,
        )
        progress.close()
        print_notes([*reference.notes, *result.notes, *notes])
        tell(measures, arguments)  # before what can still fail
        if arguments.plot is not None:
            progress.report("drawing", 0, 1)
            shortened = draw(reference, result, region, arguments.plot)
            progress.close()
            print_notes(shortened)
            notes += shortened
        if arguments.report:
            progress.report("reporting", 0, 1)
            report(reference, result, region, measures, notes, arguments.report)
    return 0


def tell(measures: Measures, arguments: argparse.Namespace) -> None:
    """Print the measures for a program (``--json``) or for a person."""
    from engine.measuring.meaning import meaning_of
    from engine.metrics import summary_line, table

    meaningless, sentence = meaning_of(measures, arguments.renderer)
    if arguments.json:
        row = measures.as_json()
        print(json.dumps({**row, "meaningless": [key for key in row if key in meaningless]}, allow_nan=False))
        return
    print(summary_line(measures, meaningless))
    print(table(measures, meaningless))
    if sentence:
        print(sentence)


def check_comparable(reference: Clip, result: Clip) -> list[str]:
    """Refuse recordings that can't be compared; a note where only one's beginning can.

    Raises:
        InputError: rates or channels differ.
    """
    for what in ("rate", "channels"):
        first, second = getattr(reference, what), getattr(result, what)
        if first != second:
            raise InputError(f"{what} of {result.path} is {second}; {reference.path} has {first}, the same is expected")
    if reference.frames == result.frames:
        return []
    shorter = min(reference.frames, result.frames)
    return [f"lengths differ ({reference.frames} and {result.frames} frames); the first {shorter} are compared"]


def band_reader(clip: Clip, region: Region) -> Reader:
    """Reads frames counted from the region's start, limited to its band."""
    from engine.splice import limited_to_band

    return limited_to_band(clip.read, clip.frames, region, clip.rate)


def draw(reference: Clip, result: Clip, region: Region, path: Path) -> list[str]:
    """Draw the region, or its first minute, and say so."""
    from engine.plots import comparison_figure
    from engine.saving import written_whole

    frames = min(region.frames, round(LONGEST_PLOT_S * reference.rate))
    first, last = region.start_frame, region.start_frame + frames
    title = f"{reference.path.name} and {result.path.name}"
    png = comparison_figure(reference.read(first, last), result.read(first, last), reference.rate, title)
    with written_whole(path, force=True, needed_bytes=len(png)) as part:
        part.write(png)
    if frames == region.frames:
        return []
    return [f"the plot shows the first {LONGEST_PLOT_S:g} s of {region.frames / reference.rate:.1f} s"]


def report(
    reference: Clip, result: Clip, region: Region, measures: Measures, notes: Sequence[str], paths: Sequence[Path]
) -> None:
    """Write the page about the two, or its picture or numbers."""
    from engine.take_report import write_take_report

    write_take_report(
        paths,
        reference,
        result,
        region,
        measures,
        title=f"{reference.path.name} and {result.path.name}",
        settings={"original": str(reference.path), "result": str(result.path)},
        notes=(*reference.notes, *result.notes, *notes),
    )

"""``retake restore``: take a region again and write the whole recording with it in place."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from engine.commands.choices import add_order_arguments, order_from
from engine.commands.console import (
    Progress,
    add_report_argument,
    add_sound_output_arguments,
    check_apart,
    check_report,
    file_name,
    print_notes,
)
from engine.commands.stopping import Stopped
from engine.errors import RetakeError
from engine.restoring import restored
from engine.saving import NOTHING_WRITTEN

if TYPE_CHECKING:
    from engine.restoring import Restored

SUMMARY = "take a region of a recording again and write the whole recording with it in place"
DESCRIPTION = """Take a region of a recording again: a model makes it anew, a renderer makes that heard, and OUT is the
whole recording with it in place. Outside the region every sample stays as it is. IN is never written to."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("input", metavar="IN", type=file_name, help="a recording: WAV, FLAC, AIFF, CAF, Ogg, MP3 ...")
    output = add_sound_output_arguments(parser, "the result", "that of IN, where OUT has it")
    output.add_argument("--region-only", action="store_true", help="write the region alone, not the whole recording")
    add_report_argument(output)
    add_order_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Restore, measure, write, tell."""
    order = order_from(arguments)
    check_report(arguments.report, [arguments.input, arguments.output])
    check_apart([arguments.output, *arguments.report])
    with Progress() as progress:
        try:
            made = restored(
                arguments.input,
                arguments.output,
                order,
                progress.control(),
                force=arguments.force,
                say=print_notes,
                reports=arguments.report,
            )
        except Stopped as stop:
            if progress.stage == "reporting":
                stop.left = f"{arguments.output} is written, its report is not"
            raise
        progress.close()
        print_notes(made.notes)
        tell(made, arguments)
    if isinstance(made.trouble, RetakeError):
        why = str(made.trouble).replace(NOTHING_WRITTEN, "")
        raise type(made.trouble)(f"{arguments.output} is written, not all of its report: {why}") from made.trouble
    if made.trouble is not None:
        raise made.trouble
    return 0


def tell(made: Restored, arguments: argparse.Namespace) -> None:
    """Print the result for a program (``--json``) or for a person."""
    if arguments.json:
        print(json.dumps(made.facts, allow_nan=False))
        return
    from engine.measuring.meaning import sentence_for
    from engine.metrics import summary_line

    facts, region = made.facts, made.facts["region"]
    how = ", ".join(facts[stage] for stage in ("task", "method", "renderer"))
    print(
        f"{arguments.output}: {region['start_s']:.3f} to {region['end_s']:.3f} s taken again ({how}) "
        f"in {facts['seconds']:.1f} s on {facts['device']}"
    )
    print(f"against the input: {summary_line(made.measures, facts['meaningless'])}")
    if facts["meaningless"]:
        print(sentence_for(facts["renderer"]))

"""``retake bottleneck``: where the quality is lost."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.choices import add_stage_arguments, settings_from
from engine.commands.console import (
    Progress,
    add_model_arguments,
    add_reading_arguments,
    add_region_arguments,
    add_words_arguments,
    check_plot,
    file_name,
    open_from,
    print_notes,
    region_from,
)

if TYPE_CHECKING:
    from engine.bottleneck import Costs, Stage
    from engine.settings import RestoreSettings

SUMMARY = "show what each stage costs on a recording: mel, VAE, method, renderer"
DESCRIPTION = """Show what each stage costs on a recording, in dB of mel error of the sound: the renderer with
the recording's own mel, the VAE with the best latent that can be found, the method beyond that; and what
would help. Nothing is written but the plot."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("input", metavar="IN", type=file_name, help="a recording")
    add_region_arguments(parser)
    add_stage_arguments(parser)
    add_model_arguments(parser)
    add_words_arguments(parser)
    add_reading_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument(
        "--plot", metavar="OUT.png", type=file_name, help="draw the stages as bars; overwritten if there"
    )


def run(arguments: argparse.Namespace) -> int:
    """Go through the stages and tell."""
    settings = settings_from(arguments)
    from engine.model.conditioning import check_method
    from engine.model.folder import check_model

    check_plot(arguments.plot, [arguments.input])
    with (
        open_from(arguments, arguments.input) as clip,
        Progress() as progress,
    ):
        region = region_from(arguments, clip.frames, clip.rate)
        check_method(settings, check_model(settings.model))
        progress.report("loading", 0, 1)
        from engine.bottleneck import advice, bottleneck, costs, told_of_task
        from engine.measuring.meaning import waveform_means_nothing
        from engine.model.load import load_model
        from engine.settings import components_for

        model = load_model(settings.model, settings.device, components_for(settings))
        stages = bottleneck(clip, region, settings, model, progress.control())
        progress.close()
        told = told_of_task(settings.task)
        print_notes([*clip.notes, *([told] if told else [])])
        said, found = advice(stages, settings), costs(stages, settings)
    if arguments.plot is not None:
        draw(stages, arguments.plot)
    if arguments.json:
        row = {
            "input": str(arguments.input),
            "model": model.folder.name,
            "stages": [asdict(s) for s in stages],
            "costs": None if found is None else {**asdict(found), "total_db": found.total_db},
        }
        print(json.dumps({**row, "advice": said}, allow_nan=False))
        return 0
    print(as_table(stages))
    if found is not None:
        print(as_sum(found, settings))
    print(said)
    if waveform_means_nothing(settings.renderer):
        print(f"SI-SDR means nothing with the renderer {settings.renderer}, which makes up the phase")
    return 0


def as_sum(found: Costs, settings: RestoreSettings) -> str:
    """What the stages cost, as they add up."""
    return (
        f"renderer {settings.renderer} {found.renderer_db:z.2f}, VAE {found.vae_db:+z.2f}, "
        f"method {settings.method} {found.method_db:+z.2f}: {found.total_db:z.2f} dB in all"
    )


def known_si_sdr_db(stage: Stage) -> float | None:
    """The SI-SDR of a stage where it means something."""
    from engine.measuring.meaning import waveform_means_nothing

    return None if waveform_means_nothing(stage.renderer) else stage.si_sdr_db


def draw(stages: list[Stage], path: Path) -> None:
    """Write the chart."""
    from engine.plots import stages_figure
    from engine.saving import written_whole

    png = stages_figure([(stage.name, stage.sound_mel_db, known_si_sdr_db(stage)) for stage in stages])
    with written_whole(path, force=True, needed_bytes=len(png)) as part:
        part.write(png)


def as_table(stages: list[Stage]) -> str:
    """The stages as aligned lines."""
    width = max(len(stage.name) for stage in stages)

    def shown(value: float | None) -> str:
        return "n/a" if value is None else f"{value:.2f}"

    lines = [f"{'stages':<{width}}  {'mel error':>10}  {'of the sound':>12}  {'SI-SDR':>8}  {'time':>7}"]
    for stage in stages:
        lines.append(
            f"{stage.name:<{width}}  {shown(stage.mel_db):>7} dB  {shown(stage.sound_mel_db):>9} dB  "
            f"{shown(known_si_sdr_db(stage)):>5} dB  {stage.seconds:5.1f} s"
        )
    return "\n".join(lines)

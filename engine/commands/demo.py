"""``retake demo``: restore the bundled recordings and show what was done in a report."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Progress, add_model_arguments
from engine.commands.restore import described
from engine.errors import OutputError
from engine.region import region_of
from engine.settings import RestoreSettings

if TYPE_CHECKING:
    from engine.model.load import Model
    from engine.report import ReportItem

SUMMARY = "restore the bundled recordings; writes before and after, report.html, measures.json"
DEFAULT_FOLDER = "retake-demo"
REPORT, MEASURES = "report.html", "measures.json"


@dataclass(frozen=True)
class Piece:
    """One job of the demo: a bundled recording, what of it is taken again, and with which renderer."""

    file: str
    renderer: str
    start_s: float | None = None
    end_s: float | None = None


PIECES = (
    Piece("speech-p286-011.wav", "gain"),
    Piece("speech-p286-011.wav", "griffinlim", 1.0, 4.0),
    Piece("music-loop-mika.flac", "gain"),
    Piece("environment-3-142593-a.ogg", "gain"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=Path(DEFAULT_FOLDER), help=f"default: {DEFAULT_FOLDER}"
    )
    add_model_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the measures as one JSON object on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Restore each piece, write its files, then the report."""
    began = time.monotonic()
    out: Path = arguments.out
    prepare(out)
    with Progress() as progress:
        progress.report("loading", 0, 1)
        from engine.model.load import load_model
        from engine.report import write_report

        model = load_model(arguments.model, arguments.device)
        credits = attributions()
        made = [restored(piece, out, model, credits, progress) for piece in PIECES]
        progress.report("reporting", 0, 1)
        write_report(
            out / REPORT,
            [item for item, _ in made],
            title="Retake: the bundled recordings, taken again",
            settings={
                "model": f"{model.folder.name} ({model.hash[:12]})",
                "licence of the model": model.folder.licence,
            },
        )
        rows = {"results": [row for _, row in made]}
        write_json(out / MEASURES, rows)
    if arguments.json:
        print(json.dumps(rows, allow_nan=False))
        return 0
    from engine.metrics import summary_line

    for item, _ in made:
        print(f"{item.name}: {summary_line(item.measures)}")
    print(f"{len(made)} results in {time.monotonic() - began:.1f} s; open {out / REPORT}")
    return 0


def prepare(out: Path) -> None:
    """Make the folder, or take the one of an earlier demo.

    Raises:
        OutputError: it holds something else, or can't be made.
    """
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out}: is no directory; a new or empty one is expected")
    if out.is_dir() and any(out.iterdir()) and not (out / MEASURES).exists():
        raise OutputError(
            f"{out}: holds other files; a new or empty directory, or that of an earlier demo, is expected"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out}: can't be made: {error.strerror}") from error


def demo_folder() -> Path:
    """The bundled recordings inside the installed package."""
    from importlib import resources

    return Path(str(resources.files("resources"))) / "demo"


def attributions() -> dict[str, tuple[str, str]]:
    """File -> title and attribution."""
    lines = (demo_folder() / "SOURCES.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return {file: (title, attribution) for file, title, attribution in rows}


def restored(
    piece: Piece, out: Path, model: Model, credits: dict[str, tuple[str, str]], progress: Progress
) -> tuple[ReportItem, dict[str, Any]]:
    """Restore one piece; write ``NAME-before.wav`` and ``NAME-after-RENDERER.wav``."""
    from engine.audio import open_clip
    from engine.export import write_patched
    from engine.jobs import measure, restore
    from engine.report import ReportItem

    began = time.monotonic()
    source = demo_folder() / piece.file
    stem = source.stem
    before, after = out / f"{stem}-before.wav", out / f"{stem}-after-{piece.renderer}.wav"
    settings = RestoreSettings(renderer=piece.renderer)
    with open_clip(source) as clip:
        region = region_of(clip.frames, clip.rate, start_s=piece.start_s, end_s=piece.end_s)
        take = restore(clip, region, settings, model, progress.control())
        write_patched(clip, [], before, force=True)
        write_patched(clip, [take.patch], after, force=True)
        measures = measure(clip, take.patch)
        row = described(clip, take, measures, after, time.monotonic() - began)
        first, last = region.start_frame, region.end_frame
        title, attribution = credits[piece.file]
        item = ReportItem(
            name=f"{title}, {first / clip.rate:.1f} to {last / clip.rate:.1f} s, {piece.renderer}",
            attribution=attribution,
            reference=clip.read(first, last),
            result=take.patch.samples,
            rate=clip.rate,
            measures=measures,
            settings={
                "task": settings.task,
                "method": settings.method,
                "renderer": settings.renderer,
                "seed": "0",
            },
        )
    return item, row


def write_json(path: Path, value: object) -> None:
    """Write JSON, whole or not at all."""
    from engine.saving import written_whole

    text = json.dumps(value, indent=2, allow_nan=False).encode() + b"\n"
    with written_whole(path, force=True, needed_bytes=len(text)) as part:
        part.write(text)

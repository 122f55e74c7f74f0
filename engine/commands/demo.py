"""``retake demo``: restore the bundled recordings and show what was done in a report."""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.console import Progress, add_model_arguments, file_name
from engine.commands.stopping import look
from engine.errors import OutputError, RetakeError
from engine.region import region_of
from engine.restoring import facts_of
from engine.settings import RestoreSettings

if TYPE_CHECKING:
    from engine.model.load import Model
    from engine.report import ReportItem

SUMMARY = "restore the bundled recordings; writes before and after, report.html, measures.json"
DESCRIPTION = """Restore the recordings that came with the program, and write for each what it was and what it became;
report.html shows and plays them and opens in any browser, measures.json holds the numbers."""
DEFAULT_FOLDER = "retake-demo"
STAGE_PREFIX = ".retake-"
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
        "--out",
        metavar="DIR",
        type=file_name,
        default=Path(DEFAULT_FOLDER),
        help=f"where to write: a new or empty folder, or that of an earlier demo (default: {DEFAULT_FOLDER})",
    )
    add_model_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the measures as one JSON object on stdout")


def run(arguments: argparse.Namespace) -> int:
    """Restore each piece, write its files, then the report."""
    began = time.monotonic()
    out: Path = arguments.out
    from engine.model.folder import check_model

    check_folder(out)
    check_model(arguments.model)
    with Progress() as progress, staged(out) as stage:
        progress.report("loading", 0, 1)
        from engine.model.load import load_model
        from engine.report import write_report

        model = load_model(arguments.model, arguments.device)
        credits = attributions()
        made = [restored(piece, stage, out, model, credits, progress) for piece in PIECES]
        progress.report("reporting", 0, 1)
        write_report(
            stage / REPORT,
            [item for item, _ in made],
            title="Retake: the bundled recordings, taken again",
            settings={
                "model": f"{model.folder.name} ({model.hash[:12]})",
                "licence of the model": model.folder.licence,
            },
        )
        rows = {"results": [row for _, row in made]}
        write_json(stage / MEASURES, rows)
    if arguments.json:
        print(json.dumps(rows, allow_nan=False))
        return 0
    from engine.metrics import summary_line

    for item, _ in made:
        print(f"{item.name}: {summary_line(item.measures)}")
    print(f"{len(made)} results in {time.monotonic() - began:.1f} s; open {out / REPORT}")
    return 0


def check_folder(out: Path) -> None:
    """Refuse a folder that holds anything but an earlier demo.

    Raises:
        OutputError: it does, is no folder, or can't be read.
    """
    expected = "a new or empty folder, or that of an earlier demo, is expected"
    try:
        if out.exists() and not out.is_dir():
            raise OutputError(f"{out}: is not a folder; {expected}")
        foreign = out.is_dir() and any(not path.name.startswith(STAGE_PREFIX) for path in out.iterdir())
    except OSError as error:
        raise OutputError(f"{out}: can't be used: {error.strerror}") from error
    if foreign and not is_demo(out / MEASURES):
        raise OutputError(f"{out}: holds other files; {expected}")


def is_demo(measures: Path) -> bool:
    """Whether a file is the ``measures.json`` of a demo."""
    try:
        rows = json.loads(measures.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(rows, dict) and isinstance(rows.get("results"), list)


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give a hidden folder inside ``out``, whose files are moved there at the end.

    On any exception, Ctrl-C included, ``out`` is as it was, and gone if it was not there.

    Raises:
        OutputError: ``out`` can't be made or written to.
    """
    made = [folder for folder in (out, *out.parents) if not folder.exists()]  # the innermost first
    stage = out / f"{STAGE_PREFIX}{secrets.token_hex(6)}"
    try:
        try:
            stage.mkdir(parents=True)
        except OSError as error:
            raise OutputError(f"{out}: can't be written: {error.strerror}") from error
        yield stage
        for file in sorted(stage.iterdir()):
            file.replace(out / file.name)
        stage.rmdir()
    except BaseException as error:
        shutil.rmtree(stage, ignore_errors=True)
        with suppress(OSError):
            for folder in made:
                folder.rmdir()
        if isinstance(error, RetakeError):  # the hidden folder's name would mean nothing to the user
            raise type(error)(str(error).replace(str(stage), str(out))) from error
        raise


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
    piece: Piece, stage: Path, out: Path, model: Model, credits: dict[str, tuple[str, str]], progress: Progress
) -> tuple[ReportItem, dict[str, Any]]:
    """Restore one piece; write ``NAME-before.wav`` and ``NAME-after-RENDERER.wav`` to ``stage``, meant for ``out``."""
    from engine.audio import open_clip
    from engine.export import write_patched
    from engine.jobs import measure, restore
    from engine.report import ReportItem

    began = time.monotonic()
    source = demo_folder() / piece.file
    stem = source.stem
    before, after = f"{stem}-before.wav", f"{stem}-after-{piece.renderer}.wav"
    settings = RestoreSettings(renderer=piece.renderer, model=model.folder.name, device=model.placement.device.type)
    with open_clip(source) as clip:
        region = region_of(clip.frames, clip.rate, start_s=piece.start_s, end_s=piece.end_s)
        take = restore(clip, region, settings, model, progress.control())
        write_patched(clip, [], stage / before, force=True, cancelled=look)
        write_patched(clip, [take.patch], stage / after, force=True, cancelled=look)
        measures = measure(clip, region, take.patch, progress.control())
        row = facts_of(clip, take, measures, clip.path, out / after, time.monotonic() - began)
        first, last = region.start_frame, region.end_frame
        title, attribution = credits[piece.file]
        item = ReportItem(
            name=f"{title}, {first / clip.rate:.1f} to {last / clip.rate:.1f} s, {piece.renderer}",
            attribution=attribution,
            reference=clip.read(first, last),
            result=take.patch.samples,
            rate=clip.rate,
            measures=measures,
            renderer=settings.renderer,
            settings={
                "task": settings.task,
                "method": settings.method,
                "renderer": settings.renderer,
                "seed": str(settings.seed),
            },
        )
    return item, row


def write_json(path: Path, value: object) -> None:
    """Write JSON, whole or not at all."""
    from engine.saving import written_whole

    text = json.dumps(value, indent=2, allow_nan=False).encode() + b"\n"
    with written_whole(path, force=True, needed_bytes=len(text)) as part:
        part.write(text)

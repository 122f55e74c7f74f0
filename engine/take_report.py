"""The report of one take, or of two recordings that were compared: a page, its picture, its numbers.

Picture and players hold the region with up to 2 s on both sides, a minute at most, however long the recording;
measures and levels are of the region, read in blocks.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.audio import Readable
from engine.errors import InputError, RetakeError
from engine.measuring.band_levels import BandLevels, band_levels
from engine.measuring.meaning import meaningless
from engine.metrics import MEASURE_TEXTS, Measures, measure_value
from engine.region import Region
from engine.report import PREVIEW_S, ReportItem, drawn, write_report
from engine.reporting import PAGES, TAKE_REPORTS
from engine.reporting.spreadsheet import csv_text
from engine.reporting.versions import versions
from engine.saving import written_whole
from engine.splice import limited_to_band

if TYPE_CHECKING:
    from engine.jobs import Take

CONTEXT_S = 2.0


def write_take_report(
    paths: Sequence[Path],
    reference: Readable,
    result: Readable,
    region: Region,
    measures: Measures,
    *,
    title: str,
    settings: Mapping[str, str],
    renderer: str = "",
    notes: Sequence[str] = (),
) -> None:
    """Write a file at each of ``paths``, whole or not at all; those that are there are replaced.

    Args:
        paths: their extensions, of `TAKE_REPORTS`, say what each is: the page, the picture alone, the numbers.
        reference, result: whole recordings of one rate and number of channels; a take is an `engine.patched.Patched`.
        region: what was taken again, or compared.
        measures: of the region.
        title: names the recording.
        settings: as they are shown.
        renderer: that made the result heard; empty for any other sound.
        notes: what the user was told.

    Raises:
        InputError: a path has another extension; nothing was written.
        RecordingError: a recording can't be read.
        OutputError, DiskFullError: a file can't be written; the others are.
    """
    for path in paths:
        if path.suffix.lower() not in TAKE_REPORTS:
            raise InputError(f"report is {path}; a name ending in {', '.join(TAKE_REPORTS)} is accepted")
    levels = levels_of_region(reference, result, region)
    item = item_of(reference, result, region, measures, levels, title, renderer, notes)
    if item.reference.size and any(path.suffix.lower() not in (".json", ".csv") for path in paths):
        item = dataclasses.replace(item, picture=drawn(item))
    troubles: list[RetakeError] = []
    for path in paths:
        form = path.suffix.lower()
        try:
            if form in PAGES:
                write_report(path, [item], title=title, settings=settings)
                continue
            content = {
                ".png": lambda: item.picture or b"",
                ".json": lambda: as_json(item, region, levels, settings),
                ".csv": lambda: as_csv(item),
            }[form]()
            with written_whole(path, force=True, needed_bytes=len(content)) as part:
                part.write(content)
        except RetakeError as error:
            troubles.append(error)
    if troubles:
        raise type(troubles[0])("; ".join(map(str, troubles))) from troubles[0]


def take_settings(take: Take) -> dict[str, str]:
    """Every choice behind a take, as it is shown."""
    settings = take.settings
    stages = {
        "task": (settings.task, settings.task_settings),
        "method": (settings.method, settings.method_settings),
        "renderer": (settings.renderer, settings.renderer_settings),
    }
    return {
        **{stage: f"{name} ({options(values)})" for stage, (name, values) in stages.items()},
        "splice": options(settings.splice),
        "model": f"{take.model_name} ({take.model_hash[:12]})",
        "licence of the model": take.licence,
        "seed": str(settings.seed),
        "device": take.device,
        "seconds": f"{take.seconds:.1f}",
    }


def options(values: Any) -> str:
    """The settings of a stage, as ``--set`` takes them."""
    told = [f"{item.name}={getattr(values, item.name)}" for item in dataclasses.fields(values)]
    return ", ".join(told) or "no settings"


def levels_of_region(reference: Readable, result: Readable, region: Region) -> BandLevels:
    """Levels of the region's band of both."""
    read_reference, read_result = (
        limited_to_band(sound.read, sound.frames, region, reference.rate) for sound in (reference, result)
    )
    return band_levels(read_reference, read_result, region.frames, reference.rate, reference.channels)


def item_of(
    reference: Readable,
    result: Readable,
    region: Region,
    measures: Measures,
    levels: BandLevels,
    title: str,
    renderer: str,
    notes: Sequence[str],
) -> ReportItem:
    """What the page shows: the region and what is around it, read here."""
    rate, frames = reference.rate, min(reference.frames, result.frames)
    context = round(CONTEXT_S * rate)
    first = max(0, region.start_frame - context)
    last = min(frames, region.end_frame + context, first + PREVIEW_S * rate)
    return ReportItem(
        name=title,
        attribution="",
        reference=reference.read(first, last),
        result=result.read(first, last),
        rate=rate,
        measures=measures,
        renderer=renderer,
        bands=levels,
        notes=(*shown(region, first, last, frames, rate), *(f"Note: {note}" for note in notes)),
        start_s=first / rate,
        marks_s=() if region.is_whole(frames) else (region.start_frame / rate, region.end_frame / rate),
    )


def shown(region: Region, first: int, last: int, frames: int, rate: int) -> list[str]:
    """What must be said of frames ``first`` to ``last``, which the page shows."""
    told = []
    start_s, end_s = region.start_frame / rate, region.end_frame / rate
    held = f"Players and picture hold {first / rate:.2f} to {last / rate:.2f} s of {frames / rate:.2f} s"
    if not region.is_whole(frames):
        told.append(
            f"{held}: the region from {start_s:.2f} to {end_s:.2f} s, between dashed lines, with up to {CONTEXT_S:g} s "
            "of what is around it. Measures and levels are of the region alone."
        )
        if last < region.end_frame:
            told.append(f"Of the region they hold the first {(last - region.start_frame) / rate:.0f} s.")
    elif last < frames:
        told.append(f"{held}; measures and levels are of the whole.")
    if region.low_hz > 0 or region.high_hz < rate / 2:
        told.append(f"Measures and levels are of the band from {region.low_hz:g} to {region.high_hz:g} Hz.")
    return told


def as_json(item: ReportItem, region: Region, levels: BandLevels, settings: Mapping[str, str]) -> bytes:
    """What the page tells in numbers, for a program."""
    told = {
        "title": item.name,
        "region": {
            "start_s": region.start_frame / item.rate,
            "end_s": region.end_frame / item.rate,
            **dataclasses.asdict(region),
        },
        "measures": item.measures.as_json(),
        "meaningless": sorted(meaningless(item.renderer)),
        "band_levels_dbfs": {"reference": levels.reference_db, "result": levels.result_db},
        "notes": item.notes,
        "settings": dict(settings),
        "versions": versions(),
    }
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def as_csv(item: ReportItem) -> bytes:
    """A line a measure; no value where it is undefined, or says nothing of this renderer's sound."""
    hidden = meaningless(item.renderer)
    rows = [
        (row.key, None if row.key in hidden else measure_value(item.measures, row.key), row.unit)
        for row in MEASURE_TEXTS
    ]
    return csv_text(("measure", "value", "unit"), rows).encode()

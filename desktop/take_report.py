"""What a report of a take is made of: what was heard before it was made, the take laid over it, and its measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import fields

from desktop.document.document import Document
from desktop.document.rows import TakeRow
from engine.measuring.measures import BandRetention, Measures
from engine.report import ReportItem

LONGEST_S = 60  # of the picture and of the players; measures are of the whole


def report_of(document: Document, take: TakeRow) -> Callable[[], ReportItem]:
    """A function that reads both sounds of a take, for another thread; the document may be changed meanwhile.

    It raises RecordingError or ProjectDamagedError where a sound can't be read.
    """
    before, after = document.before_and_after(take)
    stop = min(take.stop_frame, take.start_frame + round(LONGEST_S * document.rate))
    row = document.regions.get(take.region_id)
    name = " · ".join([document.source.name, *([row.name] if row else []), take.name])

    def read() -> ReportItem:
        with closing(before), closing(after):
            return ReportItem(
                name=name,
                attribution="",
                reference=before.read(take.start_frame, stop),
                result=after.read(take.start_frame, stop),
                rate=document.rate,
                measures=measures_of(take.measures),
                settings=settings_of(take, document.rate),
            )

    return read


def measures_of(flat: Mapping[str, float | None]) -> Measures:
    """Measures as a take keeps them, by the keys of `engine.metrics.MEASURE_TEXTS`, as the engine has them."""
    bands = BandRetention(*(flat.get(f"band_retention.{band.name}") for band in fields(BandRetention)))
    names = [field.name for field in fields(Measures) if field.name != "band_retention"]
    return Measures(**{name: flat.get(name) for name in names}, band_retention=bands)


def settings_of(take: TakeRow, rate: int) -> dict[str, str]:
    """What made a take, for the report: as the engine calls it."""
    settings = take.settings
    start, end, low_hz, high_hz = take.region
    steps = (settings.get("method_settings") or {}).get("steps")
    return {
        **{stage: str(settings.get(stage)) for stage in ("task", "method", "seed")},
        "renderer": str(settings.get("renderer")),
        **({"steps": str(steps)} if steps is not None else {}),
        "region": f"{start / rate:.3f} to {end / rate:.3f} s, {low_hz:.0f} to {high_hz:.0f} Hz",
        "model": f"{take.model_name} ({take.model_hash[:12]}), licence {take.licence}",
        "device": take.device,
        "seconds": f"{take.seconds:.1f}",
        **({"notes": "; ".join(take.notes)} if take.notes else {}),
    }

"""What a report of a take is made of: what was heard before it was made, the take laid over it, and its measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from desktop.document.document import Document
from desktop.document.rows import TakeRow
from engine.measuring.measures import BandRetention, Measures
from engine.region import Region, renderer_of

if TYPE_CHECKING:
    from engine.report import ReportItem


def report_of(document: Document, take: TakeRow) -> Callable[[], ReportItem]:
    """A function that reads both sounds of a take, for another thread; the document may be changed meanwhile.

    It raises RecordingError or ProjectDamagedError where a sound can't be read.
    """
    before, after = document.before_and_after(take)
    row = document.regions.get(take.region_id)
    name = " · ".join([document.source.name, *([row.name] if row else []), take.name])

    region = Region(*take.region)
    renderer = renderer_of(region, document.frames, document.rate, take.settings)

    def read() -> ReportItem:
        from engine.take_report import item_of, levels_of_region  # with SciPy, which the window starts without

        with closing(before), closing(after):
            levels = levels_of_region(before, after, region)
            measures = measures_of(take.measures)
            item = item_of(before, after, region, measures, levels, name, renderer, take.notes)
            return replace(item, settings=settings_of(take, document.rate))

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
    }

"""The report of a set of recordings: a page that opens offline, and the same for programs and slides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.batch.outcome import Outcome
from engine.progress import Control
from engine.reporting import REPORTS
from engine.reporting.distributions import distributions_figure
from engine.reporting.set_distances import SetDistance
from engine.reporting.set_files import set_csv, set_json
from engine.reporting.set_measures import row_of
from engine.reporting.set_page import set_page
from engine.saving import written_whole


def write_set_report(
    folder: Path,
    outcomes: Sequence[Outcome],
    *,
    title: str,
    settings: Mapping[str, str],
    control: Control,
    distances: Mapping[str, SetDistance] | None = None,
) -> list[Path]:
    """Write ``report.html``, ``report.json``, ``report.csv`` and ``report.png``, each whole or not at all.

    Originals and results are read for the worst cases alone; what can't be read is told in the page. Files that are
    there are replaced.

    Args:
        folder: where to; it is there.
        outcomes: of a batch, or of several variants over the same recordings.
        title: heading of the page.
        settings: what held for all of them.
        control: asked whether to stop.
        distances: of the sets by variant, where they were measured.

    Returns:
        What was written.

    Raises:
        OutputError: the folder is missing or can't be written.
        DiskFullError: no space is left.
        Cancelled: the user stopped; nothing was written.
    """
    rows = [row_of(outcome) for outcome in outcomes]
    figure = distributions_figure(rows, title)
    page = set_page(rows, distances or {}, figure, title, settings, control).encode()
    contents = dict(
        zip(REPORTS, (page, set_json(rows, distances or {}, title, settings), set_csv(rows), figure), strict=True)
    )
    control.check("reporting")
    for name, content in contents.items():
        with written_whole(folder / name, force=True, needed_bytes=len(content)) as part:
            part.write(content)
    return [folder / name for name in contents]

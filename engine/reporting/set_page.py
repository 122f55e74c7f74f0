"""The page of a set: counts, failures, distributions, comparison of variants, all results, the worst ones."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from engine.progress import Control
from engine.reporting.page import closing, opening, text
from engine.reporting.set_distances import SetDistance
from engine.reporting.set_files import counts
from engine.reporting.set_measures import Row
from engine.reporting.set_tables import (
    all_table,
    by_recording_table,
    differences_table,
    distances_table,
    failures_table,
    has_variants,
    notes_table,
    quartiles_table,
    variants_table,
)
from engine.reporting.sorting import SORTING_SCRIPT, SORTING_STYLE
from engine.reporting.statistics import by_variant
from engine.reporting.tables import PHASE_IS_INVENTED
from engine.reporting.worst import worst_cases

MOST_BYTES = 19_500_000
SET_STYLE = """
main, header, footer { max-width: 1288px; }
section { border-top: 1px solid var(--rule); margin-top: 32px; padding-top: 24px; }
section caption { font-weight: 400; font-size: 14px; color: var(--muted); }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 0; margin: 12px 0 0; }
.case { margin-top: 32px; }
.case h3 { font-size: 18px; overflow-wrap: anywhere; margin-top: 0; }
.case caption { font-weight: 600; color: var(--ink); }
.sides { display: grid; grid-template-columns: minmax(260px, 2fr) 3fr; gap: 0 40px; align-items: start; }
.failure { color: #a40e26; }
.error, .failure { overflow-wrap: anywhere; }
table.wide { font-size: 13px; }
table.wide th, table.wide td { padding-right: 12px; }
table.wide tbody th { overflow-wrap: anywhere; min-width: 20em; max-width: 30em; }
thead th.number { white-space: normal; }
td.error { min-width: 18em; }
td.meaning { min-width: 13em; }
td.number strong { color: #1a6b43; }
.tall { max-height: 85vh; overflow: auto; border-bottom: 1px solid var(--muted); }
.tall thead th { position: sticky; top: 0; background: #fff; box-shadow: inset 0 -1px var(--muted); }
.tall:focus-visible { outline: 2px solid #0a58b9; outline-offset: 2px; }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  .sides { grid-template-columns: 2fr 3fr; gap: 0 6mm; }
  .case { break-before: page; margin-top: 0; }
  .case img { max-height: 88mm; margin: 2mm 0; }
  .case table { font-size: 7pt; margin: 0; }
  thead { break-inside: avoid; }
  .tall { max-height: none; overflow: visible; }
  .tall thead th { position: static; box-shadow: none; }
  table.wide { font-size: 7pt; }
  table.wide th, table.wide td { padding-right: 6px; }
  table.wide tbody th { min-width: 60mm; max-width: 80mm; }
  nav { display: none; }
}
"""


def set_page(
    rows: Sequence[Row],
    distances: Mapping[str, SetDistance],
    figure: bytes,
    title: str,
    settings: Mapping[str, str],
    control: Control,
) -> str:
    """The whole page as HTML.

    Args:
        distances: of the sets, by variant.
        figure: the distributions' PNG.

    Raises:
        Cancelled: the user stopped.
    """
    parts = sections(rows, distances, figure)
    without_cases = sum(len(html.encode()) for _, _, html in parts) + len(all_table(rows, {}).encode())
    worst = worst_cases(rows, MOST_BYTES - without_cases, control)
    numbered = {row.name: place for place, row in enumerate(worst.rows, start=1)}
    parts += [
        ("all", "All results", all_table(rows, numbered)),
        ("worst", "The worst", f"<p>{text(worst.reason)}</p>{''.join(worst.sections)}"),
    ]
    body = "".join(
        f'<section id="{name}" aria-labelledby="{name}-name">\n<h2 id="{name}-name">{text(heading)}</h2>\n{html}\n'
        "</section>\n"
        for name, heading, html in parts
    )
    start = opening(title, header(rows, [(name, heading) for name, heading, _ in parts]), SET_STYLE + SORTING_STYLE)
    return start + body + closing(settings, SORTING_SCRIPT)


def header(rows: Sequence[Row], parts: Sequence[tuple[str, str]]) -> str:
    """Counts and links."""
    found = counts(rows)
    variants = f" in {found['variants']} variants" if has_variants(rows) else ""
    failed = f'<span class="failure">{found["failed"]} failed</span>' if found["failed"] else "none failed"
    recordings = "1 recording" if found["recordings"] == 1 else f"{found['recordings']} recordings"
    links = "".join(f'<li><a href="#{name}">{text(heading)}</a></li>' for name, heading in parts)
    return (
        f"<p><strong>{found['done']} of {len(rows)} done</strong>, {failed}; {recordings}{variants}.</p>"
        f'<nav aria-label="Parts of the page"><ul>{links}</ul></nav>'
    )


def sections(rows: Sequence[Row], distances: Mapping[str, SetDistance], figure: bytes) -> list[tuple[str, str, str]]:
    """Id, heading and HTML of all that comes before the table of all results."""
    parts = []
    if failures := failures_table(rows):
        parts.append(("failed", f"Failures ({counts(rows)['failed']})", failures))
    if not any(row.outcome.is_done for row in rows):
        return parts
    invented = f'<p class="muted">{text(PHASE_IS_INVENTED)}</p>' if any(row.hidden for row in rows) else ""
    alt = (
        "Distribution of each main measure by variant: a point a result, a box from the lower to the upper quartile, "
        "a line at the median; the numbers are in the table below."
    )
    how = (
        "A point is a result, the box holds the middle half, the thick line is the median, a green line what is aimed "
        "at. Triangles at an edge stand for results that lie beyond it."
    )
    picture = f'<img src="data:image/png;base64,{base64.b64encode(figure).decode("ascii")}" alt="{text(alt)}">'
    parts.append(
        ("measures", "Measures", f'{invented}{picture}<p class="muted">{text(how)}</p>{quartiles_table(rows)}')
    )
    repaired = any((row.outcome.facts or {}).get("task", "reconstruct") != "reconstruct" for row in rows)
    distance = distances_table(distances, repaired)
    if len(by_variant(rows)) > 1:
        compared = variants_table(rows) + differences_table(rows) + distance + by_recording_table(rows)
        parts.append(("variants", "Variants", compared))
    elif distances:
        parts.append(("distance", "Distance of the sets", distance))
    if notes := notes_table(rows):
        parts.append(("notes", "Notes", notes))
    return parts

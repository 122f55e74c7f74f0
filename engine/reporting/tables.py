"""Tables as HTML: their parts, and those of one recording, its measures and its bands."""

from __future__ import annotations

from collections.abc import Sequence

from engine.measuring.band_levels import BAND_NAMES, BandLevels
from engine.measuring.meaning import meaningless
from engine.metrics import MEASURE_TEXTS, Measures, MeasureText, format_measure
from engine.reporting.page import number, text

NOTHING = "\N{EN DASH}"
PHASE_IS_INVENTED = (
    "Where a renderer makes the phase up, as griffinlim and vocoder do, waveforms can't be compared sample by sample: "
    f"SNR, SI-SDR, squared and absolute error and correlation say nothing and are shown as {NOTHING}."
)


MOST_ROWS, TALL_ROWS = 2000, 40


def table(caption: str, heads: str, rows: Sequence[str], kind: str = "wide") -> str:
    """A table with a head; a long one scrolls in a box of its own, with its head in sight.

    Of more than `MOST_ROWS` the first are in it, and it is said: browsers are slow with more, and the page must open.

    Args:
        heads, rows: HTML of the cells of each.
        kind: CSS classes.
    """
    body = "".join(f"<tr>{row}</tr>" for row in rows[:MOST_ROWS])
    box = '<div class="scroll">'
    if len(rows) > TALL_ROWS:
        box = f'<div class="scroll tall" tabindex="0" role="region" aria-label="{text(caption)}">'
    more = f'<p class="muted">The first {MOST_ROWS} of {len(rows)} rows; report.csv has all results.</p>'
    return (
        f'{box}<table class="{kind}"><caption>{text(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>{more if len(rows) > MOST_ROWS else ''}"
    )


def column(name: str, *, is_number: bool = False, hint: str = "", order: str = "") -> str:
    """A column's head; ``order`` is how the rows stand at first by this column."""
    more = f' title="{text(hint)}"' if hint else ""
    more += f' aria-sort="{order}"' if order else ""
    return f'<th scope="col"{" class=number" if is_number else ""}{more}>{text(name)}</th>'


def name_cell(name: str, link: str = "") -> str:
    """The head of a row."""
    shown_name = f'<a href="#{link}">{text(name)}</a>' if link else text(name)
    return f'<th scope="row">{shown_name}</th>'


def number_cell(written: str) -> str:
    """A number that is text already."""
    return f"<td class=number>{number(written)}</td>"


def measure_cell(measures: Measures, row: MeasureText, renderer: str) -> str:
    """The cell of a measure; a dash where it says nothing of what this renderer made."""
    return number_cell(NOTHING if row.key in meaningless(renderer) else format_measure(measures, row))


def measure_table(measures: Measures, renderer: str) -> str:
    """Every measure with its unit and meaning."""
    rows = [
        name_cell(row.label)
        + measure_cell(measures, row, renderer)
        + f'<td>{text(row.unit)}</td><td class="meaning">{text(row.meaning)}</td>'
        for row in MEASURE_TEXTS
    ]
    note = ""
    if measures.mse == 0:
        note = "The result is the original, sample for sample: the ratios are infinite."
    elif meaningless(renderer):
        note = PHASE_IS_INVENTED
    heads = column("Measure") + column("Value", is_number=True) + column("Unit") + column("Meaning")
    return table("Measures against the original", heads, rows) + (f'<p class="muted">{text(note)}</p>' if note else "")


def band_table(levels: BandLevels, measures: Measures) -> str:
    """Level of both by band, and how much of the energy was kept."""
    kept = measures.band_retention
    rows = []
    for name, before_db, after_db, kept_percent in zip(
        BAND_NAMES, levels.reference_db, levels.result_db, (kept.low, kept.mid, kept.high), strict=True
    ):
        change_db = None if before_db is None or after_db is None or kept_percent is None else after_db - before_db
        cells = "".join(
            number_cell("n/a" if value is None else format(value, form))
            for value, form in ((before_db, "z.1f"), (after_db, "z.1f"), (change_db, "+z.2f"), (kept_percent, "z.1f"))
        )
        rows.append(name_cell(name[0].upper() + name[1:]) + cells)
    units = ("Original (dBFS rms)", "Result (dBFS rms)", "Change (dB)", "Energy kept (%)")
    heads = column("Band") + "".join(column(unit, is_number=True) for unit in units)
    return table("Energy by band", heads, rows, "")

"""Tables of one recording: its measures, its bands."""

from __future__ import annotations

from engine.measuring.band_levels import BAND_NAMES, BandLevels
from engine.measuring.meaning import meaningless
from engine.metrics import MEASURE_TEXTS, Measures, MeasureText, format_measure
from engine.reporting.page import number, text

NOTHING = "\N{EN DASH}"
PHASE_IS_INVENTED = (
    "Where a renderer makes the phase up, as griffinlim and vocoder do, waveforms can't be compared sample by sample: "
    f"SNR, SI-SDR, squared and absolute error and correlation say nothing and are shown as {NOTHING}."
)


def measure_cell(measures: Measures, row: MeasureText, renderer: str) -> str:
    """A measure as it stands in a table, HTML; a dash where it says nothing of what this renderer made."""
    return NOTHING if row.key in meaningless(renderer) else number(format_measure(measures, row))


def measure_table(measures: Measures, renderer: str) -> str:
    """Every measure with its unit and meaning."""
    rows = "".join(
        f'<tr><th scope="row">{text(row.label)}</th>'
        f'<td class="number">{measure_cell(measures, row, renderer)}</td>'
        f'<td>{text(row.unit)}</td><td class="meaning">{text(row.meaning)}</td></tr>'
        for row in MEASURE_TEXTS
    )
    notes = []
    if measures.mse == 0:
        notes.append("The result is the original, sample for sample: the ratios are infinite.")
    elif meaningless(renderer):
        notes.append(PHASE_IS_INVENTED)
    return (
        '<div class="scroll"><table class="wide"><caption>Measures against the original</caption>'
        '<thead><tr><th scope="col">Measure</th><th scope="col" class="number">Value</th>'
        '<th scope="col">Unit</th><th scope="col">Meaning</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>" + "".join(f'<p class="muted">{text(note)}</p>' for note in notes)
    )


def band_table(levels: BandLevels, measures: Measures) -> str:
    """Level of both by band, and how much of the energy was kept."""
    kept = measures.band_retention
    rows = []
    for name, before_db, after_db, kept_percent in zip(
        BAND_NAMES, levels.reference_db, levels.result_db, (kept.low, kept.mid, kept.high), strict=True
    ):
        change_db = None if before_db is None or after_db is None or kept_percent is None else after_db - before_db
        cells = "".join(
            f'<td class="number">{_written(value, form)}</td>'
            for value, form in ((before_db, "z.1f"), (after_db, "z.1f"), (change_db, "+z.2f"), (kept_percent, "z.1f"))
        )
        rows.append(f'<tr><th scope="row">{text(name[0].upper() + name[1:])}</th>{cells}</tr>')
    heads = "".join(
        f'<th scope="col" class="number">{head}</th>'
        for head in ("Original (dBFS rms)", "Result (dBFS rms)", "Change (dB)", "Energy kept (%)")
    )
    return (
        '<div class="scroll"><table><caption>Energy by band</caption>'
        f'<thead><tr><th scope="col">Band</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _written(value: float | None, form: str) -> str:
    return "n/a" if value is None else number(format(value, form))

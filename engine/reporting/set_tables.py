"""Tables of a set's page. Numbers carry their exact value for sorting; the measures' names carry how to read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from engine.reporting.page import number, text
from engine.reporting.set_distances import SetDistance
from engine.reporting.set_measures import MAIN_MEASURES, SET_MEASURES, Row, SetMeasure, shown
from engine.reporting.statistics import Spread, best, by_variant, common, difference, spread, values_of
from engine.reporting.tables import NOTHING, column, name_cell, table
from engine.reporting.worst import worst_first

MOST_NOTES = 30
TRUSTED_S = 60.0  # of sound, for the distance of sets
TRUE_PEAK = next(measure for measure in SET_MEASURES if measure.key == "true_peak_dbtp")
COLUMNS = (*MAIN_MEASURES, TRUE_PEAK)


def value_cell(value: float | None, form: str, *, hidden: bool = False, strong: bool = False) -> str:
    """A number with its exact value for sorting."""
    if hidden or value is None:
        return f"<td class=number>{NOTHING if hidden else 'n/a'}</td>"
    written = number(shown(value, form))
    return f'<td class=number data-v="{value:.7g}">{f"<strong>{written}</strong>" if strong else written}</td>'


def failures_table(rows: Sequence[Row]) -> str:
    """Every outcome without a result, with its error; nothing where there is none."""
    failed = [row for row in rows if not row.outcome.is_done]
    if not failed:
        return ""
    with_variant = has_variants(rows)
    heads = column("Recording") + (column("Variant") if with_variant else "") + column("Why there is no result")
    lines = [
        name_cell(row.outcome.name)
        + (f"<td>{text(row.outcome.variant)}</td>" if with_variant else "")
        + f'<td class="error">{text(row.outcome.error or "no reason was told")}</td>'
        for row in failed
    ]
    return table("Recordings without a result, and why", heads, lines)


def notes_table(rows: Sequence[Row]) -> str:
    """What was noted, and of how many results; nothing where nothing was."""
    said = Counter(note for row in rows for note in dict.fromkeys(row.outcome.notes))
    if not said:
        return ""
    lines = [f"<td class=number>{count}</td><td>{text(note)}</td>" for note, count in said.most_common(MOST_NOTES)]
    left_out = len(said) - MOST_NOTES
    more = f'<p class="muted">{left_out} more notes are in report.json.</p>' if left_out > 0 else ""
    return (
        table(
            "What is to be said, and of how many results", column("Results", is_number=True) + column("Note"), lines, ""
        )
        + more
    )


def quartiles_table(rows: Sequence[Row]) -> str:
    """How the measures lie, a line a measure and variant."""
    variants, with_variant = by_variant(rows), has_variants(rows)
    heads = column("Measure") + (column("Variant") if with_variant else "")
    names = ("Results", "Least", "Lower quartile", "Median", "Upper quartile", "Most")
    heads += "".join(column(name, is_number=True) for name in names)
    heads += column("How to read it")
    lines = []
    for measure in SET_MEASURES:
        if not any(row.values[measure.key] is not None or measure.key in row.hidden for row in rows):
            continue
        for variant, of in variants.items():
            hidden = any(measure.key in row.hidden for row in of)
            lines.append(
                name_cell(measure.heading)
                + (f"<td>{text(variant)}</td>" if with_variant else "")
                + spread_cells(spread(values_of(of, measure.key)), measure.form, hidden)
                + f'<td class="meaning">{text("says nothing: the phase is invented" if hidden else measure.hint)}</td>'
            )
    return table("Median and quartiles of each measure", heads, lines)


def spread_cells(values: Spread, form: str, hidden: bool = False) -> str:
    """Count and quartiles; dashes where the measure says nothing of any."""
    hidden = hidden and not values.count
    numbers = (values.least, values.lower_quartile, values.median, values.upper_quartile, values.most)
    return f"<td class=number>{NOTHING if hidden else values.count}</td>" + "".join(
        value_cell(value, form, hidden=hidden) for value in numbers
    )


def variants_table(rows: Sequence[Row]) -> str:
    """Medians a variant, the best of each measure marked."""
    variants, shared = by_variant(rows), by_variant(common(rows))
    recordings = max(map(len, shared.values()), default=0)
    medians = {
        measure: [spread(values_of(shared.get(variant, ()), measure.key)).median for variant in variants]
        for measure in MAIN_MEASURES
    }
    winners = {measure: best(values, measure) for measure, values in medians.items()}
    lines = []
    for place, (variant, of) in enumerate(variants.items()):
        hidden = {key for row in of for key in row.hidden}
        cells = "".join(
            value_cell(
                medians[measure][place], measure.form, hidden=measure.key in hidden, strong=place in winners[measure]
            )
            for measure in MAIN_MEASURES
        )
        lines.append(name_cell(variant) + cells)
    heads = column("Variant") + "".join(map(measure_column, MAIN_MEASURES))
    note = (
        f"Medians over the {recordings} recordings of which every variant with results has one; "
        "the best of each column is in bold."
    )
    return table("Variants compared", heads, lines, "wide sortable") + f'<p class="muted">{note}</p>'


def distances_table(distances: Mapping[str, SetDistance], repaired: bool) -> str:
    """The Frechet distance of each variant's results from their recordings; nothing where none was measured.

    Args:
        repaired: whether the recordings were damaged: then what is nearest to them isn't the best.
    """
    if not distances:
        return ""
    measured = max(distances.values(), key=lambda each: each.seconds)
    written = {variant: shown(each.distance, ".3f") for variant, each in distances.items()}
    known = [each.distance for each in distances.values() if each.distance is not None]
    nearest = shown(min(known, default=None), ".3f")
    marked = not repaired and len(known) > 1 and set(written.values()) != {nearest}
    lines = [
        name_cell(variant) + value_cell(each.distance, ".3f", strong=marked and written[variant] == nearest)
        for variant, each in distances.items()
    ]
    heads = column("Variant") + column("Frechet distance", is_number=True, hint="0 is the same")
    note = (
        f"How far apart the results and their {measured.recordings} recordings ({measured.seconds / 60:.1f} minutes) "
        "are as sets: mean and covariance of their latents, each recording levelled before; 0 is the same. The value "
        "depends on the model and on how much sound there is; compare it between variants."
    )
    if measured.seconds < TRUSTED_S:
        note += " Less than a minute is too little to trust it."
    if repaired:
        note += (
            " The recordings are as they were before the repair: a great distance is much that was changed, not a "
            "fault."
        )
    return table("Distance of the sets", heads, lines, "sortable") + f'<p class="muted">{note}</p>'


def differences_table(rows: Sequence[Row]) -> str:
    """Every variant against the first, recording by recording, summed up."""
    variants = by_variant(rows)
    base, *others = variants
    heads = column("Measure") + column("Variant")
    heads += "".join(
        column(name, is_number=True)
        for name in ("Recordings", "Better", "Worse", "Lower quartile", "Median change", "Upper quartile")
    )
    lines = []
    for measure in MAIN_MEASURES:
        for variant in others:
            found = difference(variants[variant], variants[base], measure)
            if not found.change.count:
                continue
            change = found.change
            form = f"+{measure.form.removeprefix('+')}"
            lines.append(
                name_cell(measure.heading)
                + f"<td>{text(variant)}</td>"
                + "".join(f"<td class=number>{count}</td>" for count in (change.count, found.better, found.worse))
                + "".join(
                    value_cell(value, form) for value in (change.lower_quartile, change.median, change.upper_quartile)
                )
            )
    return table(f"Change against {base}, recording by recording", heads, lines)


def by_recording_table(rows: Sequence[Row]) -> str:
    """The mel error of every variant a recording, and its difference from the first's."""
    measure = MAIN_MEASURES[0]
    variants = list(by_variant(rows))
    base, *others = variants
    values: dict[str, dict[str, float | None]] = {}
    for row in rows:
        values.setdefault(row.outcome.name, {})[row.outcome.variant] = row.values[measure.key]
    heads = column("Recording") + "".join(column(variant, is_number=True) for variant in variants)
    heads += "".join(column(f"{variant} \N{MINUS SIGN} {base}", is_number=True) for variant in others)
    lines = []
    for name, of in values.items():
        winners = best([of.get(variant) for variant in variants], measure)
        cells = "".join(
            value_cell(of.get(variant), measure.form, strong=place in winners) for place, variant in enumerate(variants)
        )
        for variant in others:
            value, other = of.get(variant), of.get(base)
            change = None if value is None or other is None else value - other
            cells += value_cell(change, f"+{measure.form}")
        lines.append(name_cell(name) + cells)
    return table(f"{measure.heading} by recording; the least in bold", heads, lines, "wide sortable")


def all_table(rows: Sequence[Row], cases: Mapping[str, int]) -> str:
    """Every outcome, worst first.

    Args:
        cases: name of a row -> number of its section.
    """
    with_variant = has_variants(rows)
    with_state = not all(row.outcome.is_done for row in rows)
    heads = column("Recording") + (column("Variant") if with_variant else "")
    heads += column("Result") if with_state else ""
    heads += "".join(measure_column(measure, "descending" if measure.key == "mel_db" else "") for measure in COLUMNS)
    heads += column("Length (s)", is_number=True, hint="of the region") + column("Time (s)", is_number=True)
    lines = []
    for row in worst_first(rows):
        facts = row.outcome.facts or {}
        region = facts.get("region") or {}
        start_s, end_s = region.get("start_s"), region.get("end_s")
        place = cases.get(row.name)
        lines.append(
            name_cell(row.outcome.name, f"case-{place}" if place else "")
            + (f"<td>{text(row.outcome.variant)}</td>" if with_variant else "")
            + (f"<td>{'done' if row.outcome.is_done else 'failed'}</td>" if with_state else "")
            + "".join(
                value_cell(row.values[measure.key], measure.form, hidden=measure.key in row.hidden)
                for measure in COLUMNS
            )
            + value_cell(None if start_s is None or end_s is None else end_s - start_s, ".2f")
            + value_cell(facts.get("seconds"), ".1f")
        )
    return table(
        "A row a result, the greatest mel error first; a column's name sorts by it", heads, lines, "wide sortable"
    )


def measure_column(measure: SetMeasure, order: str = "") -> str:
    """The head of a measure's column."""
    return column(measure.heading, is_number=True, hint=measure.hint, order=order)


def has_variants(rows: Sequence[Row]) -> bool:
    """Whether there is anything to tell apart."""
    return any(row.outcome.variant for row in rows)

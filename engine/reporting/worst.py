"""The worst results of a set, one section each: what they look and sound like, their measures, how they were made."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import RetakeError
from engine.plots import comparison_figure
from engine.progress import Control
from engine.reporting.excerpt import EXCERPT_S, SEARCHED_S, Excerpt, excerpt_of
from engine.reporting.page import number, pairs, text
from engine.reporting.players import player_notes, players
from engine.reporting.set_measures import SET_MEASURES, Row, shown
from engine.reporting.tables import NOTHING

MOST_CASES = 16
LONGEST_TITLE = 80


@dataclass(frozen=True)
class WorstCases:
    """The sections that are in the page.

    Attributes:
        sections: HTML of each.
        rows: what each is of.
        reason: how many of how many, and why no more, in a sentence or two.
    """

    sections: tuple[str, ...]
    rows: tuple[Row, ...]
    reason: str


def worst_cases(rows: Sequence[Row], most_bytes: int, control: Control) -> WorstCases:
    """The worst by mel error, as many as fit; identical ones are none.

    Args:
        rows: of the set, in any order.
        most_bytes: what the sections may take together.

    Raises:
        Cancelled: the user stopped.
    """
    ranked = [row for row in worst_first(rows) if row.values["mel_db"]]
    wanted, sections, room = ranked[:MOST_CASES], list[str](), most_bytes
    for place, row in enumerate(wanted, start=1):
        control.step("reporting", place - 1, len(wanted))
        section = case(place, row)
        room -= len(section.encode())
        if room < 0:
            break
        sections.append(section)
    return WorstCases(tuple(sections), tuple(wanted[: len(sections)]), reason(len(sections), len(ranked), room < 0))


def worst_first(rows: Sequence[Row]) -> list[Row]:
    """By mel error, greatest first; those without one last, failed ones after them."""

    def rank(row: Row) -> tuple[bool, bool, float]:
        value = row.values["mel_db"]
        return not row.outcome.is_done, value is None, -(value or 0.0)

    return sorted(rows, key=rank)


def reason(count: int, of: int, full: bool) -> str:
    """Why so many are shown."""
    if not of:
        return "No result differs from its original in mel error."
    if count == of:
        return f"All {of} results that differ from their originals are shown, the greatest mel error first."
    why = "; more would make the page larger than 20 MB" if full else ""
    return f"Of {of} results that differ from their originals, the {count} with the greatest mel error are shown{why}."


def case(place: int, row: Row) -> str:
    """One section."""
    try:
        seen_and_heard = excerpt_html(excerpt_of(row.outcome), row)
    except (RetakeError, OSError) as error:
        seen_and_heard = f'<p class="failure">Nothing can be shown or played: {text(str(error))}</p>'
    return f"""<article id="case-{place}" class="case" aria-labelledby="case-name-{place}">
<h3 id="case-name-{place}">{place}. {text(row.name)}</h3>
{seen_and_heard}
<div class="sides">{measures_html(row)}{pairs("How it was made", made(row))}</div>
</article>
"""


def excerpt_html(excerpt: Excerpt, row: Row) -> str:
    """Players, what they hold, and the picture."""
    picture = comparison_figure(
        excerpt.reference,
        excerpt.result,
        excerpt.rate,
        shortened(row.name),
        start_s=excerpt.start_s,
        marks_s=excerpt.region_s,
        form="webp",
    )
    alt = (
        f"Waveform, spectrogram and 64-band mel of {row.name}: original, result and their difference; "
        f"mel error {shown(row.values['mel_db'], 'z.2f')} dB."
    )
    notes = [told(excerpt), *player_notes(excerpt.reference, excerpt.result)]
    return (
        players(excerpt.reference, excerpt.result, excerpt.rate, row.name)
        + f'<p class="muted">{text(" ".join(notes))}</p>'
        + f'<img decoding="async" src="data:image/webp;base64,{base64.b64encode(picture).decode("ascii")}" '
        + f'alt="{text(alt)}">'
    )


def told(excerpt: Excerpt) -> str:
    """What picture and players hold."""
    end_s = excerpt.start_s + excerpt.reference.shape[1] / excerpt.rate
    first_s, last_s = excerpt.worst_s
    words = f"Picture and players hold {excerpt.start_s:.2f} to {end_s:.2f} s of {excerpt.length_s:.2f} s"
    if excerpt.length_s > EXCERPT_S:
        words += f", around {first_s:.2f} to {last_s:.2f} s, where the mels differ most"
    if excerpt.region_s != (0.0, excerpt.length_s):
        words += f"; {excerpt.region_s[0]:.2f} to {excerpt.region_s[1]:.2f} s was taken again (dashed lines)"
    if excerpt.searched_s < excerpt.region_s[1] - excerpt.region_s[0]:
        words += f"; only its first {SEARCHED_S:.0f} s were searched"
    return f"{words}. Lossless, at one gain."


def shortened(name: str) -> str:
    """A name that fits over a picture, its end kept."""
    return name if len(name) <= LONGEST_TITLE else f"\N{HORIZONTAL ELLIPSIS}{name[1 - LONGEST_TITLE :]}"


def measures_html(row: Row) -> str:
    """A small table of the measures that there are."""
    cells = "".join(
        f'<tr><th scope="row">{text(measure.label)}</th><td class="number">'
        f"{NOTHING if measure.key in row.hidden else number(shown(row.values[measure.key], measure.form))}</td>"
        f"<td>{text(measure.unit)}</td></tr>"
        for measure in SET_MEASURES
        if measure.key in row.hidden or row.values[measure.key] is not None
    )
    return f"<table><caption>Measures</caption><tbody>{cells}</tbody></table>"


def made(row: Row) -> dict[str, str]:
    """Settings, files and notes of a result."""
    facts = row.outcome.facts or {}
    names = ("task", "method", "renderer", "model", "seed", "steps", "device", "seconds")
    settings = {name: str(facts[name]) for name in names if facts.get(name) is not None}
    notes = {f"note {place}": note for place, note in enumerate(row.outcome.notes, start=1)}
    return {**settings, "original": row.outcome.source, "result": row.outcome.output, **notes}

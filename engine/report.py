"""One HTML page that shows and plays what was done to each recording, and opens offline from ``file://``.

Pictures and sound are inside the page as data URIs: PNG, and FLAC at 16 bits. Original and result of a
recording are turned down together where either would clip, so that the two stay comparable. A preview holds
the first minute and, of more than eight channels, the first two.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.measuring.band_levels import BandLevels, band_levels
from engine.measuring.meaning import waveform_means_nothing
from engine.metrics import MEASURE_TEXTS, Measures, Samples, format_measure, summary_line
from engine.plots import comparison_figure
from engine.reporting.page import closing, opening, pairs, text
from engine.reporting.players import player_notes, players
from engine.reporting.tables import band_table, column, measure_cell, measure_table, name_cell, number_cell, table
from engine.saving import written_whole

PREVIEW_S = 60
OVERVIEW = ("si_sdr_db", "correlation", "mel_db", "band_retention.high")


@dataclass(frozen=True)
class ReportItem:
    """One recording of the report.

    Attributes:
        name: heading.
        attribution: who made the recording and its licence, one line; may be empty.
        reference, result: float32 ``(channels, frames)`` of one shape.
        rate: in Hz.
        measures: of the whole of both, or of what `notes` say.
        settings: task, method, seed and so on, as they are shown.
        renderer: that made it heard; empty for any other sound. Measures that say nothing of it aren't shown.
        bands: levels of what was measured; None: of `reference` and `result`.
        notes: what must be said of what is shown.
        start_s: where the first frame lies in the recording.
        marks_s: times in the recording that are marked in the picture.
        picture: a comparison's PNG that is there already; None: it is drawn.
    """

    name: str
    attribution: str
    reference: Samples
    result: Samples
    rate: int
    measures: Measures
    settings: Mapping[str, str] = field(default_factory=dict)
    renderer: str = ""
    bands: BandLevels | None = None
    notes: tuple[str, ...] = ()
    start_s: float = 0.0
    marks_s: tuple[float, ...] = ()
    picture: bytes | None = None


def write_report(
    path: str | os.PathLike[str], items: Sequence[ReportItem], *, title: str, settings: Mapping[str, str]
) -> None:
    """Write the page at `path`, whole or not at all; a file that is there is replaced.

    Args:
        items: recordings, in order.
        title: heading of the page.
        settings: what held for all of them, shown at the end with the versions of the packages.

    Raises:
        OutputError: the folder is missing or can't be written.
        DiskFullError: no space is left.
    """
    with written_whole(Path(path), force=True) as part:
        part.write(_opening(items, title).encode())
        for place, item in enumerate(items, start=1):
            part.write(_article(place, item).encode())
        part.write(closing(settings).encode())


def _opening(items: Sequence[ReportItem], title: str) -> str:
    recordings = "1 recording" if len(items) == 1 else f"{len(items)} recordings"
    below = f'<p class="muted">{recordings}. Original and result play at the same gain, so that they compare.</p>'
    return opening(title, below) + (_overview(items) if len(items) > 1 else "")


def _overview(items: Sequence[ReportItem]) -> str:
    shown = [row for row in MEASURE_TEXTS if row.key in OVERVIEW]
    names = [*(row.label + (f" ({row.unit})" if row.unit else "") for row in shown), "Loudness change (LU)"]
    heads = column("Recording") + "".join(column(name, is_number=True) for name in names)
    rows = [
        name_cell(item.name, f"recording-{place}")
        + "".join(measure_cell(item.measures, row, item.renderer) for row in shown)
        + number_cell(_loudness_change(item.measures))
        for place, item in enumerate(items, start=1)
    ]
    return table("All recordings", heads, rows)


def _loudness_change(measures: Measures) -> str:
    if measures.lufs_reference is None or measures.lufs_result is None:
        return "n/a"
    return f"{measures.lufs_result - measures.lufs_reference:+z.2f}"


def _article(place: int, item: ReportItem) -> str:
    attribution = f'<p class="muted">{text(item.attribution)}</p>' if item.attribution else ""
    settings = pairs("Settings of this recording", item.settings) if item.settings else ""
    return f"""<article id="recording-{place}" aria-labelledby="name-{place}">
<h2 id="name-{place}">{text(item.name)}</h2>
{attribution}
{_sound_and_picture(item)}
{measure_table(item.measures, item.renderer)}
{_bands(item)}
{settings}
</article>
"""


def _sound_and_picture(item: ReportItem) -> str:
    frames = PREVIEW_S * item.rate
    reference, result = item.reference[:, :frames], item.result[:, :frames]
    if not reference.size:
        return "<p>The recording is empty: there is nothing to hear or to draw.</p>"
    picture = item.picture or drawn(item)
    described = (
        f"Waveform, spectrogram and 64-band mel of {item.name}: original, result and their difference. "
        f"{_summary(item)}."
    )
    return f"""{players(reference, result, item.rate, item.name)}
{_notes(item, reference, result)}
<img src="data:image/png;base64,{base64.b64encode(picture).decode("ascii")}" alt="{text(described)}">"""


def _summary(item: ReportItem) -> str:
    """The measures in one line, without those that say nothing."""
    if not waveform_means_nothing(item.renderer):
        return summary_line(item.measures)
    mel = next(row for row in MEASURE_TEXTS if row.key == "mel_db")
    return f"{mel.label} {format_measure(item.measures, mel)} {mel.unit}"


def drawn(item: ReportItem) -> bytes:
    """PNG of the first minute of an item that isn't empty."""
    frames = PREVIEW_S * item.rate
    return comparison_figure(
        item.reference[:, :frames],
        item.result[:, :frames],
        item.rate,
        item.name,
        start_s=item.start_s,
        marks_s=item.marks_s,
    )


def _notes(item: ReportItem, reference: Samples, result: Samples) -> str:
    frames = item.reference.shape[1]
    notes = list(item.notes)
    if frames > PREVIEW_S * item.rate:
        notes.append(
            f"Players and picture hold the first {PREVIEW_S} s of {frames / item.rate:.0f} s; "
            "the measures are of the whole."
        )
    notes += player_notes(reference, result)
    return "".join(f'<p class="muted">{text(note)}</p>' for note in notes)


def _bands(item: ReportItem) -> str:
    """The bands' table; measured here where nobody did."""
    channels, frames = item.reference.shape
    if not frames:
        return ""
    levels = item.bands or band_levels(reader_of(item.reference), reader_of(item.result), frames, item.rate, channels)
    return band_table(levels, item.measures)


def reader_of(sound: Samples) -> Callable[[int, int], Samples]:
    """Reads ``(channels, frames)`` by frame range."""
    return lambda first, last: sound[:, first:last]

"""One HTML page that shows and plays what was done to each recording, and opens offline from ``file://``.

Pictures and sound are inside the page as data URIs: PNG, and FLAC at 16 bits. Original and result of a
recording are turned down together where either would clip, so that the two stay comparable. A preview holds
the first minute and, of more than eight channels, the first two.
"""

from __future__ import annotations

import base64
import errno
import html
import io
import os
import platform
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import numpy as np

from engine.errors import DiskFullError, OutputError
from engine.metrics import MEASURE_TEXTS, Measures, Samples, format_measure, summary_line
from engine.plots import comparison_figure

PREVIEW_S = 60
FLAC_CHANNELS = 8
PACKAGES = (
    "retake",
    "torch",
    "diffusers",
    "transformers",
    "numpy",
    "scipy",
    "soundfile",
    "soxr",
    "matplotlib",
)
OVERVIEW = ("si_sdr_db", "correlation", "mel_db", "band_retention.high")

STYLE = """
:root { color-scheme: light; --ink: #1f2328; --muted: #59636e; --rule: #d1d9e0; --tint: #f6f8fa; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans",
  sans-serif; }
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 22px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h3 { font-size: 16px; margin: 24px 0 8px; }
p { margin: 4px 0; }
a { color: #0a58b9; }
.muted { color: var(--muted); font-size: 14px; }
article { border-top: 1px solid var(--rule); margin-top: 40px; padding-top: 28px; }
.players { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px;
  margin: 16px 0; }
figure { margin: 0; }
.players figcaption { font-weight: 600; margin-bottom: 4px; }
audio { width: 100%; display: block; }
img { display: block; width: 100%; height: auto; margin: 16px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; margin: 8px 0; }
table.wide { width: 100%; }
caption { text-align: left; font-weight: 600; font-size: 16px; padding: 8px 0; white-space: nowrap; }
th, td { text-align: left; padding: 5px 20px 5px 0; border-bottom: 1px solid var(--rule);
  vertical-align: top; }
th { font-weight: 500; }
thead th { font-weight: 600; border-bottom-color: var(--muted); vertical-align: bottom; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.meaning { color: var(--muted); }
td.value { overflow-wrap: anywhere; }
footer { border-top: 1px solid var(--rule); margin-top: 40px; padding-top: 28px; padding-bottom: 48px; }
@media print {
  body { font-size: 10.5pt; }
  main, header, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .players { display: none; }
  article { break-before: page; border-top: 0; margin-top: 0; padding-top: 0; }
  img, tr, footer table { break-inside: avoid; }
  img { width: auto; max-width: 100%; max-height: 110mm; margin: 4mm 0; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  caption { font-size: 10.5pt; padding: 4px 0; }
  h2, h3, caption { break-after: avoid; }
  th, td { padding: 1px 10px 1px 0; }
  a { color: inherit; text-decoration: none; }
}
"""


@dataclass(frozen=True)
class ReportItem:
    """One recording of the report.

    Attributes:
        name: heading.
        attribution: who made the recording and its licence, one line; may be empty.
        reference, result: float32 ``(channels, frames)`` of one shape.
        rate: in Hz.
        measures: of the whole of both.
        settings: task, method, seed and so on, as they are shown.
    """

    name: str
    attribution: str
    reference: Samples
    result: Samples
    rate: int
    measures: Measures
    settings: Mapping[str, str] = field(default_factory=dict)


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
    target = Path(path)
    try:
        _write_whole(target, items, title, settings)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(f"{target} was not written: {error.strerror}") from error
        raise OutputError(f"{target} can't be written: {error.strerror or error}") from error


def _write_whole(target: Path, items: Sequence[ReportItem], title: str, settings: Mapping[str, str]) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(_opening(items, title))
            for number, item in enumerate(items, start=1):
                file.write(_article(number, item))
            file.write(_closing(settings))
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The mask that an ordinary new file gets; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _opening(items: Sequence[ReportItem], title: str) -> str:
    recordings = "1 recording" if len(items) == 1 else f"{len(items)} recordings"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_text(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{_text(title)}</h1>
<p class="muted">{recordings}. Original and result play at the same gain, so that they compare.</p>
</header>
<main>
{_overview(items) if len(items) > 1 else ""}
"""


def _overview(items: Sequence[ReportItem]) -> str:
    shown = [text for text in MEASURE_TEXTS if text.key in OVERVIEW]
    heads = "".join(
        f'<th scope="col" class="number">{_text(text.label + (f" ({text.unit})" if text.unit else ""))}</th>'
        for text in shown
    )
    rows = []
    for number, item in enumerate(items, start=1):
        cells = "".join(f'<td class="number">{_number(format_measure(item.measures, text))}</td>' for text in shown)
        rows.append(
            f'<tr><th scope="row"><a href="#recording-{number}">{_text(item.name)}</a></th>{cells}'
            f'<td class="number">{_loudness_change(item.measures)}</td></tr>'
        )
    return (
        '<div class="scroll"><table class="wide"><caption>All recordings</caption>'
        f'<thead><tr><th scope="col">Recording</th>{heads}'
        '<th scope="col" class="number">Loudness change (LU)</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _loudness_change(measures: Measures) -> str:
    if measures.lufs_reference is None or measures.lufs_result is None:
        return "n/a"
    return _number(f"{measures.lufs_result - measures.lufs_reference:+z.2f}")


def _article(number: int, item: ReportItem) -> str:
    name = _text(item.name)
    attribution = f'<p class="muted">{_text(item.attribution)}</p>' if item.attribution else ""
    settings = _pairs("Settings of this recording", item.settings) if item.settings else ""
    return f"""<article id="recording-{number}" aria-labelledby="name-{number}">
<h2 id="name-{number}">{name}</h2>
{attribution}
{_sound_and_picture(item)}
{_measure_table(item.measures)}
{settings}
</article>
"""


def _sound_and_picture(item: ReportItem) -> str:
    frames = PREVIEW_S * item.rate
    reference, result = item.reference[:, :frames], item.result[:, :frames]
    if not reference.size:
        return "<p>The recording is empty: there is nothing to hear or to draw.</p>"
    name = _text(item.name)
    gain = _shared_gain(reference, result)
    players = "".join(
        f"<figure><figcaption>{label}</figcaption>"
        f'<audio controls preload="metadata" aria-label="{label} of {name}" '
        f'src="data:audio/flac;base64,{_flac(sound * gain, item.rate)}"></audio></figure>'
        for label, sound in (("Original", reference), ("Result", result))
    )
    picture = base64.b64encode(comparison_figure(reference, result, item.rate, item.name)).decode("ascii")
    described = (
        f"Waveform, spectrogram and 64-band mel of {item.name}: original, result and their difference. "
        f"{summary_line(item.measures)}."
    )
    return f"""<div class="players">{players}</div>
{_notes(item, gain)}
<img src="data:image/png;base64,{picture}" alt="{_text(described)}">"""


def _shared_gain(reference: Samples, result: Samples) -> float:
    peak = max(float(np.abs(np.nan_to_num(sound)).max()) for sound in (reference, result))
    return 1.0 / max(1.0, peak)


def _notes(item: ReportItem, gain: float) -> str:
    channels, frames = item.reference.shape
    notes = []
    if frames > PREVIEW_S * item.rate:
        notes.append(
            f"Players and picture hold the first {PREVIEW_S} s of {frames / item.rate:.0f} s; "
            "the measures are of the whole."
        )
    if channels > FLAC_CHANNELS:
        notes.append(f"The players hold channels 1 and 2 of {channels}.")
    if gain < 1:
        notes.append(f"Both players are turned down by {-20 * np.log10(gain):.1f} dB, so that neither clips.")
    return "".join(f'<p class="muted">{_text(note)}</p>' for note in notes)


def _flac(sound: Samples, rate: int) -> str:
    """Base64 of 16-bit FLAC."""
    import soundfile

    drawn = sound if len(sound) <= FLAC_CHANNELS else sound[:2]
    # (C, n) -> (n, C)
    whole = np.clip(np.round(np.nan_to_num(drawn.T) * 32768.0), -32768, 32767).astype(np.int16)
    buffer = io.BytesIO()
    soundfile.write(buffer, whole, rate, format="FLAC", subtype="PCM_16")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _measure_table(measures: Measures) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_text(text.label)}</th>'
        f'<td class="number">{_number(format_measure(measures, text))}</td>'
        f'<td>{_text(text.unit)}</td><td class="meaning">{_text(text.meaning)}</td></tr>'
        for text in MEASURE_TEXTS
    )
    identical = ""
    if measures.mse == 0:
        identical = '<p class="muted">The result is the original, sample for sample: the ratios are infinite.</p>'
    return (
        '<div class="scroll"><table class="wide"><caption>Measures against the original</caption>'
        '<thead><tr><th scope="col">Measure</th><th scope="col" class="number">Value</th>'
        '<th scope="col">Unit</th><th scope="col">Meaning</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{identical}"
    )


def _closing(settings: Mapping[str, str]) -> str:
    return f"""</main>
<footer>
{_pairs("Settings", settings) if settings else ""}
{_pairs("Versions", _versions())}
</footer>
</body>
</html>
"""


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed as a package"
    return versions


def _pairs(caption: str, values: Mapping[str, str]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_text(str(name))}</th><td class="value">{_text(str(value))}</td></tr>'
        for name, value in values.items()
    )
    return f"<table><caption>{_text(caption)}</caption><tbody>{rows}</tbody></table>"


def _number(text: str) -> str:
    """A number with a true minus sign, escaped."""
    return _text(text.replace("-", "\N{MINUS SIGN}") if text != "n/a" else text)


def _text(text: str) -> str:
    return html.escape(text, quote=True)

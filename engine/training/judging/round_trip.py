"""Whole recordings through the VAE and a renderer, as `engine.jobs.restore` does it.

Besides, the hard case for the level: a region whose loudest sample is at -50 dBFS, with a full-scale click in its
context 0.3 s before it. The click sets the level of the job, so the network hears the region 50 dB below.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.audio import open_clip
from engine.jobs import measure, restore
from engine.model.load import Model
from engine.region import Region, region_of
from engine.settings import RestoreSettings
from engine.training.data import kind_of
from engine.training.judging.medians import by_kind

QUIET_DBFS = -50.0
QUIET_REGION_S = 4.0
CLICK_BEFORE_S = 0.3
CLICK_CONTEXT_S = 0.4  # at least so much is recorded on each side of the region
SILENT = 1e-6

COLUMNS = (
    ("si_sdr_db", "SI-SDR dB", ".2f"),
    ("correlation", "correlation", ".4f"),
    ("mel_db", "mel error dB", ".3f"),
    ("high_kept", "kept > 4 kHz %", ".1f"),
    ("loudness_lu", "loudness LU", "+.2f"),
    ("quiet_si_sdr_db", "quiet: SI-SDR dB", ".2f"),
    ("quiet_correlation", "correlation", ".4f"),
    ("quiet_mel_db", "mel error dB", ".3f"),
)


def round_trips(
    model: Model, recordings: Sequence[Path], renderer: str, report: Callable[[str], None]
) -> dict[str, Any]:
    """Restore and measure every recording.

    Returns:
        ``rows``, ``medians`` by kind, and the ``worst`` SI-SDR and mel error.

    Raises:
        RetakeError: a recording can't be read, or the model lacks what the renderer needs.
    """
    settings = RestoreSettings(method="vae", renderer=renderer)
    rows = []
    for path in recordings:
        rows.append(judge_one(path, settings, model))
        report(as_line(rows[-1]["file"], rows[-1]))
    medians = by_kind(rows, [key for key, _, _ in COLUMNS])
    worst = {
        "si_sdr_db": min((row["si_sdr_db"] for row in rows if row["si_sdr_db"] is not None), default=None),
        "mel_db": max((row["mel_db"] for row in rows if row["mel_db"] is not None), default=None),
    }
    for name, column in medians.items():
        report(as_line(f"median of {name}", column))
    report(as_line("worst", worst))
    return {"rows": rows, "medians": medians, "worst": worst, "renderer": renderer}


def judge_one(path: Path, settings: RestoreSettings, model: Model) -> dict[str, Any]:
    """Restore a whole recording, and its quiet case, and measure both."""
    with open_clip(path) as clip:
        region = region_of(clip.frames, clip.rate)
        take = restore(clip, region, settings, model)
        measures = measure(clip, region, take.patch)
    lufs = (measures.lufs_result, measures.lufs_reference)
    return {
        "file": path.name,
        "kind": kind_of(path),
        "high_kept": measures.band_retention.high,
        "loudness_lu": None if None in lufs else lufs[0] - lufs[1],  # type: ignore[operator]
        "seconds": take.seconds,
        **measures.as_json(),
        **judge_quiet(path, settings, model),
    }


def judge_quiet(path: Path, settings: RestoreSettings, model: Model) -> dict[str, float | None]:
    """Restore the middle of a recording at -50 dBFS beside a click; None where it is silent or too short for that."""
    keys = ("si_sdr_db", "correlation", "mel_db")
    with open_clip(path) as clip:
        rate, found = clip.rate, quiet_region(clip.frames, clip.rate)
        if found is None:
            return {f"quiet_{key}": None for key in keys}
        context = round(settings.splice.context_s * rate)
        first = max(0, found.start_frame - context)
        sound = clip.read(first, min(clip.frames, found.end_frame + context))
    region = Region(found.start_frame - first, found.end_frame - first, found.low_hz, found.high_hz)
    made = beside_a_click(sound, rate, region)
    if made is None:
        return {f"quiet_{key}": None for key in keys}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "quiet.wav"
        soundfile.write(file, made.T, rate, subtype="FLOAT")
        with open_clip(file) as clip:
            measures = measure(clip, region, restore(clip, region, settings, model).patch)
    return {f"quiet_{key}": getattr(measures, key) for key in keys}


def quiet_region(frames: int, rate: int) -> Region | None:
    """Up to 4 s in the middle of a recording, with room for the click before it."""
    around = round(CLICK_CONTEXT_S * rate)
    length = min(round(QUIET_REGION_S * rate), frames - 2 * around)
    if length < around:
        return None
    start = (frames - length) // 2
    return Region(start, start + length, 0.0, rate / 2)


def beside_a_click(sound: NDArray[np.float32], rate: int, region: Region) -> NDArray[np.float32] | None:
    """Scale (channels, frames) so that the region's peak is at -50 dBFS, and add a click of one full-scale frame.

    None where the region is silent. What lies around the region and would be louder than full scale is limited.
    """
    peak = float(np.abs(sound[:, region.start_frame : region.end_frame]).max())
    if peak < SILENT:
        return None
    scaled: NDArray[np.float32] = np.clip(sound * np.float32(10 ** (QUIET_DBFS / 20) / peak), -1, 1)
    scaled[:, region.start_frame - round(CLICK_BEFORE_S * rate)] = 1.0
    return scaled


def as_line(name: str, row: dict[str, Any]) -> str:
    """One line of the table."""
    cells = []
    for key, title, form in COLUMNS:
        value = row.get(key)
        cells.append(f"{title} {'n/a' if value is None else format(value, form):>8}")
    return f"{name[:44]:<44}  " + "  ".join(cells)

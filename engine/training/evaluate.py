"""Judge a model on recordings that it was not trained on: each whole file through `engine.jobs.restore`.

The table is that of the model card: medians over the recordings, and the worst.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from engine.audio import open_clip
from engine.jobs import components_for, measure, restore
from engine.model.load import Model, load_model
from engine.region import region_of
from engine.settings import RestoreSettings
from engine.training.data import held_out, kind_of, recordings_in

COLUMNS = (
    ("si_sdr_db", "SI-SDR dB", ".2f"),
    ("correlation", "correlation", ".4f"),
    ("mel_db", "mel error dB", ".3f"),
    ("high_kept", "kept > 4 kHz %", ".1f"),
    ("loudness_lu", "loudness LU", "+.2f"),
)


def judging_recordings(folders: Sequence[Path], held_out_of: Sequence[Path]) -> list[Path]:
    """All recordings of ``folders``, and of ``held_out_of`` those on the committed hold-out list; else the bundled."""
    found = [path for folder in folders for path in recordings_in(folder)]
    names = held_out()
    found += [path for folder in held_out_of for path in recordings_in(folder) if path.name in names]
    return found or recordings_in(Path(str(resources.files("resources"))) / "demo")


def judge_one(path: Path, settings: RestoreSettings, model: Model) -> dict[str, Any]:
    """Restore a whole recording and measure it."""
    with open_clip(path) as clip:
        region = region_of(clip.frames, clip.rate)
        take = restore(clip, region, settings, model)
        measures = measure(clip, region, take.patch)
    row = measures.as_json()
    lufs = (measures.lufs_result, measures.lufs_reference)
    return {
        "file": path.name,
        "kind": kind_of(path),
        "high_kept": measures.band_retention.high,
        "loudness_lu": None if None in lufs else lufs[0] - lufs[1],  # type: ignore[operator]
        "seconds": take.seconds,
        **row,
    }


def evaluate(
    model_name: str, recordings: Sequence[Path], renderer: str, device: str, report: Callable[[str], None]
) -> dict[str, Any]:
    """Judge and tell; returns the rows, their medians and the worst.

    Raises:
        RetakeError: a recording or the model can't be read.
    """
    settings = RestoreSettings(renderer=renderer, model=model_name, device=device)
    model = load_model(model_name, device, components_for(settings))
    rows = []
    for path in recordings:
        rows.append(judge_one(path, settings, model))
        report(as_line(rows[-1]["file"], rows[-1]))
    middle = {key: median_of(rows, key) for key, _, _ in COLUMNS}
    worst = {
        "si_sdr_db": min((row["si_sdr_db"] for row in rows if row["si_sdr_db"] is not None), default=None),
        "mel_db": max((row["mel_db"] for row in rows if row["mel_db"] is not None), default=None),
    }
    report(as_line(f"median of {len(rows)}", middle))
    report(as_line("worst", worst))
    return {
        "model_hash": model.hash,
        "renderer": renderer,
        "device": str(model.placement.device),
        "dtype": str(model.placement.dtype),
        "median": middle,
        "worst": worst,
        "rows": rows,
    }


def median_of(rows: Sequence[dict[str, Any]], key: str) -> float | None:
    """The median of a column over the rows where it is defined."""
    values = [row[key] for row in rows if row[key] is not None]
    return statistics.median(values) if values else None


def as_line(name: str, row: dict[str, Any]) -> str:
    """One line of the table."""
    cells = []
    for key, title, form in COLUMNS:
        value = row.get(key)
        cells.append(f"{title} {'n/a' if value is None else format(value, form):>8}")
    return f"{name[:44]:<44}  " + "  ".join(cells)


def write_rows(path: Path, result: dict[str, Any]) -> None:
    """Write what `evaluate` returned as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1, allow_nan=False) + "\n", encoding="utf-8")

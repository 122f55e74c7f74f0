"""What the methods that make sound anew cost a recording: `hybrid`, its cascade, `partial` and `invert` beside `vae`.

Each one is asked for the whole recording again and measured against it: what a user gives away for another texture or
style. The VAE's round trip is the ceiling of them all, and `invert` with the source's own kind should reach it.
Besides, every method is run twice with one seed, and stopped once it has begun.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from engine.audio import Clip, open_clip
from engine.errors import Cancelled
from engine.jobs import measure, restore
from engine.methods import METHODS
from engine.model.load import Model
from engine.progress import Control
from engine.region import Region, region_of
from engine.settings import (
    METHOD_SETTINGS,
    HybridSettings,
    InvertSettings,
    PartialSettings,
    RestoreSettings,
    VaeSettings,
)
from engine.training.data import kind_of
from engine.training.judging.medians import by_kind

LONGEST_S = 10.0
REPEATED_S = 2.0
REPEATED_STEPS = 4
AROUND = ("reading", "analysing", "rendering")  # stages of a job that are not the method's
OTHER_KIND = {"speech": "music", "music": "environment", "environment": "speech", "any": "music"}
KEYS = ("mel_db", "si_sdr_db", "high_kept", "seconds")
Report = Callable[[str], None]


def ways(kind: str) -> dict[str, tuple[str, Any]]:
    """What is compared for a recording of a kind: name -> method and its settings, `vae` first."""
    return {
        "vae": ("vae", VaeSettings()),
        "partial": ("partial", PartialSettings(kind=kind)),
        "hybrid": ("hybrid", HybridSettings(kind=kind)),
        "cascade": ("hybrid", HybridSettings(kind=kind, cascade=True)),
        "invert_same": ("invert", InvertSettings(steps=20, kind=kind, source=kind, guidance=1.0)),
        "invert_other": ("invert", InvertSettings(steps=20, kind=OTHER_KIND[kind], source=kind)),
    }


def judged(model: Model, recordings: Sequence[Path], *, seed: int, report: Report) -> dict[str, Any]:
    """Take the first 10 s of every recording again in every way, and measure.

    Returns:
        ``rows`` with, for each of `ways`, mel error, SI-SDR (renderer `gain`), energy kept above 4 kHz and seconds as
        ``mel_db_NAME`` and so on; ``medians`` by kind; ``repeated``, one row a method, from `repetition`.

    Raises:
        RetakeError: a recording can't be read, or the model can't denoise.
    """
    rows = []
    for path in recordings:
        rows.append(judge_one(model, path, seed))
        report(as_line(path.name, rows[-1]))
    names = list(ways("any"))
    medians = by_kind(rows, [f"{key}_{name}" for name in names for key in KEYS])
    for kind, column in medians.items():
        report(as_line(f"median of {kind}", column))
    repeated = [repetition(model, recordings[0], method, seed) for method in METHODS] if recordings else []
    for row in repeated:
        report(
            f"{row['method']}: same seed {'same' if row['same_seed_same_samples'] else 'OTHER'} samples, "
            f"{row['steps_after_cancel']} more steps after a stop"
        )
    medians["all"]["same_seed_same_samples"] = float(all(row["same_seed_same_samples"] for row in repeated))
    late = [row["steps_after_cancel"] for row in repeated if row["steps_after_cancel"] is not None]
    medians["all"]["steps_after_cancel"] = max(late) if late else None
    return {"rows": rows, "medians": medians, "repeated": repeated}


def judge_one(model: Model, path: Path, seed: int) -> dict[str, Any]:
    """One row: a recording taken again in every way."""
    kind = kind_of(path)
    row: dict[str, Any] = {"file": path.name, "kind": kind}
    with open_clip(path) as clip:
        region = region_of(clip.frames, clip.rate, end_s=min(LONGEST_S, clip.duration_s))
        for name, (method, settings) in ways(kind).items():
            take = restore(clip, region, RestoreSettings(method=method, method_settings=settings, seed=seed), model)
            measures = measure(clip, region, take.patch)
            row[f"mel_db_{name}"] = measures.mel_db
            row[f"si_sdr_db_{name}"] = measures.si_sdr_db
            row[f"high_kept_{name}"] = measures.band_retention.high
            row[f"seconds_{name}"] = take.seconds
    return row


def repetition(model: Model, path: Path, method: str, seed: int) -> dict[str, Any]:
    """Run a method twice with one seed, and stop it once it has begun.

    Returns:
        ``method``, ``same_seed_same_samples``, and ``steps_after_cancel`` from the function of that name.
    """
    has_steps = any(field.name == "steps" for field in dataclasses.fields(METHOD_SETTINGS[method]))
    options = {"steps": REPEATED_STEPS} if has_steps else {}
    settings = RestoreSettings(method=method, method_settings=METHOD_SETTINGS[method](**options), seed=seed)
    with open_clip(path) as clip:
        region = region_of(clip.frames, clip.rate, end_s=min(REPEATED_S, clip.duration_s))
        first, again = (restore(clip, region, settings, model).patch.samples for _ in range(2))
        return {
            "method": method,
            "same_seed_same_samples": bool(np.array_equal(first, again)),
            "steps_after_cancel": steps_after_cancel(clip, region, settings, model),
        }


def steps_after_cancel(clip: Clip, region: Region, settings: RestoreSettings, model: Model) -> int | None:
    """Ask to stop while a method's first step is being done: how many more it begins; None if it reports no step."""
    begun: list[int] = []

    def report(stage: str, done: int, of: int) -> None:
        if stage not in AROUND:
            begun.append(done)

    with suppress(Cancelled):
        restore(clip, region, settings, model, Control(report=report, cancelled=lambda: bool(begun)))
    return len(begun) - 1 if begun else None


def as_line(name: str, row: Mapping[str, Any]) -> str:
    """One line of the table."""
    cells = []
    for way in ways("any"):
        figures = (row.get(f"{key}_{way}") for key in ("mel_db", "si_sdr_db", "high_kept"))
        cells.append(f"{way} " + "/".join("n/a" if value is None else f"{value:.1f}" for value in figures))
    return f"{name[:40]:<40}  " + "  ".join(cells)

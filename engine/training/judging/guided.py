"""The method `guided` beside the plain round trip, where everything is trusted: how much nearer it comes.

Each recording's middle goes through the stages of a job (`engine.jobs`) with the renderer `gain`: once with `vae`, once
with `guided` at the steps that the acceptance names, once at its default steps, and once in the published form. There
is no classical repair to compare with: the recording isn't damaged. The mel's squared error is that of the mel that
the renderer is given; all else is measured on the sound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from engine.audio import Clip, open_clip
from engine.jobs import analyse_with_context, measure, rendered_patch, taken_again
from engine.model.load import Model
from engine.progress import Control
from engine.region import Region, region_of
from engine.settings import GuidedSettings, RestoreSettings
from engine.targets import region_rows
from engine.tasks import TASKS
from engine.training.data import kind_of
from engine.training.judging.medians import by_kind

LONGEST_S = 10.0
STEPS = 50
WAYS = {
    "vae": RestoreSettings(method="vae"),
    "guided": RestoreSettings(method="guided", method_settings=GuidedSettings(steps=STEPS)),
    "default": RestoreSettings(method="guided"),
    "published": RestoreSettings(method="guided", method_settings=GuidedSettings(preset="published", steps=STEPS)),
}
FIGURES = ("mel_mse", "mse", "si_sdr_db", "mel_db", "seconds")
CHANGES = ("mel_mse_change", "mse_change", "si_sdr_change_db")


def judged(model: Model, recordings: Sequence[Path], *, seed: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Take the middle of each recording again in all ways.

    Args:
        model: with its VAE and UNet.

    Returns:
        ``rows``, each figure of `FIGURES` under ``<way>_<figure>`` and each change against `vae` of `CHANGES` (percent
        or dB); their ``medians`` by kind; and ``worst``, the least change of SI-SDR of each way.

    Raises:
        RetakeError: a recording can't be read, or the model lacks what a method needs.
    """
    rows: list[dict[str, Any]] = []
    for path in recordings:
        with open_clip(path) as clip:
            region = middle_of(clip)
            figures = {way: measured(clip, region, settings, model, seed) for way, settings in WAYS.items()}
        row: dict[str, Any] = {"file": path.name, "kind": kind_of(path)}
        for way, values in figures.items():
            row |= {f"{way}_{key}": values[key] for key in FIGURES}
            if way != "vae":
                row |= {f"{way}_{key}": value for key, value in changes(figures["vae"], values).items()}
        rows.append(row)
        report(as_line(path.name, row))
    medians = by_kind(rows, [key for key in rows[0] if key not in ("file", "kind")] if rows else [])
    for name, column in medians.items():
        report(as_line(f"median of {name}", column))
    worst = {}
    for way in WAYS:
        key = f"{way}_si_sdr_change_db"
        worst[key] = min((row[key] for row in rows if row.get(key) is not None), default=None)
        medians["all"][f"{way}_worst_si_sdr_change_db"] = worst[key]
    return {"rows": rows, "medians": medians, "worst": worst}


def middle_of(clip: Clip) -> Region:
    """The middle `LONGEST_S` seconds of a recording, or all of it."""
    length = min(clip.frames, round(LONGEST_S * clip.rate))
    start = (clip.frames - length) // 2
    return region_of(clip.frames, clip.rate, start_s=start / clip.rate, end_s=(start + length) / clip.rate)


def measured(clip: Clip, region: Region, settings: RestoreSettings, model: Model, seed: int) -> dict[str, Any]:
    """`FIGURES` of one way, and the job's ``notes``."""
    control, generator = Control(), torch.Generator().manual_seed(seed)
    began = time.monotonic()
    analysis = analyse_with_context(clip, region, settings, model, control)
    target = TASKS[settings.task](analysis, region, settings.task_settings, generator, control)
    mel = taken_again(analysis, target, region, settings, model, generator, control)
    patch = rendered_patch(analysis, target, mel, region, settings, model, generator, control)
    seconds = time.monotonic() - began
    rows = region_rows(analysis, region)
    mel_mse = float((mel[rows] - analysis.mel[rows]).square().mean())
    measures = measure(clip, region, patch)
    return {
        **measures.as_json(),
        "high_kept": measures.band_retention.high,
        "mel_mse": mel_mse,
        "seconds": seconds,
        "notes": control.notes,
    }


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, float | None]:
    """`CHANGES` from one way to another: squared errors in percent, None where there was none before."""

    def percent(key: str) -> float | None:
        was, now = before[key], after[key]
        return 100 * (now / was - 1) if was and now is not None else None

    levels = before["si_sdr_db"], after["si_sdr_db"]
    return {
        "mel_mse_change": percent("mel_mse"),
        "mse_change": percent("mse"),
        "si_sdr_change_db": None if None in levels else levels[1] - levels[0],
    }


def as_line(name: str, row: dict[str, Any]) -> str:
    """One line of the table."""
    cells = []
    for way in WAYS:
        if way == "vae":
            continue
        shown = [(row.get(f"{way}_{key}"), unit) for key, unit in zip(CHANGES, ("% mel", "% wave", " dB"), strict=True)]
        cells.append(f"{way}: " + ", ".join("n/a" if v is None else f"{v:+.1f}{unit}" for v, unit in shown))
    return f"{name[:40]:<40}  " + "; ".join(cells)

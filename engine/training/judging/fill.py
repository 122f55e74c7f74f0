"""Gaps in recordings, filled as `engine.jobs.restore` does it, and measured on what is heard.

Each gap holds a full-scale burst in place of the recording, so that what leaks from it is seen. Beside the takes stand
the classical repair, autoregression from both sides cross-faded, and a straight line through the mel.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.analysis import Analysis, analyse
from engine.audio import Clip, Patch, open_clip
from engine.guess import interpolated
from engine.interpolate import context_frames, extrapolated
from engine.jobs import analyse_with_context, measure, restore
from engine.metrics import DB_PER_NEPER
from engine.model.load import Model
from engine.patched import Patched
from engine.progress import Control
from engine.region import Region
from engine.settings import RestoreSettings, with_stages
from engine.targets import region_rows
from engine.tasks import TASKS
from engine.training.data import kind_of
from engine.training.judging.gaps import mean_error_db, texture
from engine.training.judging.medians import Medians, by_kind, finite

GAPS_MS = (50, 100, 250, 500)
AVERAGED_MS = (250, 500)  # where the mean of several takes is measured
TAKES = 8
AROUND_S = 2.0  # of the recording on each side of a gap
SILENT_DB = -50.0
MEASURES = (
    "lsd_db",
    "lsd_extrapolation_db",
    "level_db",
    "level_guess_db",
    "texture",
    "texture_guess",
    "one_db",
    "mean_db",
    "interpolation_db",
    "round_trip_db",
)


@dataclass(frozen=True)
class Gap:
    """A recording with a gap, and what belongs there.

    Attributes:
        whole, damaged: the recording without and with the gap.
        region: the gap.
    """

    whole: Clip
    damaged: Clip
    region: Region


def judged(
    model: Model,
    recordings: Sequence[Path],
    *,
    seed: int,
    report: Callable[[str], None],
    settings: RestoreSettings | None = None,
) -> dict[str, Any]:
    """Fill one gap of each length in each recording.

    Args:
        settings: how it is filled; by default the task `fill` with the method that the program takes.

    Returns:
        ``rows``, one a gap, and ``medians`` by kind, with the ``mean`` over all gaps beside; the keys end in the gap's
        length: ``lsd_db_100``.

    Raises:
        RetakeError: a recording can't be read, or the model lacks what is asked of it.
    """
    settings = settings or RestoreSettings(task="fill")
    rows = []
    for path in recordings:
        for gap_ms in GAPS_MS:
            row = judge_gap(path, gap_ms, replace(settings, seed=seed), model)
            if row is not None:
                rows.append({"file": path.name, "kind": kind_of(path), "gap_ms": gap_ms, **row})
                report(as_line(f"{path.name[:30]} {gap_ms} ms", rows[-1]))
    medians: Medians = {}
    for gap_ms in GAPS_MS:
        of_length = [row for row in rows if row["gap_ms"] == gap_ms]
        for name, column in (by_kind(of_length, MEASURES) | {"mean": _means(of_length)}).items():
            report(as_line(f"{gap_ms} ms, {name}", column))
            medians.setdefault(name, {}).update({f"{key}_{gap_ms}": value for key, value in column.items()})
    return {"rows": rows, "medians": medians}


def judge_gap(path: Path, gap_ms: int, settings: RestoreSettings, model: Model) -> dict[str, float | None] | None:
    """Fill a gap in the loudest part of the middle of a recording; None where it is too short or silent."""
    with open_clip(path) as clip:
        rate = clip.rate
        length, around = round(gap_ms * rate / 1000), round(AROUND_S * rate)
        start = gap_start(clip, length, around)
        if start is None:
            return None
        sound = clip.read(start - around, start + length + around)
    region = Region(around, around + length, 0.0, rate / 2)
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "whole.wav", Path(folder) / "damaged.wav"
        soundfile.write(paths[0], sound.T, rate, subtype="FLOAT")
        burst = np.random.default_rng(0).uniform(-1, 1, (len(sound), length))
        sound[:, region.start_frame : region.end_frame] = burst
        soundfile.write(paths[1], sound.T, rate, subtype="FLOAT")
        with open_clip(paths[0]) as whole, open_clip(paths[1]) as damaged:
            return measure_gap(Gap(whole, damaged, region), settings, model, TAKES if gap_ms in AVERAGED_MS else 1)


def gap_start(clip: Clip, length: int, around: int) -> int | None:
    """Where a gap begins that isn't silent and has room around, as near to the middle as there is one."""
    sound = clip.read(0, min(clip.frames, 30 * clip.rate))
    middle = (sound.shape[1] - length) // 2
    peak = float(np.abs(sound).max())
    for away in range(0, middle - around, max(1, clip.rate // 10)):
        for start in (middle - away, middle + away):
            inside = sound[:, start : start + length]
            if np.sqrt(np.mean(np.square(inside))) > peak * 10 ** (SILENT_DB / 20) and start >= around:
                return int(start)
    return None


def measure_gap(gap: Gap, settings: RestoreSettings, model: Model, takes: int) -> dict[str, float | None]:
    """Measures of one gap, of the first take and of the mean of ``takes``; see `MEASURES`."""
    control = Control()
    analysis = analyse_with_context(gap.damaged, gap.region, settings, model, control)
    generator = torch.Generator().manual_seed(settings.seed)
    target = TASKS["fill"](analysis, gap.region, settings.task_settings, generator, control)
    rows = region_rows(analysis, gap.region)
    truth = mel_of(gap.whole, analysis, model)[rows]
    patches = [
        restore(gap.damaged, gap.region, replace(settings, seed=settings.seed + index), model).patch
        for index in range(takes)
    ]
    heard = torch.stack([mel_of(Patched(gap.damaged, patch), analysis, model)[rows] for patch in patches])
    recorded = gap.whole.read(gap.region.start_frame, gap.region.end_frame)
    classical = extrapolation(gap.damaged, gap.region)
    plain = with_stages(settings, {"task": "reconstruct", "method": "vae"})
    through = restore(gap.whole, gap.region, plain, model).patch
    guess = target.mel[rows].cpu()
    line = interpolated(analysis.mel, target.trust)[rows].cpu()
    figures = {
        "lsd_db": measure(gap.whole, gap.region, patches[0]).lsd_db,
        "lsd_extrapolation_db": measure(gap.whole, gap.region, classical).lsd_db,
        "level_db": abs(level_db(patches[0].samples, recorded)),
        "level_guess_db": abs(
            DB_PER_NEPER * 0.5 * float((torch.exp(2 * guess).mean() / torch.exp(2 * truth).mean()).log())
        ),
        "texture": texture(heard[0], truth),
        "texture_guess": texture(guess, truth),
        "one_db": mean_error_db(heard[0], truth),
        "mean_db": mean_error_db(heard.mean(dim=0), truth) if takes > 1 else None,
        "interpolation_db": mean_error_db(line, truth),
        "round_trip_db": mean_error_db(mel_of(Patched(gap.whole, through), analysis, model)[rows], truth),
    }
    return {name: None if value is None else finite(value) for name, value in figures.items()}


def mel_of(source: Clip | Patched, analysis: Analysis, model: Model) -> Tensor:
    """The mel of what ``analysis`` heard as ``source`` holds it, at the level of ``analysis``; (T, bands)."""
    own = analyse(source, analysis.start_frame, analysis.end_frame, analysis.spec, model.placement.device, Control())
    shifted = own.mel + float(np.log(analysis.level.gain / own.level.gain))
    return shifted.clamp_min(analysis.spec.silence).cpu()


def extrapolation(clip: Clip, region: Region) -> Patch:
    """The classical repair: both sides continued by autoregression of order 512 and cross-faded."""
    context = context_frames(clip.rate)
    before = clip.read(max(0, region.start_frame - context), region.start_frame)
    after = clip.read(region.end_frame, min(clip.frames, region.end_frame + context))
    return Patch(region.start_frame, extrapolated(before, after, region.frames))


def level_db(sound: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """The energy of (channels, frames) against that of ``reference``."""
    energies = [float(np.square(values.astype(np.float64)).sum()) + 1e-20 for values in (sound, reference)]
    return float(10 * np.log10(energies[0] / energies[1]))


def _means(rows: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    columns = {key: [row[key] for row in rows if row[key] is not None] for key in MEASURES}
    return {key: sum(values) / len(values) if values else None for key, values in columns.items()}


def as_line(name: str, row: dict[str, Any]) -> str:
    """One line of the table."""
    cells = (f"{key} {'n/a' if row.get(key) is None else format(row[key], '.2f')}" for key in MEASURES)
    return f"{name:<40}  " + "  ".join(cells)

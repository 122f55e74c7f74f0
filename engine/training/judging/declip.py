"""Declipping: recordings clipped so that the signal-to-distortion ratio is 7 dB, each at its own level.

Columns: the clipped sound, the round trip of the clipped sound, the classical declipper alone, and with the model,
whose part is limited as by default (``model``) and to 3 dB (``free``), which tells whether the limit is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.metrics import compare
from engine.model.load import Model
from engine.settings import DeclipSettings, RestoreSettings
from engine.training.data import kind_of
from engine.training.judging.damage import Sound, gained, loudest_stretch, si_sdr_db, taken_from
from engine.training.judging.medians import by_kind

SDR_DB = 7.0
LENGTH_S = 5.0
ROUNDS = 40
WAYS = {
    "round_trip": RestoreSettings(),
    "classical": RestoreSettings(task="declip", task_settings=DeclipSettings(model_db=0.0)),
    "model": RestoreSettings(task="declip"),
    "free": RestoreSettings(task="declip", task_settings=DeclipSettings(model_db=3.0)),
}
KEYS = ("si_sdr_clipped", *(f"{key}_{way}" for way in WAYS for key in ("si_sdr", "gain")), "unclipped_exact", "seconds")


def judged(
    model: Model, recordings: Sequence[Path], *, seed: int, report: Callable[[str], None], method: str = "vae"
) -> dict[str, Any]:
    """Clip, declip and measure the loudest 5 s of every recording.

    Args:
        method: what the model's part is made with.

    Returns:
        ``rows`` with SI-SDR in dB, what it gained over the clipped sound, PESQ for speech where it is installed, and
        ``unclipped_exact``, 1 where every sample that wasn't clipped came back bit for bit; and their ``medians``.

    Raises:
        RetakeError: a recording can't be read, or the model lacks what the method needs.
    """
    rows = [judge_one(model, path, seed, method) for path in recordings]
    for row in rows:
        report(f"declip, {row['file']}: " + as_text(row))
    medians = by_kind(rows, KEYS)
    for name, column in medians.items():
        report(f"declip, median of {name}: " + as_text(column))
    return {"rows": rows, "medians": medians}


def judge_one(model: Model, path: Path, seed: int, method: str) -> dict[str, Any]:
    """One recording's row."""
    clean, rate = loudest_stretch(path, LENGTH_S)
    clipped, level = clipped_to(clean, SDR_DB)
    whole = np.abs(clipped) < level
    before = si_sdr_db(clean, clipped)
    row: dict[str, Any] = {"file": path.name, "kind": kind_of(path), "si_sdr_clipped": before}
    for way, settings in WAYS.items():
        chosen = RestoreSettings(
            task=settings.task, task_settings=settings.task_settings, method=method, seed=seed, device="cpu"
        )
        take = taken_from(clipped, rate, 0, chosen, model)
        after = si_sdr_db(clean, take.patch.samples)
        row |= {f"si_sdr_{way}": after, f"gain_{way}": gained(after, before)}
        if row["kind"] == "speech":
            row[f"pesq_{way}"] = compare(clean, take.patch.samples, rate).pesq
        if way == "model":
            exact = np.array_equal(take.patch.samples[whole], clipped[whole])
            row |= {"unclipped_exact": float(exact), "seconds": take.seconds}
    return row


def clipped_to(sound: Sound, sdr_db: float) -> tuple[Sound, float]:
    """Clip (channels, frames) so that its signal-to-distortion ratio is ``sdr_db``; the sound and the level."""
    low, high = 0.0, float(np.abs(sound).max())
    energy = np.square(sound, dtype=np.float64).sum()
    for _ in range(ROUNDS):
        level = (low + high) / 2
        lost = np.square(sound - np.clip(sound, -level, level), dtype=np.float64).sum()
        low, high = (level, high) if lost * 10 ** (sdr_db / 10) > energy else (low, level)
    level = float(np.float32(high))
    return np.clip(sound, np.float32(-level), np.float32(level)), level


def as_text(row: dict[str, Any]) -> str:
    """A row's figures."""
    return ", ".join(f"{key} {row[key]:.2f}" for key in KEYS if row.get(key) is not None)

"""The method `enhance` beside the plain round trip: energy above 4 kHz, mel error and SNR.

Each recording's middle is taken again as it is, and low-passed at 6 kHz, with `vae`, with ``frequency`` at the
published strength and with ``adaptive``. The reference of a low-passed recording is itself. The published figures
of ``frequency`` were +94.9 % energy above 4 kHz and 3 dB less SNR.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from scipy import signal

from engine.audio import Clip, open_clip
from engine.methods.enhance import FELL_BACK
from engine.model.load import Model
from engine.settings import EnhanceSettings, RestoreSettings
from engine.training.data import kind_of
from engine.training.judging.guided import measured, middle_of
from engine.training.judging.medians import by_kind

CUTOFF_HZ = 6000.0
LOW_PASS_ORDER = 12
WAYS = {
    "vae": RestoreSettings(method="vae"),
    "frequency": RestoreSettings(method="enhance", method_settings=EnhanceSettings(mode="frequency")),
    "adaptive": RestoreSettings(method="enhance", method_settings=EnhanceSettings(mode="adaptive")),
}
KEYS = ("high_kept", "mel_db", "mel_mse", "snr_db", "snr_change_db", "high_error")


def judged(model: Model, recordings: Sequence[Path], *, seed: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Sharpen the middle of each recording, as it is and low-passed.

    Returns:
        ``rows``: `KEYS` of each way under ``<way>_<key>``, of the low-passed recording under ``low_<way>_<key>``
        (``high_error`` is |percent kept - 100|), ``mel_change_db`` from `vae` to ``adaptive``, and whether ``adaptive``
        fell back to strength 0, 1 or 0; their ``medians`` by kind; ``fell_back`` and ``low_fell_back``, how many did.

    Raises:
        RetakeError: a recording can't be read.
    """
    rows: list[dict[str, Any]] = []
    for path in recordings:
        with open_clip(path) as clip:
            row = {"file": path.name, "kind": kind_of(path), **figures(clip, model, seed)}
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "low.wav"
                write_low_passed(clip, file)
                with open_clip(file) as low:
                    row |= {f"low_{key}": value for key, value in figures(low, model, seed).items()}
        rows.append(row)
        report(as_line(path.name, row))
    medians = by_kind(rows, [key for key in rows[0] if key not in ("file", "kind")] if rows else [])
    for name, column in medians.items():
        report(as_line(f"median of {name}", column))
    counts = {key: sum(row[key] for row in rows) for key in ("fell_back", "low_fell_back")}
    report(
        f"adaptive fell back to strength 0: {counts['fell_back']} of {len(rows)}, {counts['low_fell_back']} low-passed"
    )
    return {"rows": rows, "medians": medians, **counts}


def write_low_passed(clip: Clip, file: Path) -> None:
    """Write a recording's middle without what lies above `CUTOFF_HZ`, phase kept; all of it where it ends lower."""
    region = middle_of(clip)
    sound = clip.read(region.start_frame, region.end_frame)
    if clip.rate > 2 * CUTOFF_HZ:
        sections = signal.butter(LOW_PASS_ORDER, CUTOFF_HZ, fs=clip.rate, output="sos")
        padding = min(3 * (2 * len(sections) + 1), sound.shape[1] - 1)
        sound = signal.sosfiltfilt(sections, sound, axis=1, padlen=padding).astype(np.float32)
    soundfile.write(file, sound.T, clip.rate, subtype="FLOAT")


def figures(clip: Clip, model: Model, seed: int) -> dict[str, Any]:
    """The figures of all ways for one recording."""
    region = middle_of(clip)
    row: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for way, settings in WAYS.items():
        values = measured(clip, region, settings, model, seed)
        plain = plain or values
        kept, levels = values["high_kept"], (values["snr_db"], plain["snr_db"])
        values["high_error"] = None if kept is None else abs(kept - 100)
        values["snr_change_db"] = None if None in levels else levels[0] - levels[1]
        row |= {f"{way}_{key}": values[key] for key in KEYS}
        row["fell_back"] = int(FELL_BACK in values["notes"])
    row["mel_change_db"] = None if row["vae_mel_db"] is None else row["adaptive_mel_db"] - row["vae_mel_db"]
    return row


def as_line(name: str, row: dict[str, Any]) -> str:
    """One line of the table."""

    def shown(key: str, form: str) -> str:
        return "n/a" if row.get(key) is None else format(row[key], form)

    cells = [
        f"{way}: > 4 kHz {shown(f'{way}_high_kept', '.1f')} %, SNR {shown(f'{way}_snr_change_db', '+.2f')} dB, "
        f"low-passed off by {shown(f'low_{way}_high_error', '.2f')} %"
        for way in WAYS
    ]
    return f"{name[:40]:<40}  " + "; ".join(cells) + f"; mel {shown('mel_change_db', '+.4f')} dB"

"""Sets of outcomes for the tests, with recordings on disk that were really made and really measured."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from engine.batch.outcome import Outcome
from engine.metrics import compare

RATE = 16000
AWKWARD = "<script>alert(1)</script> & \"quoted\" 'too' 録音 " + "long " * 40 + ".wav"


def sound(seconds: float, seed: int = 0, channels: int = 1, rate: int = RATE) -> np.ndarray:
    """Noise that swells and fades, (channels, frames) float32."""
    shape = (channels, round(seconds * rate))
    swell = 0.1 + 0.1 * np.sin(np.linspace(0, 9, shape[1]))
    return (swell * np.random.default_rng(seed).standard_normal(shape)).clip(-1, 1).astype(np.float32)


def facts_of(
    before: np.ndarray, after: np.ndarray, *, rate: int = RATE, start: int = 0, **others: Any
) -> dict[str, Any]:
    """What `retake restore --json` prints of a region."""
    frames = before.shape[1]
    region = {
        "start_frame": start,
        "end_frame": start + frames,
        "start_s": start / rate,
        "end_s": (start + frames) / rate,
    }
    return {
        "rate": rate,
        "channels": len(before),
        "region": {**region, "low_hz": 0.0, "high_hz": rate / 2},
        "task": "reconstruct",
        "method": "vae",
        "renderer": "gain",
        "model": "bundled",
        "seed": 7,
        "steps": None,
        "device": "cpu",
        "seconds": 1.25,
        "measures": compare(before, after, rate).as_json(),
        **others,
    }


def write(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    """A WAV of floats."""
    soundfile.write(path, samples.T, rate, subtype="FLOAT")
    return path


def done(
    folder: Path,
    name: str,
    before: np.ndarray,
    after: np.ndarray,
    *,
    variant: str = "",
    notes: Sequence[str] = (),
    rate: int = RATE,
    **others: Any,
) -> Outcome:
    """An outcome whose files are in ``folder``; ``others`` replace facts."""
    stem = hashlib.sha256(f"{name}/{variant}".encode()).hexdigest()[:8]
    source, output = write(folder / f"{stem}-in.wav", before, rate), write(folder / f"{stem}-out.wav", after, rate)
    digest = hashlib.sha256(output.read_bytes()).hexdigest()
    facts = facts_of(before, after, rate=rate, **others)
    return Outcome(name, variant, str(source), str(output), facts, tuple(notes), "", digest, output.stat().st_size)


def failed(name: str, error: str, variant: str = "") -> Outcome:
    """An outcome without a result."""
    return Outcome(name, variant, f"/in/{name}", "", None, (), error, "", 0)


def made_up(name: str, mel_db: float | None, *, variant: str = "", renderer: str = "gain", **measures: Any) -> Outcome:
    """An outcome without files, of which only numbers are looked at."""
    kept = {"low": 100.0, "mid": 99.0, "high": 98.0}
    whole = {"mel_db": mel_db, "mse": 0.1, "band_retention": kept, **measures}
    return Outcome(name, variant, "/none/in", "/none/out", {"renderer": renderer, "measures": whole}, (), "", "", 1)

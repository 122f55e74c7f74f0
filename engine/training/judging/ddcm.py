"""What coding costs: recordings through `retake encode` and `decode`'s own code, at several rates.

The mel error stands beside that of the VAE's plain round trip, which is the ceiling, beside the published form at the
same rate, and beside the soft codebook, which has no file. The first 10 s of a recording are taken, all channels.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import soundfile
import torch

from engine.analysis import analyse
from engine.audio import Clip, open_clip
from engine.ddcm.container import HEADER_BYTES, unpacked
from engine.ddcm.recordings import decode_mel, encode_clip, mel_error_db
from engine.methods import METHODS
from engine.model.load import Model
from engine.progress import Control
from engine.settings import DdcmSettings
from engine.targets import Target
from engine.training.data import kind_of
from engine.training.judging.medians import by_kind

LONGEST_S = 10.0
STEPS, KBPS, OTHER_KBPS = 30, 8.0, (2.0, 4.0, 16.0)
KEYS = (
    "vae_db",
    "excess_db",
    "published_excess_db",
    "soft_excess_db",
    "rate_off_percent",
    "encode_s",
    "decode_s",
)


def judged(
    model: Model,
    recordings: Sequence[Path],
    *,
    seed: int,
    report: Callable[[str], None],
    steps: int = STEPS,
    others: Sequence[float] = OTHER_KBPS,
) -> dict[str, Any]:
    """Encode and decode every recording at 8 kbps, and encode it at other rates.

    Returns:
        ``rows``; ``medians`` by kind of the mel error of the VAE and of what coding adds to it, of the rate that was
        missed, and of seconds scaled to 10 s of sound; ``header_bytes``; ``worst_excess_db``; and ``same``, whether
        every decoded mel was that of the encoder bit by bit.

    Raises:
        RetakeError: a recording can't be read, or the model can't denoise.
    """
    rows, keys = [], (*KEYS, *map(key_at, others))
    for path in recordings:
        with open_clip(path) as clip, tempfile.TemporaryDirectory() as folder:
            start = Path(folder) / "start.wav"
            sound = clip.read(0, min(clip.frames, round(LONGEST_S * clip.rate)))
            soundfile.write(start, sound.T, clip.rate, subtype="FLOAT")
            with open_clip(start) as beginning:
                rows.append(
                    {"file": path.name, "kind": kind_of(path), **judge_one(beginning, model, seed, steps, others)}
                )
        figures = (f"{key} {rows[-1][key]:.2f}" for key in keys)
        report(f"{path.name[:44]:<44}  " + ", ".join(figures))
    medians = by_kind(rows, keys)
    for name, column in medians.items():
        report(f"median of {name}: " + ", ".join(f"{key} {value:.2f}" for key, value in column.items() if value))
    return {
        "rows": rows,
        "medians": medians,
        "header_bytes": HEADER_BYTES,
        "worst_excess_db": max((row["excess_db"] for row in rows), default=None),
        "same": all(row["same"] for row in rows),
    }


def key_at(kbps: float) -> str:
    """The column of what coding adds to the mel error at another rate."""
    return f"excess_db_at_{kbps:g}_kbps"


def judge_one(clip: Clip, model: Model, seed: int, steps: int, others: Sequence[float]) -> dict[str, Any]:
    """A row of the table."""
    began = time.perf_counter()
    encoded = encode_clip(clip, DdcmSettings(kbps=KBPS, steps=steps), seed, model, Control())
    encode_s = time.perf_counter() - began
    began = time.perf_counter()
    mel = decode_mel(*unpacked(encoded.data, str(clip.path)), model, Control())
    decode_s = time.perf_counter() - began

    def excess_db(settings: DdcmSettings) -> float:
        other = encode_clip(clip, settings, seed, model, Control())
        return other.mel_db - other.ceiling_db

    return {
        "length_s": clip.duration_s,
        "bytes": len(encoded.data),
        "rate_off_percent": 100 * abs(8 * len(encoded.data) / clip.duration_s / 1000 / KBPS - 1),
        "vae_db": encoded.ceiling_db,
        "excess_db": encoded.mel_db - encoded.ceiling_db,
        "published_excess_db": excess_db(DdcmSettings(kbps=KBPS, steps=steps, variant="published")),
        "soft_excess_db": soft_error_db(clip, model, seed) - encoded.ceiling_db,
        **{key_at(kbps): excess_db(DdcmSettings(kbps=kbps, steps=steps)) for kbps in others},
        "encode_s": encode_s * LONGEST_S / clip.duration_s,
        "decode_s": decode_s * LONGEST_S / clip.duration_s,
        "same": bool(torch.equal(mel, encoded.mel)),
    }


def soft_error_db(clip: Clip, model: Model, seed: int) -> float:
    """Mel error of the soft codebook."""
    mel = analyse(clip, 0, clip.frames, model.spec, model.placement.device, Control()).mel
    everything = torch.ones_like(mel)
    target = Target(mel, everything, everything, keeps_level=True)
    generator = torch.Generator().manual_seed(seed)
    return mel_error_db(METHODS["ddcm"](target, model, DdcmSettings(variant="soft"), generator, Control()), mel)

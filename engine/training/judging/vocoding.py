"""Copy synthesis: the true mel made heard again, by the model's vocoder and by fast Griffin-Lim.

PESQ is ITU-T P.862.2 (wide band, 16 kHz) of speech, where the package is installed; the multi-resolution STFT
distance is `engine.metrics`'.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.mel import MelSpec
from engine.metrics import compare
from engine.model.load import Model
from engine.progress import Control
from engine.render import alone
from engine.render.vocoder import heard
from engine.settings import GriffinLimSettings
from engine.training.judging.medians import by_kind
from engine.training.judging.pieces import Piece

LONGEST_S = 10.0
ITERATIONS = 100
TIMINGS = 3
KEYS = ("pesq", "mrstft", "mel_db")
Renderer = Callable[[Tensor], NDArray[np.float32]]


def copy_synthesis(renderers: dict[str, Renderer], pieces: Sequence[Piece], spec: MelSpec) -> dict[str, Any]:
    """Synthesise the first 10 s of every piece from its own mel, and measure it against the recording.

    Args:
        renderers: by name; each log-mel (T, bands) -> (T * hop,) samples.

    Returns:
        ``rows`` and ``medians`` with the keys ``pesq_NAME`` (speech), ``mrstft_NAME`` and ``mel_db_NAME``.
    """
    rows: list[dict[str, Any]] = []
    for piece in pieces:
        mel = piece.mel[: round(LONGEST_S * spec.rate / spec.hop)]
        row: dict[str, Any] = {"file": piece.name, "kind": piece.kind}
        for name, render in renderers.items():
            rendered = render(mel)
            frames = min(len(rendered), len(piece.sound))
            measures = compare(piece.sound[None, :frames].numpy(), rendered[None, :frames], spec.rate)
            row |= {f"{key}_{name}": getattr(measures, key) for key in KEYS}
            if piece.kind != "speech":
                row[f"pesq_{name}"] = None
        rows.append(row)
    return {"rows": rows, "medians": by_kind(rows, [f"{key}_{name}" for name in renderers for key in KEYS])}


def vocoder_against_griffinlim(
    model: Model, pieces: Sequence[Piece], *, seed: int, report: Callable[[str], None]
) -> dict[str, Any]:
    """`copy_synthesis` by both, with the median wall time of each for 10 s in ``medians["all"]``."""
    if importlib.util.find_spec("pesq") is None:
        report("no PESQ: the package pesq is not installed (pip install 'retake[speech]')")
    renderers = {"vocoder": by_vocoder(model), "griffinlim": by_griffinlim(model.spec, ITERATIONS, seed)}
    result = copy_synthesis(renderers, pieces, model.spec)
    frames = round(LONGEST_S * model.spec.rate / model.spec.hop)
    mel = pieces[0].mel[torch.arange(frames, device=pieces[0].mel.device) % len(pieces[0].mel)]
    for name, render in renderers.items():
        result["medians"]["all"][f"seconds_{name}"] = median_seconds(partial(render, mel))
    for name, column in result["medians"].items():
        figures = (f"{key} {value:.3f}" for key, value in column.items() if value is not None)
        report(f"vocoding, {name}: " + ", ".join(figures))
    return result


def by_vocoder(model: Model) -> Renderer:
    """The model's own vocoder."""
    return lambda mel: heard(model.vocoder, mel, model.spec.hop)


def by_griffinlim(spec: MelSpec, iterations: int, seed: int) -> Renderer:
    """Fast Griffin-Lim of everything, nothing held, with a phase that starts at random."""
    settings = GriffinLimSettings(iterations=iterations)
    generator = torch.Generator().manual_seed(seed)
    return lambda mel: alone.by_griffinlim(mel, spec, settings, generator, Control())


def median_seconds(work: Callable[[], object], timings: int = TIMINGS) -> float:
    """Median wall time of ``work`` after a first run that doesn't count; its result must lie on the CPU."""
    work()
    seconds = []
    for _ in range(timings):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)

"""Wall time of a model's parts for 10 s of sound on two cores of the CPU, in the format that jobs compute in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from engine.model.load import Model
from engine.render.vocoder import heard
from engine.training.judging.sampler import Sample
from engine.training.judging.vocoding import median_seconds

THREADS = 2
SECONDS = 10.0
FEW_STEPS, MANY_STEPS = 2, 8
TIMINGS = 5


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Compute with ``count`` threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def speeds(model: Model, sample: Sample | None, report: Callable[[str], None]) -> dict[str, Any]:
    """Median times of one step of the sampler, of the VAE there and back, and of the vocoder.

    Args:
        model: on the CPU, with every component that is to be timed.
        sample: of that model; a step is what more steps take more, divided by their number.

    Returns:
        ``medians["all"]`` with ``unet_step_s``, ``vae_s`` and ``vocoder_s`` (those there are), and what they were
        measured with: ``threads``, ``dtype``.
    """
    spec = model.spec
    frames = -(-round(SECONDS * spec.rate / spec.hop) // 32) * 32
    noise = torch.randn(1, frames, spec.bands, generator=torch.Generator().manual_seed(0))
    mel = (noise - 5).clamp_min(spec.silence)
    column: dict[str, float | None] = {}
    with threads(THREADS):
        column["vae_s"] = median_seconds(lambda: model.decode(model.encode(mel[:, None])), TIMINGS)
        if sample is not None:
            column["unet_step_s"] = step_seconds(sample, mel)
        if model.vocoder is not None:
            column["vocoder_s"] = median_seconds(lambda: heard(model.vocoder, mel[0], spec.hop), TIMINGS)
    report("speed: " + ", ".join(f"{key} {value:.3f}" for key, value in column.items()))
    return {"medians": {"all": column}, "threads": THREADS, "dtype": str(model.placement.dtype).split(".")[-1]}


def step_seconds(sample: Sample, mel: Tensor) -> float:
    """What one more step takes."""

    def seconds(steps: int) -> float:
        generator = torch.Generator().manual_seed(0)
        trust = torch.zeros_like(mel)
        return median_seconds(
            lambda: sample(mel, trust, kind="any", steps=steps, start=1.0, generator=generator), TIMINGS
        )

    return (seconds(MANY_STEPS) - seconds(FEW_STEPS)) / (MANY_STEPS - FEW_STEPS)

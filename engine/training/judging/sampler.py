"""What the judging of a diffusion model asks of its sampler and of the classical guess that it starts from."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor


class Sample(Protocol):
    """`engine.model.denoiser.sample_mel` with a model and a guidance bound to it."""

    def __call__(
        self,
        guess: Tensor,
        trust: Tensor,
        *,
        kind: str,
        steps: int,
        start: float,
        generator: torch.Generator,
        hold: bool = True,
    ) -> Tensor:
        """Log-mel (B, T, bands) from a guess and a trust of that shape, from the noise level ``start`` in 0..1."""


class Guess(Protocol):
    """`engine.guess.interpolated`."""

    def __call__(self, mel: Tensor, trust: Tensor) -> Tensor:
        """Log-mel (..., T, bands), linearly interpolated over time where trust is 0."""

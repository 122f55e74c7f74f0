"""The energy that the cells of a log-mel stand for."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.filterbank import mel_edges_hz
from engine.mel import MelSpec

AUDIBLE = 1e-3  # nepers above silence; what lies below holds nothing


def cell_energy(mel: Tensor, spec: MelSpec) -> Tensor:
    """Log-mel (..., T, bands) -> energy of each cell, up to one factor: a wide band of the same level holds more."""
    edges = mel_edges_hz(spec.bands, spec.low_hz, spec.high_hz)
    widths = torch.from_numpy(edges[2:] - edges[:-2]).to(mel)
    return (2 * mel).exp() * (mel > spec.silence + AUDIBLE) * widths


def bands_above(cutoff_hz: float, spec: MelSpec) -> int:
    """The first band whose centre lies above a frequency."""
    centres = mel_edges_hz(spec.bands, spec.low_hz, spec.high_hz)[1:-1]
    return int((centres <= cutoff_hz).sum())

"""From mel bands to the bins of whatever transform a renderer works on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.filterbank import mel_edges_hz


def bin_weights(
    bins_hz: npt.NDArray[np.floating], bands: int, low_hz: float, high_hz: float
) -> npt.NDArray[np.float32]:
    """How much each band says about each frequency: Slaney's filterbank normalised per bin over the bands.

    A bin outside all bands takes the band whose centre is nearest.

    Args:
        bins_hz: (bins,) any frequencies, not only those of the mel analysis.

    Returns:
        (bins, bands) float32, rows summing to 1.
    """
    edges_hz = mel_edges_hz(bands, low_hz, high_hz)
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    at_hz = bins_hz[:, None]
    triangles = np.minimum((at_hz - low) / (centre - low), (high - at_hz) / (high - centre))
    weights = np.maximum(0.0, triangles) * (2.0 / (high - low))
    outside = np.flatnonzero(weights.sum(axis=1) <= 0)
    weights[outside, np.abs(at_hz[outside] - centre).argmin(axis=1)] = 1.0
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)

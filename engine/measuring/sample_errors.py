"""Measures of the samples themselves: SNR, SI-SDR, squared and absolute error, correlation.

Source of SI-SDR: Le Roux et al., "SDR - half-baked or well done?", ICASSP 2019.
"""

from __future__ import annotations

import math

import numpy as np

from engine.measuring.measures import finite, ratio_db
from engine.measuring.streams import Samples

# Below this share of the error's energy the part that no gain explains is rounding of the sums.
SCALE_ONLY = 1e-13


class SampleErrors:
    """SNR, SI-SDR, MSE, MAE and correlation from running sums.

    The centred second moments of (reference, result, error) are merged block by block after Chan, Golub and
    LeVeque 1983. The error s_hat - s is a signal of its own, so that a small one is not the difference of two
    large sums.
    """

    def __init__(self) -> None:
        self._count = 0
        self._means = np.zeros(3)
        self._moments = np.zeros((3, 3))
        self._energy = np.zeros(3)
        self._absolute = 0.0

    def push(self, reference: Samples, result: Samples) -> None:
        """Take ``(C, n)`` of both."""
        if not reference.size:
            return
        rows = np.empty((3, reference.size))
        rows[0], rows[1] = reference.ravel(), result.ravel()
        np.subtract(rows[1], rows[0], out=rows[2])
        self._energy += np.einsum("ij,ij->i", rows, rows)
        self._absolute += float(np.abs(rows[2]).sum())
        means = rows.mean(axis=1)
        rows -= means[:, None]
        step = means - self._means
        total = self._count + reference.size
        self._moments += rows @ rows.T + np.outer(step, step) * (self._count * reference.size / total)
        self._means += step * (reference.size / total)
        self._count = total

    def measures(self) -> dict[str, float | None]:
        """Five of the fields of `Measures`, by name."""
        count = max(self._count, 1)
        undefined = self._count == 0
        return {
            "snr_db": ratio_db(self._energy[0], self._energy[2]),
            "si_sdr_db": self._si_sdr_db(),
            "mse": None if undefined else finite(self._energy[2] / count),
            "mae": None if undefined else finite(self._absolute / count),
            "correlation": self._correlation(),
        }

    def _si_sdr_db(self) -> float | None:
        if self._constant(0) or self._constant(1):
            return None
        moments = self._moments
        # Le Roux et al.: ||a s||^2 / ||a s - s_hat||^2 with a = <s_hat, s> / ||s||^2; here s_hat = s + e.
        target = moments[0, 1] ** 2 / moments[0, 0]
        residual = moments[2, 2] - moments[0, 2] ** 2 / moments[0, 0]
        return None if residual <= SCALE_ONLY * moments[2, 2] else ratio_db(target, residual)

    def _correlation(self) -> float | None:
        if self._constant(0) or self._constant(1):
            return None
        moments = self._moments
        value = finite(moments[0, 1] / math.sqrt(moments[0, 0] * moments[1, 1]))
        return None if value is None else min(1.0, max(-1.0, value))

    def _constant(self, row: int) -> bool:
        return bool(self._moments[row, row] <= 1e-20 * self._energy[row])

"""The numbers that a comparison ends in, and when there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class BandRetention:
    """Energy of the result in percent of the reference's, by band; None where the reference holds nothing."""

    low: float | None
    mid: float | None
    high: float | None


@dataclass(frozen=True)
class Measures:
    """What `compare` found, in the order of ``retake compare --json``. None: undefined (see `engine.metrics`)."""

    snr_db: float | None
    si_sdr_db: float | None
    mse: float | None
    mae: float | None
    correlation: float | None
    mel_db: float | None
    lsd_db: float | None
    mrstft: float | None
    band_retention: BandRetention
    lufs_reference: float | None
    lufs_result: float | None
    true_peak_dbtp: float | None
    pesq: float | None
    stoi: float | None

    def as_json(self) -> dict[str, object]:
        """Keys in the contract's order; finite numbers or None, never NaN or an infinity."""
        row: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        bands = self.band_retention
        row["band_retention"] = {"low": bands.low, "mid": bands.mid, "high": bands.high}
        return row


def ratio_db(numerator: float, denominator: float) -> float | None:
    """10 lg of a ratio of energies in dB; None unless both are above 0."""
    if not (numerator > 0 and denominator > 0):
        return None
    return finite(10 * math.log10(numerator) - 10 * math.log10(denominator))


def finite(value: float) -> float | None:
    """The value, or None for NaN and the infinities."""
    return float(value) if math.isfinite(value) else None

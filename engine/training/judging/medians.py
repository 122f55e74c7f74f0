"""Medians of rows, for each kind of recording and over all."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

KIND_NAMES = ("speech", "music", "environment")

Row = Mapping[str, Any]
Medians = dict[str, dict[str, float | None]]


def median_of(rows: Sequence[Row], key: str) -> float | None:
    """The median of a column over the rows where it is defined."""
    values = [row[key] for row in rows if row.get(key) is not None]
    return statistics.median(values) if values else None


def by_kind(rows: Sequence[Row], keys: Sequence[str]) -> Medians:
    """Medians of ``keys``: of each kind that the rows (with ``kind``) hold, and ``all``."""
    kinds = [kind for kind in KIND_NAMES if any(row["kind"] == kind for row in rows)]
    columns = {kind: [row for row in rows if row["kind"] == kind] for kind in kinds} | {"all": list(rows)}
    return {name: {key: median_of(chosen, key) for key in keys} for name, chosen in columns.items()}


def finite(value: float) -> float | None:
    """The value, or None where it is not a finite number, which JSON can't write."""
    return float(value) if math.isfinite(value) else None

"""From mel cells to the cells of a renderer's own transform."""

from __future__ import annotations

from torch import Tensor


def rows_at(rows: Tensor, position: Tensor) -> Tensor:
    """Rows of (T, ...) at fractional positions (n,), linearly interpolated, held beyond the ends: (n, ...)."""
    position = position.clamp(0, len(rows) - 1)
    below = position.floor().long().clamp_max(max(0, len(rows) - 2))
    part = (position - below).reshape(-1, *[1] * (rows.dim() - 1)).to(rows)
    return rows[below] * (1 - part) + rows[(below + 1).clamp_max(len(rows) - 1)] * part

"""From mel cells to the cells of a renderer's own transform."""

from __future__ import annotations

import torch
from torch import Tensor


def rows_at(rows: Tensor, position: Tensor) -> Tensor:
    """Rows of (T, ...) at fractional positions (n,), linearly interpolated, held beyond the ends: (n, ...)."""
    position = position.clamp(0, len(rows) - 1)
    below = position.floor().long().clamp_max(max(0, len(rows) - 2))
    part = (position - below).reshape(-1, *[1] * (rows.dim() - 1)).to(rows)
    return rows[below] * (1 - part) + rows[(below + 1).clamp_max(len(rows) - 1)] * part


def spread_in_time(cells: Tensor, rows: int) -> Tensor:
    """The largest of each band's cells (T, bands) within ``rows`` before and after."""
    columns = cells.T[None]  # (T, bands) -> (1, bands, T)
    return torch.nn.functional.max_pool1d(columns, 2 * rows + 1, stride=1, padding=rows)[0].T

from __future__ import annotations

import pytest
import torch

from engine.render.cells import rows_at, spread_in_time


def test_rows_between_frames_are_interpolated_and_held_beyond_the_ends() -> None:
    rows = torch.tensor([[0.0, 10.0], [2.0, 20.0]])
    found = rows_at(rows, torch.tensor([-3.0, 0.25, 1.0, 7.0]))
    assert found[:, 0].tolist() == [0, 0.5, 2, 2]
    assert found[:, 1].tolist() == [10, 12.5, 20, 20]


def test_rows_of_any_shape_and_a_single_one() -> None:
    assert rows_at(torch.ones(1, 3, 2, 2), torch.tensor([0.0, 4.0])).shape == (2, 3, 2, 2)


def test_cells_spread_in_time_alone() -> None:
    cells = torch.zeros(20, 3)
    cells[10, 1] = 1
    spread = spread_in_time(cells, 2)
    assert torch.nonzero(spread).tolist() == [[row, 1] for row in range(8, 13)]
    assert float(spread.max()) == pytest.approx(1)

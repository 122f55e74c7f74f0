from __future__ import annotations

import time

import pytest
import torch
from torch import Tensor

from engine.training.judging import speed


def slow_sampler(
    guess: Tensor, trust: Tensor, *, kind: str, steps: int, start: float, generator: torch.Generator
) -> Tensor:
    """20 ms before the first step, 5 ms each."""
    time.sleep(0.02 + 0.005 * steps)
    return guess


def test_a_step_is_timed_without_what_comes_before_it() -> None:
    assert speed.step_seconds(slow_sampler, torch.zeros(1, 32, 64)) == pytest.approx(0.005, abs=0.002)


def test_the_number_of_threads_is_put_back() -> None:
    before = torch.get_num_threads()
    with speed.threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before

from __future__ import annotations

import math

import pytest
import torch

from engine.wiener import LEAST_RATIO, alpha_for, decision_directed, log_ratio_both_ways


def test_a_steady_sound_is_found_at_its_ratio() -> None:
    """Where the posterior ratio is 1 + xi and steady, xi is the estimate's fixed point, but for what the gain takes."""
    found = decision_directed(torch.full((400, 3), 101.0), 0.98)
    assert found[-1].tolist() == pytest.approx([100.0] * 3, rel=0.03)


def test_noise_alone_stays_at_the_floor() -> None:
    ratio = -torch.rand(300, 200, generator=torch.Generator().manual_seed(0)).log()  # exponential, mean 1
    found = decision_directed(ratio, 0.98)
    assert float(found.median()) < 2 * LEAST_RATIO


def test_it_is_the_recursion_of_the_paper() -> None:
    """Equation 51, written out for one bin."""
    ratio = torch.tensor([3.0, 5.0, 0.5, 8.0])
    prior, wanted = 2.0, []
    for gamma in ratio.tolist():
        xi = max(0.9 * prior + 0.1 * max(gamma - 1, 0), LEAST_RATIO)
        wanted.append(xi)
        prior = (xi / (1 + xi)) ** 2 * gamma
    assert decision_directed(ratio[:, None], 0.9)[:, 0].tolist() == pytest.approx(wanted, rel=1e-5)


def test_both_ways_an_onset_and_an_end_are_treated_alike() -> None:
    ratio = torch.ones(60, 4)
    ratio[20:40] = 50.0
    found = log_ratio_both_ways(ratio, 0.95)
    torch.testing.assert_close(found, found.flip(0))
    one_way = decision_directed(ratio, 0.95).log()
    assert float(found[20, 0]) > float(one_way[20, 0])


def test_alpha_keeps_the_time_constant_whatever_the_hop() -> None:
    assert alpha_for(0.02, 0.4) == pytest.approx(alpha_for(0.01, 0.4) ** 2)
    assert alpha_for(0.02, 0.4) == pytest.approx(math.exp(-0.05))

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.guess import extended, interpolated, subtracted


def test_a_gap_is_bridged_by_a_straight_line_as_numpy_draws_it() -> None:
    mel = torch.randn(2, 40, 8, generator=torch.Generator().manual_seed(0))
    trust = torch.ones_like(mel)
    trust[0, 10:20] = 0
    trust[1, 25:31, 3:5] = 0.2
    out = interpolated(mel, trust)
    for item in range(2):
        for band in range(8):
            known = trust[item, :, band].numpy() >= 0.5
            wanted = np.interp(np.arange(40), np.flatnonzero(known), mel[item, known, band].numpy())
            assert out[item, :, band].numpy() == pytest.approx(wanted, abs=1e-5)


def test_a_gap_at_the_edge_holds_the_nearest_cell() -> None:
    mel = torch.arange(12.0)[:, None].expand(12, 3).clone()
    trust = torch.ones_like(mel)
    trust[:4] = 0
    trust[10:] = 0
    out = interpolated(mel, trust)
    assert out[:, 0].tolist() == [4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 9, 9]


def test_a_band_of_which_nothing_is_known_stays() -> None:
    mel = torch.randn(10, 4)
    trust = torch.ones_like(mel)
    trust[:, 2] = 0
    assert torch.equal(interpolated(mel, trust), mel)


def test_the_envelope_goes_on_with_the_slope_of_the_bands_below() -> None:
    place = torch.arange(64.0)
    mel = (-0.1 * place).expand(1, 30, 64).clone()
    damaged = mel.clone()
    damaged[..., 40:] = -11.5
    torch.testing.assert_close(extended(damaged, torch.tensor([40])), mel, atol=1e-3, rtol=0)


def test_the_envelope_never_rises_above_the_cut_off() -> None:
    mel = (0.2 * torch.arange(64.0)).expand(1, 30, 64).clone()
    out = extended(mel, torch.tensor([40]))
    assert float(out[..., 40:].max()) <= float(mel[..., 39].max())


def test_the_level_above_the_cut_off_follows_the_level_below_it_over_time() -> None:
    mel = torch.full((1, 40, 64), -6.0)
    mel[:, 20:, :40] = -2.0
    out = extended(mel, torch.tensor([40]))
    assert float(out[0, 35, 50] - out[0, 5, 50]) == pytest.approx(4.0, abs=0.1)


def test_subtracting_known_noise_leaves_the_signal() -> None:
    signal = torch.linspace(-8, 0, 50)[:, None].expand(50, 4)
    noise = torch.full((1, 4), -5.0)
    mixed = 0.5 * ((2 * signal).exp() + (2 * noise).exp()).log()
    estimate, trust = subtracted(mixed, noise)
    ratio_db = 8.685890 * (signal - noise)
    above = ratio_db > -20
    assert float((estimate - signal)[above].abs().max()) < 1e-3
    assert float((trust - (2 * (signal - noise)).sigmoid())[above].abs().max()) < 1e-3

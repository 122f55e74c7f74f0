from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.guess import extended, interpolated, subtracted, textured


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


def rough_mel(frames: int = 200) -> torch.Tensor:
    """A log-mel whose bands move together and apart."""
    generator = torch.Generator().manual_seed(3)
    common = torch.randn(frames, 1, generator=generator)
    return -5 + 0.5 * common + 0.5 * torch.randn(frames, 16, generator=generator)


def bridged_and_textured(mel: torch.Tensor, gap: slice, seed: int = 0, share: float = 1.0, bands: slice = slice(None)):
    trust = torch.ones_like(mel)
    trust[gap, bands] = 0
    line = interpolated(mel, trust)
    return line, textured(mel, line, trust, share, torch.Generator().manual_seed(seed))


def test_a_textured_guess_moves_as_much_as_what_lies_around() -> None:
    mel, gap = rough_mel(), slice(90, 120)
    line, out = bridged_and_textured(mel, gap)
    around = float(mel[:90].std(dim=0).mean())
    assert float(line[gap].std(dim=0).mean()) < 0.5 * around
    assert float(out[gap].std(dim=0).mean()) == pytest.approx(around, rel=0.35)


def test_bands_of_a_texture_move_together_as_they_do_around() -> None:
    mel, gap = rough_mel(), slice(80, 120)
    _, out = bridged_and_textured(mel, gap)
    assert float(np.corrcoef(out[gap].numpy().T)[0, 1:].mean()) > 0.2


def test_a_texture_has_the_level_of_the_frames_beside_it() -> None:
    mel, gap = rough_mel(), slice(90, 120)
    _, out = bridged_and_textured(mel, gap)
    beside = torch.cat([mel[86:90], mel[120:124]])
    levels = [0.5 * float(torch.exp(2 * cells).mean().log()) for cells in (out[gap], beside)]
    assert levels[0] == pytest.approx(levels[1], abs=0.25)


def test_a_texture_changes_only_what_is_not_trusted() -> None:
    mel, gap, bands = rough_mel(), slice(90, 120), slice(4, 9)
    _, out = bridged_and_textured(mel, gap, bands=bands)
    changed = out != mel
    assert bool(changed[gap, bands].all())
    changed[gap, bands] = False
    assert not bool(changed.any())


def test_textures_follow_their_seed_and_share() -> None:
    mel, gap = rough_mel(), slice(90, 120)
    first, again, other = (bridged_and_textured(mel, gap, seed)[1] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    line, none = bridged_and_textured(mel, gap, share=0.0)
    assert torch.equal(line, none)


def test_a_hole_longer_than_what_lies_around_is_textured_throughout() -> None:
    mel, gap = rough_mel(400), slice(60, 360)
    line, out = bridged_and_textured(mel, gap)
    moved = (out - line)[gap].std(dim=1)
    assert float(moved.reshape(10, 30).mean(dim=1).min()) > 0.15


@pytest.mark.parametrize("gap", [slice(0, 20), slice(0, 30), slice(2, 28), slice(10, 30), slice(14, 15)])
def test_holes_at_the_ends_and_over_everything_are_no_error(gap) -> None:
    line, out = bridged_and_textured(rough_mel(30), gap)
    assert bool(torch.isfinite(out).all())
    assert out.shape == line.shape


def test_texture_of_bursts_and_silence_is_never_louder_than_what_lies_around() -> None:
    """A stretch whose ends are quiet deviates by far from the line between them."""
    mel = torch.full((200, 64), -11.0)
    mel[20:50] = mel[140:165] = -2.0
    mel += 0.3 * torch.randn(mel.shape, generator=torch.Generator().manual_seed(0))
    trust = torch.ones_like(mel)
    trust[80:105] = 0
    for seed in range(20):
        made = textured(mel, interpolated(mel, trust), trust, 0.85, torch.Generator().manual_seed(seed))
        assert float(made[80:105].exp().square().mean().log()) / 2 < -8.5
        assert bool((made <= mel.amax(dim=0)).all())

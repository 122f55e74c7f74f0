from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.mel import MelSpec, log_mel_from_magnitude, magnitude
from engine.training import degradations
from engine.training.crops import Crops
from engine.training.degradations import bands_below, clipped, clipping_trust, damaged_batch, low_passed

SPEC = MelSpec()


def one_kind(monkeypatch: pytest.MonkeyPatch, corpus, name: str, size: int = 6, frames: int = 128):
    monkeypatch.setattr(degradations, "SHARES", {name: 1.0})
    return damaged_batch(Crops(corpus, SPEC, frames), np.random.default_rng(3), size, frames)


def test_damage_follows_from_the_generator(small_corpus) -> None:
    crops = Crops(small_corpus, SPEC, 64)
    first, again = (damaged_batch(crops, np.random.default_rng(5), 12, 64) for _ in range(2))
    assert torch.equal(first.guess, again.guess)
    assert torch.equal(first.trust, again.trust)


def test_every_kind_of_damage_gives_finite_mels_and_trust_between_0_and_1(small_corpus, monkeypatch) -> None:
    for name in degradations.SHARES.copy():
        damaged = one_kind(monkeypatch, small_corpus, name)
        for mel in (damaged.clean, damaged.guess):
            assert torch.isfinite(mel).all(), name
            assert float(mel.min()) >= SPEC.silence - 1e-4, name
        assert 0 <= float(damaged.trust.min()) <= float(damaged.trust.max()) <= 1, name


@pytest.mark.parametrize("name", ["gap", "holes", "none"])
def test_what_is_trusted_is_the_clean_mel(small_corpus, monkeypatch, name) -> None:
    damaged = one_kind(monkeypatch, small_corpus, name)
    trusted = damaged.trust == 1
    assert trusted.any()
    torch.testing.assert_close(damaged.guess[trusted], damaged.clean[trusted])


def test_without_damage_all_is_trusted_and_with_nothing_none(small_corpus, monkeypatch) -> None:
    assert float(one_kind(monkeypatch, small_corpus, "none").trust.min()) == 1
    assert float(one_kind(monkeypatch, small_corpus, "nothing").trust.max()) == 0


def test_a_low_pass_takes_what_is_above_and_leaves_what_is_below() -> None:
    sound = torch.from_numpy(np.random.default_rng(0).standard_normal(16000).astype(np.float32))
    power = torch.fft.rfft(low_passed(sound, 3000, 16000, 200)).abs().square()
    before = torch.fft.rfft(sound).abs().square()
    assert float(power[3010:].sum() / before[3010:].sum()) < 1e-6
    torch.testing.assert_close(power[:2790], before[:2790], rtol=1e-3, atol=1e-2)


def test_clipping_flattens_the_share_asked_for_and_distrusts_those_frames_alone() -> None:
    sound = 0.1 * torch.sin(torch.arange(432 * 2 + 160 * 50) / 7.0)
    sound[432 + 160 * 20 : 432 + 160 * 22] *= 4
    harmed = clipped(sound, 0.02)
    assert float((harmed != sound).float().mean()) == pytest.approx(0.02, abs=0.005)
    trust = clipping_trust(sound, harmed, SPEC)
    assert trust.shape == (50,)
    assert set(torch.nonzero(trust < 1)[:, 0].tolist()) == set(range(20 - 4, 21 + 4 + 1))
    clean, heard = (log_mel_from_magnitude(magnitude(x[None], SPEC), SPEC) for x in (sound, harmed))
    torch.testing.assert_close(heard[trust == 1], clean[trust == 1])


def test_bands_below_a_cut_off_reach_no_higher() -> None:
    assert bands_below(8000, SPEC) == 64
    assert bands_below(50, SPEC) == 1
    assert bands_below(1000, SPEC) < bands_below(4000, SPEC) < 64


def test_below_a_cut_off_what_is_trusted_is_near_the_clean_mel(small_corpus, monkeypatch) -> None:
    damaged = one_kind(monkeypatch, small_corpus, "band", size=12)
    heard = (damaged.trust == 1) & (damaged.clean > -8)
    assert heard.any()
    assert float((damaged.guess - damaged.clean)[heard].abs().mean()) < 0.05


def test_noise_is_trusted_less_where_there_is_more_of_it(small_corpus, monkeypatch) -> None:
    damaged = one_kind(monkeypatch, small_corpus, "noise", size=12)
    error = (damaged.guess - damaged.clean).abs()
    assert float(error[damaged.trust > 0.9].mean()) < 0.3 * float(error[damaged.trust < 0.1].mean())

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import Cancelled
from engine.mel import MelSpec, log_mel, measure_level
from engine.model.load import load_model
from engine.progress import Control
from engine.render import alone, griffinlim, vocoder
from engine.settings import GriffinLimSettings

SPEC = MelSpec()


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def levelled_mel(sound: np.ndarray) -> torch.Tensor:
    signal = torch.from_numpy(sound)
    return log_mel(measure_level(signal).apply(signal), SPEC)


def test_griffin_lim_makes_the_mel_that_it_is_given(made_noise) -> None:
    mel = levelled_mel(made_noise(length_s=1.0))
    sound = alone.by_griffinlim(mel, SPEC, GriffinLimSettings(), seeded(), Control())
    assert sound.shape == (len(mel) * SPEC.hop,)
    heard = log_mel(torch.from_numpy(sound)[None], SPEC)
    assert 8.686 * float((heard - mel)[4:-4].abs().mean()) < 1.0


def test_a_long_mel_goes_in_blocks_that_continue_each_other(made_noise, monkeypatch) -> None:
    mel = levelled_mel(made_noise(length_s=3.0))
    monkeypatch.setattr(griffinlim, "BLOCK_MEL_FRAMES", 100)
    sound = alone.by_griffinlim(mel, SPEC, GriffinLimSettings(), seeded(), Control())
    heard = log_mel(torch.from_numpy(sound)[None], SPEC)
    error_db = 8.686 * (heard - mel)[4:-4].abs().mean(dim=1)
    assert float(error_db[92:100].mean()) < 1.5 * float(error_db.mean())


def test_silence_is_silent(made_noise) -> None:
    mel = torch.full((64, 64), SPEC.silence)
    assert np.abs(alone.by_griffinlim(mel, SPEC, GriffinLimSettings(), seeded(), Control())).max() < 1e-4


def test_a_models_vocoder_is_used_where_it_has_one(made_model, bundled) -> None:
    with_one = load_model(str(made_model(vocoder=True)), "cpu", ("vae", "vocoder"))
    assert (alone.renderer_for(with_one), alone.renderer_for(bundled)) == ("vocoder", "griffinlim")
    mel = -6 + torch.randn(80, 64, generator=seeded())
    np.testing.assert_array_equal(
        alone.sound_of(mel, with_one, seeded(), Control()), vocoder.heard(with_one.vocoder, mel, SPEC.hop)
    )
    np.testing.assert_array_equal(
        alone.sound_of(mel, bundled, seeded(), Control()),
        alone.by_griffinlim(mel, SPEC, GriffinLimSettings(), seeded(), Control()),
    )


def test_cancelling_is_answered_within_an_iteration() -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        alone.by_griffinlim(
            torch.full((50, 64), -5.0), SPEC, GriffinLimSettings(), seeded(), Control(cancelled=cancelled)
        )
    assert len(asked) == 4

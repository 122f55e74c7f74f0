from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import ModelError
from engine.model.load import load_model
from engine.progress import Control
from engine.render import vocoder
from engine.settings import VocoderSettings


@pytest.fixture
def with_vocoder(made_model):
    return load_model(str(made_model(vocoder=True)), "cpu", ("vae", "vocoder"))


def test_the_mel_goes_in_frames_first_and_the_end_is_trimmed(with_vocoder) -> None:
    mel = torch.randn(50, 64)
    with torch.inference_mode():
        whole = with_vocoder.vocoder(mel[None])[0].numpy()
    assert len(whole) == 50 * 160 + 32
    np.testing.assert_array_equal(vocoder.heard(with_vocoder.vocoder, mel, 160), whole[: 50 * 160])


def test_it_renders_at_the_recordings_rate_and_channels(made_scene, made_noise, with_vocoder) -> None:
    noise = made_noise(length_s=1.0, rate=44100, channels=2)
    scene = made_scene(noise, 44100, model=with_vocoder)
    out = vocoder.render(scene, VocoderSettings(), torch.Generator(), Control())
    assert out.shape == noise.shape
    assert np.isfinite(out).all()
    assert np.abs(out - noise).max() > 0.01


def test_windows_are_joined_without_a_gap(made_scene, made_noise, with_vocoder, monkeypatch) -> None:
    scene = made_scene(made_noise(length_s=3.0), 16000, model=with_vocoder)
    whole = vocoder.render(scene, VocoderSettings(), torch.Generator(), Control())
    monkeypatch.setattr(vocoder, "WINDOW_FRAMES", 128)
    joined = vocoder.render(scene, VocoderSettings(), torch.Generator(), Control())
    # The network hears some 60 frames to either side; beyond them windows make no difference.
    assert np.abs(joined - whole).max() < 0.05 * np.abs(whole).max()


def test_a_model_without_a_vocoder_is_refused(made_scene, made_noise) -> None:
    scene = made_scene(made_noise(), 16000)
    with pytest.raises(ModelError, match="renderer vocoder needs a vocoder; model bundled has none"):
        vocoder.render(scene, VocoderSettings(), torch.Generator(), Control())


def test_a_vocoder_of_another_hop_is_refused(with_vocoder) -> None:
    with pytest.raises(ModelError, match=r"samples a mel frame; the mel's hop is 200"):
        vocoder.heard(with_vocoder.vocoder, torch.randn(50, 64), 200)


def test_kept_bands_pass_beside_absent_ones(made_scene, made_noise, made_tone, with_vocoder) -> None:
    sound = made_tone(length_s=1.0, frequency_hz=300) + made_noise(rms=0.01)
    scene = made_scene(sound, 16000, model=with_vocoder, absent_bands=slice(30, 64))
    out = vocoder.render(scene, VocoderSettings(), torch.Generator(), Control())
    change = np.abs(np.fft.rfft((out - sound)[0, 3200:-3200] * np.hanning(9600)))
    assert np.square(change[:900]).sum() < 1e-4 * np.square(change).sum()  # up to 1500 Hz, of 8000

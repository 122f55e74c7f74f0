from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import librosa
import numpy as np
import pytest
import torch

from engine.errors import ModelError
from engine.mel import MelSpec, log_mel, measure_level

REFERENCE_TOLERANCE = 2e-5  # nepers


def librosa_log_mel(sound: np.ndarray, spec: MelSpec) -> np.ndarray:
    """The same by librosa: magnitudes (power=1), our padding, no centring."""
    padded = np.pad(sound, spec.pad, mode="reflect")
    mel = librosa.feature.melspectrogram(
        y=padded,
        sr=spec.rate,
        n_fft=spec.n_fft,
        hop_length=spec.hop,
        window="hann",
        center=False,
        power=1,
        n_mels=spec.bands,
        fmin=spec.low_hz,
        fmax=spec.high_hz,
    )
    return np.log(np.maximum(mel, spec.floor)).T


@pytest.mark.parametrize(
    "spec", [MelSpec(), MelSpec(rate=48000, n_fft=2048, hop=480, bands=128, low_hz=40, high_hz=20000)]
)
def test_log_mel_equals_an_independent_implementation(made_noise: Callable[..., np.ndarray], spec: MelSpec) -> None:
    noise = made_noise(length_s=1.0, rate=spec.rate)[0] * np.linspace(0, 1, spec.rate, dtype=np.float32)
    ours = log_mel(torch.from_numpy(noise)[None], spec).numpy()
    theirs = librosa_log_mel(noise, spec)
    assert ours.shape == theirs.shape == (spec.rate // spec.hop, spec.bands)
    assert np.abs(ours - theirs).max() < REFERENCE_TOLERANCE


def test_a_batch_gives_what_its_members_give(made_noise: Callable[..., np.ndarray]) -> None:
    sounds = torch.from_numpy(np.stack([made_noise(channels=2, seed=seed) for seed in range(3)]))
    together = log_mel(sounds)
    assert together.shape == (3, 100, 64)
    for sound, mel in zip(sounds, together, strict=True):
        torch.testing.assert_close(log_mel(sound), mel, atol=1e-5, rtol=0)


def test_silence_lies_on_the_floor() -> None:
    mel = log_mel(torch.zeros(1, 4000))
    assert mel.unique().tolist() == pytest.approx([math.log(1e-5)])


def test_channels_out_of_phase_are_not_cancelled(made_noise: Callable[..., np.ndarray]) -> None:
    noise = torch.from_numpy(made_noise())
    opposed = torch.cat([noise, -noise])
    torch.testing.assert_close(log_mel(opposed), log_mel(noise), atol=1e-5, rtol=0)


def test_an_impulse_is_loudest_in_the_frame_that_is_centred_on_it() -> None:
    spec = MelSpec()
    for frame in (5, 40, 77):
        sound = torch.zeros(1, 16000)
        sound[0, frame * spec.hop + spec.hop // 2] = 1.0
        assert int(log_mel(sound).sum(dim=1).argmax()) == frame


@pytest.mark.parametrize("samples", [1, 2, 159, 160, 161, 500, 1024])
def test_short_sounds_are_analysed_whole(samples: int) -> None:
    sound = torch.full((1, samples), 0.1)
    sound[0, -1] = 0.5
    mel = log_mel(sound)
    assert mel.shape == (math.ceil(samples / 160), 64)
    assert torch.isfinite(mel).all()
    assert mel.max() > math.log(1e-5)


def test_level_is_taken_out_and_put_back(made_noise: Callable[..., np.ndarray]) -> None:
    sound = torch.from_numpy(made_noise(channels=2)) + torch.tensor([[0.2], [-0.1]])
    level = measure_level(sound)
    levelled = level.apply(sound)
    assert float(levelled.abs().max()) == pytest.approx(0.5, abs=1e-6)
    assert levelled.mean(dim=1).abs().max() < 1e-6
    torch.testing.assert_close(level.undo(levelled), sound, atol=1e-6, rtol=0)


@pytest.mark.parametrize("value", [0.0, 0.25, 1e-9])
def test_silence_and_dc_have_gain_one(value: float) -> None:
    level = measure_level(torch.full((2, 1000), value))
    assert level.gain == 1.0
    assert torch.isfinite(level.apply(torch.full((2, 1000), value))).all()


def test_a_folder_without_mel_json_is_audioldm2s(tmp_path: Path) -> None:
    spec = MelSpec.from_folder(tmp_path)
    assert (spec.rate, spec.n_fft, spec.hop, spec.bands) == (16000, 1024, 160, 64)
    assert (spec.shift, spec.scale, spec.pad) == (0.0, 1.0, 432)
    assert spec.silence == pytest.approx(-11.5129, abs=1e-4)


def test_normalisation_is_read_from_the_folder_and_undone(tmp_path: Path) -> None:
    (tmp_path / "mel.json").write_text(json.dumps({"shift": -5.8, "scale": 2.9}))
    spec = MelSpec.from_folder(tmp_path)
    mel = torch.tensor([-11.5, -5.8, 0.0])
    assert spec.to_model(mel).tolist() == pytest.approx([-1.9655, 0.0, 2.0], abs=1e-4)
    torch.testing.assert_close(spec.from_model(spec.to_model(mel)), mel)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "must hold a JSON object"),
        ("{", "can't be read as JSON"),
        ('{"hopp": 1}', "has the key 'hopp'"),
        ('{"hop": "160"}', "hop is '160'"),
        ('{"bands": 0}', "bands is 0"),
        ('{"high_hz": 9000}', "accepted is 0 to 8000 Hz"),
        ('{"hop": 161}', "n_fft 1024 and hop 161"),
    ],
)
def test_a_bad_mel_json_is_refused_with_what_is_accepted(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mel.json").write_text(text)
    with pytest.raises(ModelError, match=said):
        MelSpec.from_folder(tmp_path)

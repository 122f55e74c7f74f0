from __future__ import annotations

from pathlib import Path

import soundfile
import torch

from engine.mel import log_mel, measure_level
from engine.methods import vae
from engine.model.load import Model
from engine.progress import Control
from engine.settings import VaeSettings
from engine.targets import Target

WORST_DB = 1.5  # of any bundled recording; the median over real recordings is in the model card


def mel_of(path: Path, model: Model) -> torch.Tensor:
    import soxr

    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    resampled = torch.from_numpy(soxr.resample(sound, rate, model.spec.rate, quality="VHQ").T.copy())
    return log_mel(measure_level(resampled).apply(resampled), model.spec)


def taken(mel: torch.Tensor, model: Model) -> torch.Tensor:
    ones = torch.ones_like(mel)
    return vae.take(Target(mel, ones, 0 * ones, True), model, VaeSettings(), torch.Generator(), Control())


def test_the_round_trip_of_real_recordings_is_close(bundled: Model, demo_folder: Path) -> None:
    for name in ("speech-p286-011.wav", "music-loop-mika.flac", "environment-3-142593-a.ogg"):
        mel = mel_of(demo_folder / name, bundled)
        out = taken(mel, bundled)
        assert out.shape == mel.shape
        assert 8.686 * float((out - mel).abs().mean()) < WORST_DB, name


def test_it_is_the_same_every_time(bundled: Model, demo_folder: Path) -> None:
    mel = mel_of(demo_folder / "environment-3-142593-a.ogg", bundled)
    assert torch.equal(taken(mel, bundled), taken(mel, bundled))


def test_silence_comes_back_quiet(bundled: Model) -> None:
    out = taken(torch.full((100, 64), bundled.spec.silence), bundled)
    assert float(out.mean()) < bundled.spec.silence + 1.5

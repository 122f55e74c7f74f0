"""A tiny model in the true layout."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.mel import log_mel, measure_level
from engine.model.load import Model, load_model
from engine.training.save import save_unet, save_vae
from engine.training.unet import UnetRecipe, build_unet
from engine.training.vae import SPEC, build_vae


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A VAE and a UNet with random weights, with every part that the bundled ones have."""
    folder: Path = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    save_vae(build_vae((8, 8, 16)), SPEC, folder)
    save_unet(build_unet(UnetRecipe(channels=(32, 32), attention=(False, True))), folder)
    return load_model(str(folder), "cpu", ("vae", "unet"))


@pytest.fixture(scope="session")
def real_mel(demo_folder: Path) -> torch.Tensor:
    """A second of a bundled recording, (1, 1, 96, 64)."""
    import soundfile
    import soxr

    sound, rate = soundfile.read(demo_folder / "speech-p286-011.wav", dtype="float32", always_2d=True)
    resampled = torch.from_numpy(soxr.resample(sound, rate, SPEC.rate, quality="VHQ").T.copy())
    return log_mel(measure_level(resampled).apply(resampled), SPEC)[None, None, 60:156]

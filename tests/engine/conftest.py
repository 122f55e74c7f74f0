"""What the engine's tests share: small models in the true layout, the bundled one, recordings on disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
import torch

if TYPE_CHECKING:
    from engine.model.load import Model


def small_vae(channels: tuple[int, ...] = (8, 8, 16), attention: bool = True) -> torch.nn.Module:
    from diffusers import AutoencoderKL

    torch.manual_seed(0)
    return AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        block_out_channels=channels,
        layers_per_block=1,
        latent_channels=8,
        norm_num_groups=4,
        mid_block_add_attention=attention,
        sample_size=64,
        scaling_factor=0.4110932946205139,
    )


def small_vocoder(bands: int = 64) -> torch.nn.Module:
    """AudioLDM2's vocoder configuration (cvssp/audioldm2, vocoder/config.json), with fewer channels."""
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    torch.manual_seed(0)
    return SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=bands,
            sampling_rate=16000,
            upsample_initial_channel=32,
            upsample_rates=[5, 4, 2, 2, 2],
            upsample_kernel_sizes=[16, 16, 8, 4, 4],
            resblock_kernel_sizes=[3, 7, 11],
            resblock_dilation_sizes=[[1, 3, 5]] * 3,
            normalize_before=False,
        )
    )


@pytest.fixture
def made_model(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a model's folder."""

    def make(*, vocoder: bool = False, mel: dict[str, object] | None = None) -> Path:
        folder = tmp_path / "model"
        small_vae().save_pretrained(folder / "vae", safe_serialization=True)
        if vocoder:
            small_vocoder().save_pretrained(folder / "vocoder")
        if mel is not None:
            (folder / "mel.json").write_text(json.dumps(mel))
        return folder

    return make


@pytest.fixture(scope="session")
def bundled() -> Model:
    """The model that ships, on the CPU."""
    from engine.model.load import load_model

    return load_model("bundled", "cpu")


@pytest.fixture(scope="session")
def bundled_whole() -> Model:
    """The model that ships with all that methods may ask for."""
    from engine.model.load import load_model

    return load_model("bundled", "cpu", ("vae", "unet"))


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VAE and a UNet with random weights, with every part that the bundled ones have."""
    from engine.training.save import save_unet, save_vae
    from engine.training.unet import UnetRecipe, build_unet
    from engine.training.vae import SPEC, build_vae

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    save_vae(build_vae((8, 8, 16)), SPEC, folder)
    save_unet(build_unet(UnetRecipe(channels=(32, 32), attention=(False, True))), folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Model:
    """The model of `tiny_folder`, loaded."""
    from engine.model.load import load_model

    return load_model(str(tiny_folder), "cpu", ("vae", "unet"))


@pytest.fixture
def write_sound(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes (channels, frames) to a WAV and returns its path."""

    def write(sound: np.ndarray, rate: int = 16000, subtype: str = "FLOAT", name: str = "sound.wav") -> Path:
        soundfile.write(tmp_path / name, sound.T, rate, subtype=subtype)
        return tmp_path / name

    return write


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    """The bundled recordings."""
    from engine.commands.demo import demo_folder

    return demo_folder()


@pytest.fixture(scope="session")
def words_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small checkpoint in AudioLDM2's layout, with all its components."""
    from tests.engine.checkpoints import make_checkpoint

    return make_checkpoint(tmp_path_factory.mktemp("words"))

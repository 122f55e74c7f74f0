"""The model that ships: what it is made of, and that it does what it is for on a bundled recording."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
import soundfile
import soxr
import torch

from engine.guess import interpolated
from engine.mel import log_mel, measure_level
from engine.model.conditioning import read_kinds
from engine.model.denoiser import sample_mel
from engine.model.folder import PICKLES, bundled_root
from engine.model.load import Model, load_model

FOLDER = bundled_root() / "retake-mini"
LARGEST_BYTES = 60e6
GAP = slice(200, 224)  # 240 ms


@pytest.fixture(scope="module")
def whole() -> Model:
    return load_model("bundled", "cpu", ("vae", "unet"))


@pytest.fixture(scope="module")
def speech(whole: Model) -> torch.Tensor:
    """(1, 512, bands) log-mel of the bundled speech."""
    path = Path(str(resources.files("resources"))) / "demo" / "speech-p286-011.wav"
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    heard = torch.from_numpy(soxr.resample(sound[:, 0], rate, whole.spec.rate)[None])
    return log_mel(measure_level(heard).apply(heard), whole.spec)[None, :512]


def test_it_is_small_and_holds_safetensors_alone() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= LARGEST_BYTES
    assert not [path for path in files if path.suffix in PICKLES]


def test_it_loads_by_the_libraries_own_classes() -> None:
    from diffusers import AudioLDM2UNet2DConditionModel, AutoencoderKL, DDIMScheduler

    vae = AutoencoderKL.from_pretrained(FOLDER / "vae", low_cpu_mem_usage=False)
    unet = AudioLDM2UNet2DConditionModel.from_pretrained(FOLDER / "unet", low_cpu_mem_usage=False)
    scheduler = DDIMScheduler.from_pretrained(FOLDER / "scheduler")
    assert vae.config.latent_channels == unet.config.out_channels == 8
    assert 10e6 <= sum(parameter.numel() for parameter in unet.parameters()) <= 22e6
    assert scheduler.config.prediction_type == "v_prediction"
    assert float(scheduler.alphas_cumprod[-1]) == pytest.approx(0, abs=1e-6)


def test_it_knows_its_kinds() -> None:
    kinds = read_kinds(FOLDER)
    assert kinds is not None
    assert kinds.names == ("any", "music", "speech", "environment")


def test_a_gap_is_filled_at_the_level_of_the_speech_around_it_and_nothing_else_changes(whole, speech) -> None:
    trust = torch.ones_like(speech)
    trust[:, GAP] = 0
    guess = interpolated(speech, trust)
    filled = sample_mel(
        whole, guess, trust, kind="speech", steps=6, start=0.3, generator=torch.Generator().manual_seed(0)
    )
    round_trip = whole.decode(whole.encode(guess[:, None]))[:, 0]
    far = [*range(0, GAP.start - 32), *range(GAP.stop + 32, 512)]
    assert float((filled - round_trip)[:, far].abs().max()) < 0.3
    power_db = [10 * float((2 * mel[:, GAP]).exp().mean().log10()) for mel in (filled, speech)]
    assert abs(power_db[0] - power_db[1]) < 6


def test_it_gives_a_filled_gap_more_texture_than_the_guess_has(whole, speech) -> None:
    trust = torch.ones_like(speech)
    trust[:, GAP] = 0
    guess = interpolated(speech, trust)
    filled = sample_mel(
        whole, guess, trust, kind="speech", steps=6, start=0.3, generator=torch.Generator().manual_seed(1)
    )
    smooth, ours = (float(mel[0, GAP].diff(dim=0).std()) for mel in (guess, filled))
    assert ours > 1.5 * smooth

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.mel import log_mel
from engine.model.load import Model, load_model
from engine.progress import Control
from engine.render import vocoder as renderer
from engine.settings import VocoderSettings
from engine.training.crops import Crops
from engine.training.loop import Bounds
from engine.training.save import save_vocoder
from engine.training.vocoder import (
    SPEC,
    TYPICAL,
    VocoderRecipe,
    build_vocoder,
    draw_sounds,
    sound_of,
    train_vocoder,
)

CPU = torch.device("cpu")
SMALL = VocoderRecipe(size=2, frames=20, channels=32, kernels=(3,), top_rate=5e-3, judged_after=0.7, judged=1)


def weights_of(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


@pytest.fixture
def small() -> torch.nn.Module:
    torch.manual_seed(0)
    return build_vocoder(32, (3, 7), (1, 3)).eval()


@pytest.fixture
def saved(tmp_path: Path, small, made_model) -> Model:
    folder = made_model()
    save_vocoder(small, folder)
    return load_model(str(folder), "cpu", ("vae", "vocoder"))


def test_it_gives_a_hop_of_samples_a_frame_and_a_surplus_to_trim(small) -> None:
    mel = TYPICAL + torch.randn(2, 20, 64)
    assert sound_of(small, mel, torch.float32).shape == (2, 20 * 160 + 32)
    assert len(renderer.heard(small, mel[0], SPEC.hop)) == 20 * 160


def test_what_is_trained_is_what_the_networks_own_code_computes(small) -> None:
    mel = TYPICAL + 2.9 * torch.randn(2, 20, 64)
    with torch.inference_mode():
        torch.testing.assert_close(sound_of(small, mel, torch.float32), small(mel), atol=1e-5, rtol=1e-4)


def test_the_first_weights_give_sound_that_is_neither_silent_nor_clipped(small) -> None:
    with torch.inference_mode():
        sound = small(TYPICAL + 2.9 * torch.randn(1, 64, 64))
    assert 1e-3 < float(sound.std()) < 0.5


def test_a_drawn_mel_is_that_of_the_sound_it_comes_with(small_corpus) -> None:
    mel, wanted = draw_sounds(Crops(small_corpus, SPEC, 40), np.random.default_rng(0), 3, 40)
    assert mel.shape == (3, 40, 64)
    assert wanted.shape == (3, 40 * 160)
    torch.testing.assert_close(log_mel(wanted[:, None], SPEC)[:, 4:-4], mel[:, 4:-4], atol=1e-3, rtol=1e-3)


def test_sounds_are_drawn_from_60_db_below_the_jobs_level_to_full_scale(small_corpus) -> None:
    _, wanted = draw_sounds(Crops(small_corpus, SPEC, 16), np.random.default_rng(0), 400, 16)
    peaks_db = 20 * wanted.abs().amax(dim=1).log10()
    assert -1 < float(peaks_db.max()) <= 1e-3
    assert float(peaks_db.min()) < -55


def test_training_lowers_the_error_and_then_teaches_the_discriminators(tmp_path: Path, small_corpus) -> None:
    train_vocoder(SMALL, Bounds(steps=40, log_every=10), tmp_path, small_corpus, CPU, lambda line: None)
    first, _, _, last = (json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines())
    assert last["mel_db"] < 0.85 * first["mel_db"]
    assert first["judges"] == 0
    assert 0 < last["judges"] < 1.5
    assert last["fooled"] > 0


def test_training_goes_on_from_given_weights(tmp_path: Path, small_corpus) -> None:
    given = build_vocoder(32, (3,), (1, 3))
    recipe = VocoderRecipe(size=1, frames=32, channels=32, kernels=(3,), top_rate=1e-9, judged_after=1.0)
    trained = train_vocoder(recipe, Bounds(steps=10), tmp_path, small_corpus, CPU, print, start_from=given)
    torch.testing.assert_close(weights_of(trained), weights_of(given), atol=1e-6, rtol=0)


def test_what_is_saved_loads_by_the_engines_own_code(saved, small) -> None:
    assert saved.vocoder.config.normalize_before is False
    assert {tensor.dtype for tensor in saved.vocoder.state_dict().values()} == {torch.float32}
    assert set(saved.vocoder.state_dict()) == set(small.state_dict())
    torch.testing.assert_close(weights_of(saved.vocoder), weights_of(small), atol=1e-3, rtol=1e-3)


def test_what_is_saved_renders(saved, made_noise, write_sound) -> None:
    from engine.analysis import analyse
    from engine.audio import open_clip
    from engine.render.scene import Scene
    from engine.targets import Target

    noise = made_noise(length_s=1.0)
    with open_clip(write_sound(noise)) as clip:
        analysis = analyse(clip, 0, clip.frames, SPEC, CPU, Control())
        zero = torch.zeros_like(analysis.mel)
        target = Target(analysis.mel, 1 + zero, zero, True)
        scene = Scene(analysis, target, analysis.mel, 0, clip.frames, saved)
        out = renderer.render(scene, VocoderSettings(), torch.Generator(), Control())
    assert out.shape == noise.shape
    assert 0.1 < out.std() / noise.std() < 10


def test_saving_takes_the_place_of_what_was_there(tmp_path: Path, small) -> None:
    (tmp_path / "vocoder").mkdir()
    (tmp_path / "vocoder" / "stale.safetensors").touch()
    save_vocoder(small, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vocoder"]
    assert sorted(path.name for path in (tmp_path / "vocoder").iterdir()) == ["config.json", "model.safetensors"]

"""AudioLDM2's layout from end to end: a small checkpoint with random weights and every component."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from engine.audio import open_clip
from engine.generation import nothing_known
from engine.jobs import Take, restore
from engine.methods.canvas import canvas_for
from engine.methods.sampling import descended
from engine.model.load import Model, load_model
from engine.progress import Control
from engine.region import region_of
from engine.settings import (
    METHOD_SETTINGS,
    RENDERER_SETTINGS,
    TASK_SETTINGS,
    WITHOUT_UNET,
    Description,
    RestoreSettings,
    components_for,
)
from tests.engine.checkpoints import build, published
from tests.engine.text.test_prompts import stock

PROMPT = "a dog bark"
RATE = 44100
SAME = 1e-4  # of a latent, after steps that each add their last bit
WAYS = [
    *(("reconstruct", method) for method in METHOD_SETTINGS),
    *((task, method) for task in TASK_SETTINGS if task != "reconstruct" for method in ("guided", "partial")),
]


def settings_for(folder: Path, task: str, method: str, renderer: str = "gain", **values: Any) -> RestoreSettings:
    made_for = METHOD_SETTINGS[method]
    known = {item.name for item in dataclasses.fields(made_for)}
    few = {"steps": 10 if method == "ddcm" else 3, "prompt": PROMPT}
    chosen = {key: value for key, value in {**few, **values}.items() if key in known}
    return RestoreSettings(
        task=task, method=method, renderer=renderer, model=str(folder), method_settings=made_for(**chosen)
    )


def taken(path: Path, settings: RestoreSettings) -> Take:
    model = load_model(settings.model, "cpu", components_for(settings))
    with open_clip(path) as clip:
        return restore(clip, region_of(clip.frames, clip.rate, start_s=0.6, end_s=0.8), settings, model)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.5 s in stereo, clipped, so that every task has something to do."""
    rng = np.random.default_rng(0)
    times_s = np.arange(RATE * 3 // 2) / RATE
    tone = 0.4 * np.sin(2 * np.pi * 330 * times_s) * (1 + np.sin(2 * np.pi * 3 * times_s))
    sound = np.clip(tone[:, None] + 0.02 * rng.standard_normal((len(tone), 2)), -0.5, 0.5)
    path = tmp_path_factory.mktemp("recording") / "tone.wav"
    soundfile.write(path, sound, RATE, subtype="FLOAT")
    return path


@pytest.mark.parametrize(("task", "method"), WAYS)
def test_every_method_and_task_works_with_a_prompt(words_folder: Path, recording: Path, task: str, method: str) -> None:
    take = taken(recording, settings_for(words_folder, task, method))
    assert np.isfinite(take.patch.samples).all()
    assert take.patch.samples.shape == (2, take.region.frames)
    assert take.licence == "cc-by-nc-sa-4.0"
    assert any("non-commercial use only" in note for note in take.notes)


@pytest.mark.parametrize("renderer", RENDERER_SETTINGS)
def test_every_renderer_works(words_folder: Path, recording: Path, renderer: str) -> None:
    assert np.isfinite(taken(recording, settings_for(words_folder, "fill", "partial", renderer)).patch.samples).all()


@pytest.mark.parametrize("method", [name for name in METHOD_SETTINGS if name not in (*WITHOUT_UNET, "ddcm")])
def test_another_prompt_gives_another_sound(words_folder: Path, recording: Path, method: str) -> None:
    how = {"strength": 1.0, "task": "fill"}
    first, again, other = (
        taken(recording, settings_for(words_folder, method=method, prompt=prompt, guidance=3.0, **how)).patch.samples
        for prompt in (PROMPT, PROMPT, "loud piano music")
    )
    assert np.array_equal(first, again)
    assert float(np.abs(first - other).max()) > 1e-3


def test_reconstruction_loads_neither_unet_nor_text_models(words_folder: Path, recording: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(words_folder, tmp_path / "sound"))
    for name in ("unet", "text_encoder", "text_encoder_2", "projection_model", "language_model"):
        for file in (folder / name).glob("*.safetensors"):
            file.write_bytes(b"")
    for name in ("unet",):
        shutil.rmtree(folder / name)
    settings = settings_for(folder, "reconstruct", "guided", "vocoder", prompt="")
    assert components_for(settings) == ("vae", "vocoder")
    assert np.isfinite(taken(recording, settings).patch.samples).all()


def test_a_prompt_that_changes_nothing_is_said(words_folder: Path, recording: Path) -> None:
    take = taken(recording, settings_for(words_folder, "reconstruct", "guided"))
    assert any("the prompt is not used" in note for note in take.notes)
    take = taken(recording, settings_for(words_folder, "fill", "guided"))
    assert not any("the prompt is not used" in note for note in take.notes)


@pytest.mark.parametrize("guidance", [1.0, 3.5])
def test_the_latent_is_the_stock_pipeline_s(words_folder: Path, guidance: float) -> None:
    """Same noise, same steps, same prompts: in float32 the two loops lead to the same latent."""
    pipeline = stock(words_folder)
    # The published scheduler's last step stops short of the clean latent, by one training step; ours goes to it.
    pipeline.scheduler = type(pipeline.scheduler).from_config(pipeline.scheduler.config, set_alpha_to_one=True)
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.randn(1, 8, 64, 16, generator=torch.Generator().manual_seed(5))
    theirs = pipeline(
        PROMPT,
        negative_prompt="low quality",
        audio_length_in_s=2.56,
        num_inference_steps=7,
        guidance_scale=guidance,
        latents=noise.clone(),
        max_new_tokens=8,
        output_type="latent",
    ).audios
    model = load_model(str(words_folder), "cpu", ("vae", "unet"), torch.float32)
    times = [int(t) for t in pipeline.scheduler.timesteps]
    description = Description(prompt=PROMPT, negative_prompt="low quality", guidance=guidance)
    ours = from_noise(model, noise, times, description)
    torch.testing.assert_close(ours, theirs, atol=SAME, rtol=SAME)


def from_noise(model: Model, noise: torch.Tensor, times: list[int], description: Description) -> torch.Tensor:
    canvas = canvas_for(nothing_known(256, model), model, Control())
    belief = canvas.believe(Control(), description)
    return descended(canvas, noise, times, belief, torch.Generator(), Control())


def test_the_published_configuration_has_the_published_size() -> None:
    with torch.device("meta"):
        unet, vae = build("unet", small=False), build("vae", small=False)
    assert sum(parameter.numel() for parameter in unet.parameters()) == 346_943_496
    assert 2 ** (len(vae.config.block_out_channels) - 1) == 4
    assert published()["unet"]["sample_size"] * 4 == 1024


def test_windows_are_as_long_as_the_unet_was_trained_on(words_folder: Path, tmp_path: Path) -> None:
    assert load_model(str(words_folder), "cpu").window_frames == 1024
    folder = Path(shutil.copytree(words_folder, tmp_path / "short"))
    config = json.loads((folder / "unet" / "config.json").read_text())
    (folder / "unet" / "config.json").write_text(json.dumps({**config, "sample_size": 100}))
    assert load_model(str(folder), "cpu").window_frames == 384

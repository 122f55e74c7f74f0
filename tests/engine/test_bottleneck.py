from __future__ import annotations

from functools import partial

import pytest

from engine.audio import open_clip
from engine.bottleneck import Stage, advice, bottleneck
from engine.region import region_of
from engine.settings import METHOD_SETTINGS, OptimiseSettings, RestoreSettings


@pytest.mark.parametrize("renderer", ["gain", "griffinlim"])
def test_each_stage_adds_its_cost(bundled, demo_folder, renderer, monkeypatch) -> None:
    monkeypatch.setitem(METHOD_SETTINGS, "optimise", partial(OptimiseSettings, steps=10))
    settings = RestoreSettings(method="vae", renderer=renderer)
    with open_clip(demo_folder / "environment-3-142593-a.ogg") as clip:
        region = region_of(clip.frames, clip.rate, start_s=1.0, end_s=2.0)
        mel, vae, ceiling = bottleneck(clip, region, settings, bundled)
    names = [f"mel > {renderer}", f"mel > vae > {renderer}", f"mel > optimise > {renderer}"]
    assert [mel.name, vae.name, ceiling.name] == names
    assert mel.mel_db == 0
    assert vae.mel_db > ceiling.mel_db > 0
    assert vae.sound_mel_db > mel.sound_mel_db
    if renderer == "gain":
        assert mel.si_sdr_db > 100
        assert ceiling.si_sdr_db > vae.si_sdr_db
        assert mel.sound_mel_db < 0.01


def stage(name: str, sound_mel_db: float | None) -> Stage:
    return Stage(name, 0.0, sound_mel_db, None, 0.0)


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ((0.0, 0.2), "no stage loses more than can be heard"),
        ((0.0, 0.9), "most is lost in vae (0.90 dB"),
        ((1.2, 1.6), "most is lost in the renderer griffinlim (1.20 dB"),
        ((None, None), "the recording is silent here"),
    ],
)
def test_the_advice_names_the_worst_stage(losses, said) -> None:
    stages = [stage("mel > griffinlim", losses[0]), stage("mel > vae > griffinlim", losses[1])]
    assert advice(stages, RestoreSettings(renderer="griffinlim")).startswith(said)


def test_the_ceiling_is_told_and_takes_no_part_in_the_blame() -> None:
    stages = [
        stage("mel > gain", 0.0),
        stage("mel > vae > gain", 0.9),
        stage("mel > optimise > gain", 0.2),
        stage("mel > partial > gain", 1.9),
    ]
    said = advice(stages, RestoreSettings(method="partial"))
    assert said == "most is lost in partial (1.00 dB of mel error); with the best latent this VAE loses 0.20 dB"

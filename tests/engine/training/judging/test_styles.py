from __future__ import annotations

import statistics

import pytest
import torch

from engine.audio import open_clip
from engine.methods import METHODS
from engine.model.load import Model
from engine.region import region_of
from engine.settings import METHOD_SETTINGS, InvertSettings, RestoreSettings, VaeSettings
from engine.training.judging import styles
from engine.training.judging.styles import judged, repetition, steps_after_cancel, ways


def test_every_way_is_a_method_with_its_settings_and_the_ceiling_comes_first() -> None:
    for kind in ("speech", "music", "environment", "any"):
        assert next(iter(ways(kind))) == "vae"
        for method, settings in ways(kind).values():
            assert isinstance(settings, METHOD_SETTINGS[method])
        assert ways(kind)["invert_other"][1].kind != kind


def test_ways_are_measured_beside_the_round_trip(bundled_whole: Model, demo_folder, write_sound, monkeypatch) -> None:
    import soundfile

    sound, rate = soundfile.read(demo_folder / "speech-p286-011.wav", dtype="float32", always_2d=True)
    piece = sound[rate : round(rate * 1.8)].T
    paths = [write_sound(piece, rate, name="speech-a.wav"), write_sound(0.5 * piece, rate, name="speech-b.wav")]
    some = {"vae": ("vae", VaeSettings()), "invert_same": ("invert", InvertSettings(steps=3))}
    monkeypatch.setattr(styles, "ways", lambda kind: some)
    monkeypatch.setattr(styles, "METHODS", ("vae",))
    lines: list[str] = []
    result = judged(bundled_whole, paths, seed=0, report=lines.append)
    for row in result["rows"]:
        assert row["si_sdr_db_vae"] > 20
        assert row["si_sdr_db_invert_same"] == pytest.approx(row["si_sdr_db_vae"], abs=1.0)
        assert row["mel_db_invert_same"] == pytest.approx(row["mel_db_vae"], abs=0.2)
    column = [row["high_kept_vae"] for row in result["rows"]]
    assert result["medians"]["speech"]["high_kept_vae"] == statistics.median(column)
    assert result["medians"]["all"]["same_seed_same_samples"] == 1
    assert result["repeated"] == [{"method": "vae", "same_seed_same_samples": True, "steps_after_cancel": 0}]
    assert len(lines) == 2 + 2 + 1


@pytest.mark.parametrize("method", list(METHODS))
def test_every_method_repeats_itself_and_stops_within_a_step(tiny: Model, write_sound, made_noise, method) -> None:
    path = write_sound(made_noise(length_s=0.4))
    row = repetition(tiny, path, method, seed=3)
    assert row == {"method": method, "same_seed_same_samples": True, "steps_after_cancel": 0}


def test_a_method_that_does_not_listen_or_does_not_repeat_itself_is_found_out(
    tiny: Model, write_sound, made_noise, monkeypatch
) -> None:
    def deaf(target, model, settings, generator, control):
        for done in range(5):
            control.report("taking again", done, 5)
        return target.mel + torch.rand(())

    def silent(target, model, settings, generator, control):
        return target.mel

    path = write_sound(made_noise(length_s=0.4))
    monkeypatch.setitem(METHODS, "vae", deaf)
    assert repetition(tiny, path, "vae", seed=0) == {
        "method": "vae",
        "same_seed_same_samples": False,
        "steps_after_cancel": 4,
    }
    monkeypatch.setitem(METHODS, "vae", silent)
    with open_clip(path) as clip:
        region = region_of(clip.frames, clip.rate)
        assert steps_after_cancel(clip, region, RestoreSettings(method="vae"), tiny) is None

"""``retake bottleneck``: what it tells, draws and refuses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from engine.settings import METHOD_SETTINGS, OptimiseSettings

STAGES = ["mel > gain", "mel > vae > gain", "mel > optimise > gain", "mel > guided > gain"]
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class OneStep(OptimiseSettings):
    """A ceiling found in no time."""

    steps: int = 1


@pytest.fixture
def bottleneck(retake, whole_model, monkeypatch):
    """``retake bottleneck`` with the small model and short ways; what they find isn't judged here."""
    monkeypatch.setitem(METHOD_SETTINGS, "optimise", OneStep)
    short = ("--steps", 1, "--model", whole_model, "--device", "cpu")
    return lambda *arguments: retake("bottleneck", *arguments, *short)


def test_json_holds_each_stage_with_its_cost(bottleneck, recording):
    done = bottleneck(recording(), "--json").done()
    assert list(done.json) == ["input", "model", "stages", "costs", "advice"]
    assert [stage["name"] for stage in done.json["stages"]] == STAGES
    for stage in done.json["stages"]:
        assert list(stage) == ["name", "mel_db", "sound_mel_db", "si_sdr_db", "seconds", "method", "renderer"]
    assert done.json["stages"][0]["mel_db"] == 0
    assert done.json["stages"][1]["mel_db"] > 0
    cost = done.json["costs"]
    assert list(cost) == ["renderer_db", "vae_db", "method_db", "total_db"]
    assert cost["total_db"] == pytest.approx(done.json["stages"][3]["sound_mel_db"])
    assert cost["renderer_db"] == pytest.approx(done.json["stages"][0]["sound_mel_db"])
    assert "is lost in the" in done.json["advice"]


def test_a_person_gets_a_table_and_advice(bottleneck, recording):
    lines = bottleneck(recording()).done().out.splitlines()
    assert lines[0].startswith("stages") and "SI-SDR" in lines[0]
    assert [line.split("  ")[0] for line in lines[1:5]] == STAGES
    assert lines[5].startswith("renderer gain 0.00, VAE +") and lines[5].endswith("dB in all")
    assert len(lines) == 7


def test_si_sdr_is_left_out_where_the_phase_is_made_up(bottleneck, recording):
    lines = bottleneck(recording(), "--renderer", "griffinlim").done().out.splitlines()
    assert all("n/a dB" in line for line in lines[1:5])
    assert lines[-1] == "SI-SDR means nothing with the renderer griffinlim, which makes up the phase"


def test_a_task_that_changes_the_recording_is_noted(bottleneck, recording):
    assert (
        "task denoise is meant to differ"
        in bottleneck(recording(), "--task", "denoise", "--method", "optimise").done().err
    )


@pytest.mark.parametrize("sound", [np.zeros((2, 4000)), np.full((1, 4000), 0.5), np.full((1, 1), 0.5)])
def test_silence_dc_and_a_single_frame_work(bottleneck, recording, sound):
    bottleneck(recording(sound=sound), "--json").done()
    assert bottleneck(recording(sound=sound)).done().out


def test_the_plot_is_a_png(bottleneck, recording, tmp_path):
    bottleneck(recording(), "--plot", tmp_path / "p.png").done()
    assert (tmp_path / "p.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plot", "p.jpg"], [".png"]),
        (["--renderer", "gian"], ["did you mean gain?"]),
        (["--start", "9"], ["9 s"]),
        (["--set", "fade=1"], ["did you mean fade_ms?"]),
    ],
)
def test_bad_choices_are_refused(bottleneck, recording, arguments, words):
    bottleneck(recording(), *arguments).refused(*words)


def test_a_missing_recording_or_model_is_refused(bottleneck, retake, recording, tmp_path):
    bottleneck(tmp_path / "none.wav").refused("none.wav", "no such file")
    retake("bottleneck", recording(), "--model", tmp_path / "none").refused("none", "bundled")

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.training.__main__ import build_parser
from engine.training.evaluate import check_choices, chosen_parts, first_in_turn, run


def test_parts_follow_from_what_the_model_has() -> None:
    assert chosen_parts(None, ["vae"]) == ["round_trip", "speed"]
    assert chosen_parts(None, ["vae", "unet"]) == ["round_trip", "sampling", "gaps", "generation", "speed"]
    assert chosen_parts("gaps, round_trip", ["vae", "unet"]) == ["round_trip", "gaps"]


def test_parts_that_are_unknown_or_need_what_is_missing_are_refused() -> None:
    with pytest.raises(InputError, match="did you mean gaps"):
        chosen_parts("gap", ["vae", "unet"])
    with pytest.raises(InputError, match="vocoding needs a vocoder; the model has vae"):
        chosen_parts("vocoding", ["vae"])


@pytest.mark.parametrize("option", ["--samples=1", "--most=0", "--sampling-steps=0", "--gap-start=0"])
def test_numbers_out_of_range_are_refused(option: str) -> None:
    with pytest.raises(InputError, match=option.split("=")[0]):
        check_choices(build_parser().parse_args(["evaluate", option]))


def test_a_dry_run_takes_the_kinds_in_turn() -> None:
    paths = [Path(f"{kind}-{n}.wav") for kind in ("environment", "music", "speech") for n in range(3)]
    names = [path.stem for path in first_in_turn(paths, 4)]
    assert names == ["environment-0", "music-0", "speech-0", "environment-1"]
    assert first_in_turn(paths, None) == paths


def test_a_run_writes_its_figures_and_the_card(tmp_path: Path, write_sound, made_noise) -> None:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    write_sound(made_noise(length_s=0.5), name="recordings/speech-a.wav")
    card, out = tmp_path / "README.md", tmp_path / "out" / "figures.json"
    card.write_text("<!-- measured -->\n<!-- /measured -->\n", encoding="utf-8")
    options = ["evaluate", "--judge", str(recordings), "--device", "cpu", "--parts", "round_trip"]
    lines: list[str] = []
    run(build_parser().parse_args([*options, "--out", str(out), "--card", str(card)]), lines.append)
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["recordings"] == {"speech": 1}
    assert result["parts"]["size"]["medians"]["all"]["pickles"] == 0
    error = result["parts"]["round_trip"]["medians"]["all"]["mel_db"]
    assert f"| {error:.2f} | " in card.read_text(encoding="utf-8")
    assert result["model_hash"] in card.read_text(encoding="utf-8")

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.training.judging.card import BEGIN, END, measured, update_card

CARD = f"---\nlicense: MIT\n---\n# A model\n\n{BEGIN}\nold figures\n{END}\n\nBy hand.\n"


def result(**medians: dict[str, dict[str, float]]) -> dict[str, object]:
    return {
        "model_hash": "abc123",
        "device": "cpu",
        "dtype": "bfloat16",
        "recordings": {"speech": 2, "music": 3},
        "steps": 20,
        "guidance": 1.0,
        "parts": {part: {"medians": columns, "start": 0.5} for part, columns in medians.items()},
    }


def test_only_what_stands_between_the_markers_changes(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(CARD, encoding="utf-8")
    update_card(card, result(round_trip={"all": {"si_sdr_db": 27.5}}))
    text = card.read_text(encoding="utf-8")
    assert text.split(BEGIN)[0] == CARD.split(BEGIN)[0]
    assert text.split(END)[1] == CARD.split(END)[1]
    assert "old figures" not in text
    assert "abc123" in text
    assert "5 recordings (2 speech, 3 music)" in text
    again = card.read_bytes()
    update_card(card, result(round_trip={"all": {"si_sdr_db": 27.5}}))
    assert card.read_bytes() == again
    assert list(tmp_path.iterdir()) == [card]


@pytest.mark.parametrize("card", ["no markers\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"])
def test_a_card_without_its_markers_in_order_is_refused_and_stays(tmp_path: Path, card: str) -> None:
    path = tmp_path / "README.md"
    path.write_text(card, encoding="utf-8")
    with pytest.raises(InputError, match="once each"):
        update_card(path, result())
    assert path.read_text(encoding="utf-8") == card


def test_a_line_says_what_is_wanted_and_whether_it_holds() -> None:
    text = measured(result(round_trip={"speech": {"si_sdr_db": 30.0}, "all": {"si_sdr_db": 26.99}}))
    assert "| round trip: SI-SDR, dB | ≥ 27 | 30.00 |  |  | 26.99 | no |" in text
    assert "| round trip: energy kept above 4 kHz, % | 97 to 103 |  |  |  |  | n/a |" in text
    assert "change of loudness" not in text
    assert "vocoder" not in text


def test_samples_too_quiet_to_have_a_loudness_fail_it() -> None:
    kinds = ("speech", "music", "environment")
    columns = {kind: {"lufs": -20.0, "lufs_inside": 0.9} for kind in kinds}
    columns["music"] = {"lufs_inside": 0.0}
    assert "| -40 to -12 | -20.0 |  | -20.0 |  | no: music |" in measured(result(generation=columns))


def test_gaps_hold_where_the_mean_beats_the_interpolation() -> None:
    better = {"all": {"mean_db_240": 4.0, "interpolation_db_240": 4.3}}
    worse = {"all": {"mean_db_240": 4.4, "interpolation_db_240": 4.3}}
    line = "| gaps of 240 ms: of the mean of 8 samples, dB | < interpolation |  |  |  | {} | {} |"
    assert line.format("4.00", "yes") in measured(result(gaps=better))
    assert line.format("4.40", "no") in measured(result(gaps=worse))


def test_generation_is_judged_by_kind_and_a_missing_kind_is_no_yes() -> None:
    columns = {"speech": {"frechet_ratio": 1.5}, "music": {"frechet_ratio": 2.5}}
    everything = {**columns, "environment": {"frechet_ratio": 1.0}}
    line = "Fréchet distance over that of real halves | ≤ 2 | 1.50 | 2.50 | {} |  | {} |"
    assert line.format("1.00", "no: music") in measured(result(generation=everything))
    assert line.format("", "n/a") in measured(result(generation=columns))

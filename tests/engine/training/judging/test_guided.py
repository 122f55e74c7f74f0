from __future__ import annotations

import pytest

from engine.audio import open_clip
from engine.settings import GuidedSettings, RestoreSettings
from engine.training.judging import guided
from engine.training.judging.guided import CHANGES, FIGURES, LONGEST_S, changes, judged, middle_of


def test_the_middle_is_judged_and_no_more_than_is_set(write_sound, made_noise) -> None:
    with open_clip(write_sound(made_noise(length_s=12.0))) as clip:
        region = middle_of(clip)
    assert (region.start_frame, region.end_frame) == (16000, 16000 * (1 + LONGEST_S))


def test_changes_are_percent_of_squared_errors_and_db_of_levels() -> None:
    before = {"mel_mse": 0.02, "mse": 1e-4, "si_sdr_db": 20.0}
    after = {"mel_mse": 0.01, "mse": 3e-4, "si_sdr_db": 23.5}
    assert changes(before, after) == pytest.approx({"mel_mse_change": -50, "mse_change": 200, "si_sdr_change_db": 3.5})
    nothing = {"mel_mse": 0.0, "mse": 0.0, "si_sdr_db": None}
    assert changes(nothing, after) == dict.fromkeys(CHANGES)


def test_guided_is_judged_beside_the_round_trip(bundled, write_sound, made_noise, monkeypatch) -> None:
    few = RestoreSettings(method="guided", method_settings=GuidedSettings(steps=6))
    monkeypatch.setattr(guided, "WAYS", {"vae": RestoreSettings(method="vae"), "guided": few})
    paths = [write_sound(made_noise(length_s=0.6, seed=seed), name=f"music-{seed}.wav") for seed in (0, 1)]
    lines: list[str] = []
    result = judged(bundled, paths, seed=0, report=lines.append)
    row = result["rows"][0]
    assert {f"{way}_{key}" for way in ("vae", "guided") for key in FIGURES} < set(row)
    assert row["guided_mel_mse"] < row["vae_mel_mse"]
    assert row["guided_mel_mse_change"] == pytest.approx(100 * (row["guided_mel_mse"] / row["vae_mel_mse"] - 1))
    assert set(result["medians"]) == {"music", "all"}
    assert result["worst"]["guided_si_sdr_change_db"] == min(r["guided_si_sdr_change_db"] for r in result["rows"])
    assert len(lines) == 2 + 2

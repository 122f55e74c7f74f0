from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.audio import open_clip
from engine.model.load import Model
from engine.region import Region
from engine.settings import RestoreSettings
from engine.training.judging.round_trip import beside_a_click, judge_one, quiet_region, round_trips


def test_the_region_is_at_50_db_below_full_scale_and_the_click_just_before_it(made_noise) -> None:
    sound = made_noise(length_s=6.0, channels=2)
    region = quiet_region(sound.shape[1], 16000)
    assert region == Region(16000, 80000, 0.0, 8000.0)
    made = beside_a_click(sound, 16000, region)
    peak_db = 20 * np.log10(np.abs(made[:, region.start_frame : region.end_frame]).max())
    assert peak_db == pytest.approx(-50, abs=0.01)
    assert np.flatnonzero((made == 1).all(axis=0)).tolist() == [16000 - 4800]


def test_what_is_too_short_or_silent_has_no_quiet_case() -> None:
    assert quiet_region(16000, 16000) is None
    assert beside_a_click(np.zeros((1, 32000), np.float32), 16000, Region(8000, 24000, 0.0, 8000.0)) is None


def test_a_real_recording_comes_back_close_also_when_it_is_quiet(bundled: Model, demo_folder: Path) -> None:
    path = demo_folder / "speech-p286-011.wav"
    with open_clip(path) as clip:
        assert clip.duration_s < 10
    row = judge_one(path, RestoreSettings(method="vae"), bundled)
    assert row["kind"] == "speech"
    assert row["si_sdr_db"] > 22
    assert 90 < row["high_kept"] < 110
    assert 10 < row["quiet_si_sdr_db"] < row["si_sdr_db"] + 3


def test_medians_are_those_of_the_rows(bundled: Model, write_sound, made_noise) -> None:
    paths = [
        write_sound(made_noise(length_s=0.5, seed=seed), name=f"{kind}-{seed}.wav")
        for seed, kind in enumerate(("speech", "music", "music"))
    ]
    lines: list[str] = []
    result = round_trips(bundled, paths, "gain", lines.append)
    assert set(result["medians"]) == {"speech", "music", "all"}
    errors = [row["si_sdr_db"] for row in result["rows"]]
    assert result["medians"]["all"]["si_sdr_db"] == sorted(errors)[1]
    assert result["worst"]["si_sdr_db"] == min(errors)
    assert result["medians"]["all"]["quiet_si_sdr_db"] is None
    assert len(lines) == 3 + 3 + 1

from __future__ import annotations

import numpy as np
import pytest

from engine.audio import open_clip
from engine.region import Region
from engine.settings import RestoreSettings
from engine.training.judging import fill

RATE = 16000


@pytest.mark.thorough
def test_gaps_of_a_recording_are_filled_and_measured(bundled_whole, demo_folder, monkeypatch) -> None:
    monkeypatch.setattr(fill, "GAPS_MS", (100, 250))
    monkeypatch.setattr(fill, "TAKES", 2)
    lines: list[str] = []
    settings = RestoreSettings(task="fill")
    found = fill.judged(
        bundled_whole, [demo_folder / "speech-p286-011.wav"], seed=0, report=lines.append, settings=settings
    )
    assert [row["gap_ms"] for row in found["rows"]] == [100, 250]
    assert found["medians"]["speech"]["lsd_db_100"] == found["rows"][0]["lsd_db"]
    short, long = found["rows"]
    assert short["mean_db"] is None and long["mean_db"] > 0
    assert long["lsd_db"] < long["lsd_extrapolation_db"]
    assert long["round_trip_db"] < 1 < long["interpolation_db"]
    assert all(row["texture"] > 0.3 for row in found["rows"])
    assert any(line.startswith("250 ms, speech") for line in lines)


def test_a_gap_lies_where_there_is_sound_and_room(write_sound, made_noise) -> None:
    sound = made_noise(length_s=6.0)
    sound[:, 30000:60000] = 0
    with open_clip(write_sound(sound)) as clip:
        start = fill.gap_start(clip, 1600, 16000)
        assert start is not None and 16000 <= start <= clip.frames - 17600
        assert not 30000 - 800 <= start <= 60000 - 800
        assert fill.gap_start(clip, 1600, 50000) is None


def test_the_classical_repair_is_heard_in_the_gap_alone(write_sound, made_tone) -> None:
    tone = made_tone(length_s=2.0)
    with open_clip(write_sound(tone)) as clip:
        patch = fill.extrapolation(clip, Region(16000, 16800, 0.0, RATE / 2))
    assert (patch.start_frame, patch.stop_frame) == (16000, 16800)
    assert np.square(patch.samples - tone[:, 16000:16800]).mean() < 0.05 * np.square(tone).mean()


def test_levels_are_compared_by_their_energy() -> None:
    sound = np.ones((2, 10), np.float32)
    assert fill.level_db(2 * sound, sound) == pytest.approx(6.02, abs=0.01)

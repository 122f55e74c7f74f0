from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from engine.training.judging.ddcm import judged


def test_coding_is_judged_beside_its_ceiling(bundled_whole, write_sound, demo_folder: Path) -> None:
    sound, rate = soundfile.read(demo_folder / "speech-p286-011.wav", always_2d=True)
    path = write_sound(sound[rate : 2 * rate].T, rate, name="speech-part.wav")
    lines: list[str] = []
    result = judged(bundled_whole, [path], seed=0, report=lines.append, steps=7, others=(3.0,))
    (row,) = result["rows"]
    assert result["medians"]["speech"]["excess_db"] == result["worst_excess_db"] == row["excess_db"] < 1.5
    assert row["excess_db"] < row["excess_db_at_3_kbps"] - 0.5
    assert row["excess_db"] < row["published_excess_db"]
    assert result["same"] and result["header_bytes"] == 64
    assert row["bytes"] == pytest.approx(1000, abs=20) and row["rate_off_percent"] < 2
    assert len(lines) == 3

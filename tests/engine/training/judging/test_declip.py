from __future__ import annotations

import numpy as np
import pytest

from engine.training.judging import declip
from engine.training.judging.declip import clipped_to, judged


def test_the_level_of_clipping_gives_the_ratio_that_was_asked_for(made_noise) -> None:
    noise = made_noise(channels=2)
    clipped, level = clipped_to(noise, 7.0)
    lost = np.square(noise - clipped, dtype=np.float64).sum()
    assert 10 * np.log10(np.square(noise, dtype=np.float64).sum() / lost) == pytest.approx(7, abs=0.01)
    assert np.abs(clipped).max() == np.float32(level)


def test_a_recording_is_declipped_every_way(bundled, demo_folder, monkeypatch) -> None:
    monkeypatch.setattr(declip, "LENGTH_S", 1.0)
    lines: list[str] = []
    result = judged(bundled, [demo_folder / "speech-p286-011.wav"], seed=0, report=lines.append)
    (row,) = result["rows"]
    assert row["unclipped_exact"] == 1
    assert row["gain_classical"] > 5 and row["gain_model"] > 5
    assert row["gain_round_trip"] < 2
    assert result["medians"]["speech"]["si_sdr_model"] == row["si_sdr_model"]
    assert len(lines) == 3

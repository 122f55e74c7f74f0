from __future__ import annotations

import numpy as np
import pytest

from engine.settings import RestoreSettings
from engine.training.judging import extend


def test_a_recording_is_cut_off_extended_and_measured(bundled, demo_folder, monkeypatch) -> None:
    monkeypatch.setattr(extend, "LONGEST_S", 1.5)
    lines: list[str] = []
    recordings = [demo_folder / "music-loop-mika.flac"]
    found = extend.judged(
        bundled, recordings, seed=0, report=lines.append, settings=RestoreSettings(method="vae", task="extend")
    )
    row = found["rows"][0]
    assert row["cutoff_hz"] == pytest.approx(4000, abs=200)
    assert row["kept_si_sdr_db"] > 40
    assert row["lsd_round_trip_db"] < row["lsd_db"] < row["lsd_empty_db"]
    assert found["medians"]["music"]["lsd_db"] == row["lsd_db"]
    assert lines[-1].startswith("median of all")


def test_a_recording_of_too_low_a_rate_is_left_out(bundled, write_sound, made_noise) -> None:
    path = write_sound(made_noise(rate=8000), 8000)
    assert extend.judge_one(path, RestoreSettings(method="vae", task="extend"), bundled) is None


def test_the_low_pass_cuts_by_80_db_and_passes_below(made_noise) -> None:
    noise = made_noise(length_s=2.0)
    spectrum = np.abs(np.fft.rfft(extend.low_passed(noise, 16000, 4000.0)[0])) / np.abs(np.fft.rfft(noise[0]))
    hz = np.fft.rfftfreq(noise.shape[1], 1 / 16000)
    middle = np.median(spectrum[hz < 3600])
    assert middle == pytest.approx(1, abs=0.01)
    assert np.median(spectrum[hz > 4400]) < 1e-2


def test_level_and_distance_of_a_recording_to_itself_and_to_half_of_it(made_noise) -> None:
    noise = made_noise(length_s=1.0)
    assert extend.level_db(noise, noise, 16000) == 0
    assert extend.level_db(noise, 0.5 * noise, 16000) == pytest.approx(6.02, abs=0.01)
    assert extend.distance_db(noise, noise, 16000) == 0
    assert extend.distance_db(noise, 0.5 * noise, 16000) == pytest.approx(6.02, abs=0.05)


def test_the_cut_off_is_read_from_the_notes() -> None:
    assert extend.found_in(["resampled", "cut-off found at 3950 Hz"]) == 3950
    assert extend.found_in(["no cut-off found below 7200 Hz: nothing was extended"]) is None

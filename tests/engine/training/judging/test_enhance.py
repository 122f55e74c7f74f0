from __future__ import annotations

import numpy as np

from engine.audio import open_clip
from engine.training.judging.enhance import judged, write_low_passed


def test_what_lies_above_the_cut_off_is_gone_and_the_rest_as_it_was(write_sound, made_noise, tmp_path) -> None:
    with open_clip(write_sound(made_noise(length_s=1.0))) as clip:
        write_low_passed(clip, tmp_path / "low.wav")
        before = np.abs(np.fft.rfft(clip.read(0, clip.frames)[0]))
    with open_clip(tmp_path / "low.wav") as clip:
        after = np.abs(np.fft.rfft(clip.read(0, clip.frames)[0]))
    hz = np.fft.rfftfreq(16000, 1 / 16000)
    assert after[hz > 7500].max() < 3e-3 * before.max()
    low = hz < 4500
    np.testing.assert_allclose(after[low], before[low], atol=0.02 * before.max())


def test_both_published_figures_stand_beside_those_of_adaptive(bundled, write_sound, made_noise) -> None:
    path = write_sound(made_noise(length_s=0.6), name="music-1.wav")
    lines: list[str] = []
    result = judged(bundled, [path], seed=0, report=lines.append)
    row = result["rows"][0]
    assert row["vae_snr_change_db"] == 0
    assert row["frequency_snr_change_db"] < row["adaptive_snr_change_db"]
    assert row["adaptive_mel_mse"] <= row["vae_mel_mse"] * 1.0001
    assert row["low_adaptive_high_error"] == abs(row["low_adaptive_high_kept"] - 100)
    assert result["medians"]["all"]["adaptive_high_kept"] == row["adaptive_high_kept"]
    assert result["fell_back"] == row["fell_back"]
    assert "fell back to strength 0: " in lines[-1]

from __future__ import annotations

import numpy as np
import pytest

from engine.training.judging import denoise
from engine.training.judging.damage import si_sdr_db
from engine.training.judging.denoise import judged, noise_for, wiener_filtered

RATE = 16000


@pytest.mark.parametrize("name", ["white", "pink", "recorded"])
def test_noise_lies_10_db_below_the_sound_and_begins_before_it(write_sound, made_noise, name) -> None:
    clean = made_noise(length_s=1.0, channels=2)
    other = write_sound(made_noise(length_s=0.5, seed=3), name="environment-rain.wav")
    noise = noise_for(name, clean, RATE, other.with_name("speech.wav"), [other], 0)
    assert noise.shape == (2, 2 * RATE)
    heard = noise[:, RATE:]
    assert 10 * np.log10(np.mean(clean**2) / np.mean(heard**2)) == pytest.approx(10, abs=0.01)
    np.testing.assert_array_equal(noise[0], noise[1])
    assert noise[:, :RATE].std() > 0


def test_pink_noise_falls_by_3_db_an_octave(made_noise) -> None:
    noise = noise_for("pink", made_noise(length_s=8.0), RATE, None, [], 0)
    power = np.abs(np.fft.rfft(noise[0])) ** 2
    hz = np.fft.rfftfreq(noise.shape[1], 1 / RATE)
    low, high = (power[(hz >= f) & (hz < 2 * f)].mean() for f in (200, 3200))
    assert 10 * np.log10(low / high) == pytest.approx(12, abs=0.5)


def test_without_another_recording_there_is_no_recorded_noise(write_sound, made_noise) -> None:
    alone = write_sound(made_noise(), name="environment-rain.wav")
    assert noise_for("recorded", made_noise(), RATE, alone, [alone], 0) is None


def test_the_classical_filter_lowers_noise(made_noise, made_tone) -> None:
    clean = made_tone(length_s=2.0) * np.sin(np.arange(2 * RATE) / 3000).astype(np.float32)
    noisy = 0.5 * made_noise(length_s=3.0)
    noisy[:, RATE:] += clean
    out = wiener_filtered(noisy, RATE, RATE, 0.98)
    assert out.shape == clean.shape
    assert si_sdr_db(clean, out) > si_sdr_db(clean, noisy[:, RATE:]) + 10


def test_a_recording_is_denoised_every_way(bundled, demo_folder, monkeypatch) -> None:
    monkeypatch.setattr(denoise, "LENGTH_S", 1.5)
    lines: list[str] = []
    result = judged(bundled, [demo_folder / "speech-p286-011.wav"], seed=0, report=lines.append)
    assert [row["noise"] for row in result["rows"]] == ["white", "pink"]  # there is no other recording
    for row in result["rows"]:
        assert row["si_sdr_round_trip"] < 11 < row["si_sdr_wiener"] < row["si_sdr_oracle"]
        assert row["above_wiener"] > 0
        assert row["above_wiener"] == pytest.approx(row["si_sdr_take"] - row["si_sdr_wiener"])
    assert result["medians"]["all"]["si_sdr_take_recorded"] is None
    assert len(lines) == 2 + 2 + 3

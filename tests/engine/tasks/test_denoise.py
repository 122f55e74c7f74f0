from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InputError
from engine.metrics import compare
from engine.settings import DenoiseSettings, RestoreSettings

RATE = 16000


def denoise(noise_from: str = "", **choice: float) -> RestoreSettings:
    return RestoreSettings(method="vae", task="denoise", task_settings=DenoiseSettings(noise_from, **choice))


def decibels(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(sound))))


@pytest.fixture
def noisy(speech, made_noise) -> np.ndarray:
    """A second of white noise, then speech in it at 10 dB."""
    noise = made_noise(length_s=3.5)
    noise *= np.sqrt(np.mean(speech**2) / np.mean(noise**2) / 10)
    noise[:, RATE:] += speech
    return noise


def test_white_noise_at_10_db_is_lowered_by_more_than_5_db(taken, noisy, speech) -> None:
    out = taken(noisy, denoise("0:1"), start_s=1.0).patch.samples
    before = compare(speech, noisy[:, RATE:], RATE).si_sdr_db
    assert before == pytest.approx(10, abs=0.2)
    assert compare(speech, out, RATE).si_sdr_db > before + 5.5


def test_without_a_profile_it_finds_most_of_the_noise_by_itself(taken, noisy, speech) -> None:
    out = taken(noisy, denoise(), start_s=1.0).patch.samples
    assert compare(speech, out, RATE).si_sdr_db > 10 + 4


def test_the_profile_may_lie_far_outside_the_region(taken, noisy, speech) -> None:
    sound = np.concatenate([noisy, np.zeros((1, 3 * RATE), np.float32), noisy[:, RATE:]], axis=1)
    out = taken(sound, denoise("0:1"), start_s=6.5).patch.samples
    assert compare(speech, out, RATE).si_sdr_db > 15.5


def test_nothing_is_ever_raised(taken, made_noise, noisy) -> None:
    """The gain is at most 0 dB in every bin, so that no stretch has more energy than before."""
    out = taken(noisy, denoise("0:1")).patch.samples
    before, after = (np.square(sound[:, : 55 * 1000]).reshape(-1, 1000).sum(axis=1) for sound in (noisy, out))
    assert (after < 1.02 * before).all()


def test_noise_alone_goes_down_nearly_to_the_floor_and_this_is_told(taken, made_noise) -> None:
    noise = made_noise(length_s=4.0)
    for floor_db in (-25.0, -12.0):
        take = taken(noise, denoise("0:1", floor_db=floor_db), start_s=1.0)
        assert floor_db <= decibels(take.patch.samples) - decibels(noise) < floor_db + 6
        assert f"nothing stands out of the noise; the region is lowered by up to {-floor_db:g} dB" in take.notes


def test_the_amount_is_a_share_of_the_reduction_in_decibels(taken, made_noise) -> None:
    noise = made_noise(length_s=3.0)
    whole, half, none = (
        taken(noise, denoise("0:1", amount=amount), start_s=1.0).patch.samples for amount in (1.0, 0.5, 0.0)
    )
    assert decibels(half) - decibels(noise) == pytest.approx((decibels(whole) - decibels(noise)) / 2, abs=1.5)
    np.testing.assert_allclose(none, noise[:, RATE:], atol=1e-5)


def test_noise_above_the_models_band_is_lowered_too(taken, made_noise) -> None:
    noise = made_noise(length_s=3.0, rate=48000)
    take = taken(noise, denoise("0:1"), rate=48000, start_s=1.0)
    spectra = [np.abs(np.fft.rfft(sound[0, -96000:])) ** 2 for sound in (noise, take.patch.samples)]
    high = slice(20000, 46000)  # 10 to 23 kHz
    assert 10 * np.log10(spectra[1][high].sum() / spectra[0][high].sum()) < -15


def test_the_stereo_image_stays(taken, noisy) -> None:
    stereo = np.concatenate([noisy, -0.5 * noisy])
    out = taken(stereo, denoise("0:1"), start_s=1.0).patch.samples
    np.testing.assert_allclose(out[1], -0.5 * out[0], atol=1e-6)


def test_a_long_region_is_denoised_without_a_step_between_blocks(taken, noisy, monkeypatch) -> None:
    from engine.render import gain

    whole = taken(noisy, denoise("0:1")).patch.samples
    monkeypatch.setattr(gain, "BLOCK_VALUES", 1 << 15)
    in_blocks = taken(noisy, denoise("0:1")).patch.samples
    np.testing.assert_allclose(in_blocks, whole, atol=1e-4)


@pytest.mark.parametrize("level", [0.0, 0.7])
def test_silence_and_an_offset_stay_as_they_are(taken, level) -> None:
    sound = np.full((1, 2 * RATE), level, np.float32)
    take = taken(sound, denoise())
    np.testing.assert_allclose(take.patch.samples, sound, atol=1e-5)
    assert [note for note in take.notes if "nothing" in note] == ["no noise was found; nothing is taken away"]


def test_what_is_too_short_for_an_estimate_stays_as_it_is(taken, made_noise) -> None:
    noise = made_noise(length_s=0.1)
    take = taken(noise, denoise())
    np.testing.assert_allclose(take.patch.samples, noise, atol=1e-4)
    assert any("too short to find the noise in" in note for note in take.notes)


def test_a_full_scale_square_gives_finite_samples_no_louder(taken) -> None:
    square = np.sign(np.sin(np.arange(2 * RATE) / 20 + 0.1)).astype(np.float32)[None]
    out = taken(square, denoise()).patch.samples
    assert np.isfinite(out).all() and decibels(out) < 0.1


@pytest.mark.parametrize(
    ("noise_from", "said"),
    [("0:9", "the recording lasts from 0 to 3.500 s"), ("0.1:0.15", "a stretch of 0.1 s or more is accepted")],
)
def test_a_stretch_that_is_not_there_is_refused(taken, noisy, noise_from, said) -> None:
    with pytest.raises(InputError, match=said):
        taken(noisy, denoise(noise_from))


@pytest.mark.parametrize("noise_from", ["1", "1:", "b:2", "2:1", "1:1", "-1:2", "0:inf", "0:nan", "1:2:3"])
def test_a_stretch_must_be_two_rising_times(noise_from) -> None:
    with pytest.raises(InputError, match="START:END in seconds is accepted"):
        DenoiseSettings(noise_from)


@pytest.mark.parametrize("choice", [{"amount": 1.5}, {"amount": -0.1}, {"floor_db": 3.0}, {"floor_db": -99.0}])
def test_settings_out_of_range_are_refused(choice) -> None:
    with pytest.raises(InputError, match="accepted is"):
        DenoiseSettings(**choice)

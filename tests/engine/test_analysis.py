from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import analysis as analysing
from engine.analysis import analyse
from engine.audio import open_clip
from engine.mel import MelSpec, log_mel, measure_level
from engine.progress import Control
from engine.region import region_of
from engine.settings import ReconstructSettings
from engine.targets import region_rows
from engine.tasks import reconstruct


def analysed(path, start=0, end=None, spec=None):
    clip = open_clip(path)
    return analyse(clip, start, end or clip.frames, spec or MelSpec(), torch.device("cpu"), Control())


def test_it_equals_an_independent_implementation(write_sound, made_noise) -> None:
    """librosa with magnitudes (power=1) and our padding, of the levelled sound; DESIGN: within 2e-5."""
    import librosa

    noise = made_noise(length_s=1.0)[0]
    levelled = noise - noise.mean()
    levelled *= 0.5 / np.abs(levelled).max()
    padded = np.pad(levelled, 432, mode="reflect")
    mel = librosa.feature.melspectrogram(
        y=padded, sr=16000, n_fft=1024, hop_length=160, center=False, power=1, n_mels=64, fmin=0, fmax=8000
    )
    expected = np.log(np.maximum(mel, 1e-5)).T
    assert np.abs(analysed(write_sound(noise[None])).mel.numpy() - expected).max() < 2e-5


def test_at_the_models_rate_it_is_the_mel_of_the_levelled_sound(write_sound, made_noise) -> None:
    noise = made_noise(length_s=1.03, channels=2) + 0.1
    found = analysed(write_sound(noise))
    sound = torch.from_numpy(noise)
    expected = log_mel(measure_level(sound).apply(sound))
    assert found.mel.shape == expected.shape
    # Resampling 1:1 changes nothing; what differs is the rounding of the mean.
    torch.testing.assert_close(found.mel, expected, atol=2e-3, rtol=0)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 96000, 192000])
def test_tones_land_in_their_band_at_any_rate(write_sound, made_tone, rate) -> None:
    found = analysed(write_sound(made_tone(frequency_hz=1000, rate=rate), rate))
    assert found.mel.shape == (100, 64)
    assert found.mel[20:80].mean(dim=0).argmax().item() == 21  # 1000 Hz lies at mel 15 of 45.2


@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_an_impulse_is_found_where_it_is(write_sound, rate) -> None:
    sound = np.zeros((1, rate), np.float32)
    sound[0, rate // 4 : rate // 4 + rate // 1000] = 0.5
    found = analysed(write_sound(sound, rate))
    assert abs(int(found.mel.sum(dim=1).argmax()) - float(found.mel_positions(np.array([rate / 4]))[0])) < 1


def test_blocks_make_no_difference(write_sound, made_noise, monkeypatch) -> None:
    path = write_sound(made_noise(length_s=2.0, rate=44100), 44100)
    whole = analysed(path)
    monkeypatch.setattr(analysing, "BLOCK_S", 0.0371)
    monkeypatch.setattr(analysing, "BLOCK_MEL_FRAMES", 13)
    torch.testing.assert_close(analysed(path).mel, whole.mel, atol=1e-4, rtol=0)


def test_only_what_is_asked_for_is_read(write_sound, made_noise) -> None:
    noise = made_noise(length_s=2.0)
    noise[0, 20000] = np.nan
    analysed(write_sound(noise), 0, 16000)


@pytest.mark.parametrize("frames", [1, 2, 50, 159, 161, 1000])
def test_very_short_recordings_are_analysed(write_sound, frames) -> None:
    found = analysed(write_sound(np.full((1, frames), 0.3, np.float32), 44100))
    assert torch.isfinite(found.mel).all()
    assert len(found.mel) >= 1


def test_the_regions_rows_hold_its_sound_and_hardly_more(write_sound, made_noise) -> None:
    found = analysed(write_sound(made_noise(length_s=2.0, rate=44100), 44100))
    region = region_of(88200, 44100, start_s=0.5, end_s=0.75)
    assert region_rows(found, region) == slice(50, 75)
    one_frame = region_of(88200, 44100, start_s=0.5, end_s=0.5 + 1 / 44100)
    rows = region_rows(found, one_frame)
    assert rows.stop - rows.start == 1


def test_reconstruct_trusts_all_and_renders_the_region(write_sound, made_noise) -> None:
    found = analysed(write_sound(made_noise(length_s=2.0)))
    region = region_of(32000, 16000, start_s=0.5, end_s=1.0)
    target = reconstruct.target(found, region, ReconstructSettings(), torch.Generator(), Control())
    assert target.trust.min() == 1
    assert target.keep[50:100].max() == 0
    assert target.keep[:50].min() == target.keep[100:].min() == 1
    assert target.keeps_level


def test_frames_of_mel_positions_are_those_that_the_positions_came_from(write_sound, made_noise) -> None:
    found = analysed(write_sound(made_noise(length_s=1.0)))
    frames = np.array([0.0, 80.0, 12345.5])
    np.testing.assert_allclose(found.frames_at(found.mel_positions(frames)), frames)

from __future__ import annotations

import numpy as np
import pytest
import soundfile
import torch

from engine.audio import open_clip
from engine.errors import Cancelled
from engine.export import write_patched
from engine.jobs import level_shift, measure, restore
from engine.mel import MelSpec
from engine.progress import Control
from engine.region import region_of
from engine.settings import GuidedSettings, RestoreSettings, components_for


def taken(path, model, settings=None, control=None, **choice):
    with open_clip(path) as clip:
        region = region_of(clip.frames, clip.rate, **choice)
        take = restore(clip, region, settings or RestoreSettings(method="vae"), model, control)
        return take, measure(clip, region, take.patch)


def test_a_real_recording_comes_back_close(bundled, demo_folder) -> None:
    take, _ = taken(demo_folder / "music-loop-mika.flac", bundled)
    assert take.patch.samples.shape == (2, 352800)


DEMO = ("speech-p286-011.wav", "music-loop-mika.flac", "environment-3-142593-a.ogg")


@pytest.mark.parametrize("name", DEMO)
def test_gain_keeps_what_the_model_card_promises(bundled, demo_folder, name) -> None:
    """The card's medians, less what a single recording may lie below them."""
    _, measures = taken(demo_folder / name, bundled)
    assert measures.si_sdr_db > 23
    assert measures.correlation > 0.997
    assert measures.mel_db < 0.5
    assert 95 < measures.band_retention.high < 105
    assert measures.lufs_result == pytest.approx(measures.lufs_reference, abs=0.2)


@pytest.mark.parametrize("name", DEMO)
def test_griffinlim_makes_the_mel_heard(bundled, demo_folder, name) -> None:
    _, measures = taken(
        demo_folder / name, bundled, RestoreSettings(method="vae", renderer="griffinlim"), start_s=1.0, end_s=4.0
    )
    assert measures.mel_db < 2.0


def test_measures_of_a_band_are_those_of_the_band(bundled, demo_folder) -> None:
    """What lies outside the band is untouched; counted in, it would flatter the take."""
    path = demo_folder / "speech-p286-011.wav"
    _, whole = taken(path, bundled, start_s=1.0, end_s=2.0)
    _, band = taken(path, bundled, start_s=1.0, end_s=2.0, low_hz=2000, high_hz=6000)
    assert band.si_sdr_db < whole.si_sdr_db + 6
    assert band.band_retention.low is None or band.band_retention.low == pytest.approx(100, abs=5)


def turned_degrees(before: np.ndarray, after: np.ndarray) -> float:
    """Change of the phase between two channels, rms over the cells within 20 dB of the peak."""
    window = torch.hann_window(2048)
    spectra = [
        torch.stft(torch.from_numpy(sound.T / 2**31).float(), 2048, 512, window=window, return_complex=True)
        for sound in (before, after)
    ]
    loud = spectra[0].abs().amin(dim=0) > spectra[0].abs().max() / 10
    assert int(loud.sum()) > 100
    crossed = [spectrum[0] * spectrum[1].conj() for spectrum in spectra]
    return float(torch.rad2deg((crossed[1] * crossed[0].conj()).angle()[loud]).square().mean().sqrt())


def test_a_region_in_a_24_bit_stereo_file_changes_nothing_outside(bundled, demo_folder, tmp_path) -> None:
    sound, rate = soundfile.read(demo_folder / "music-loop-mika.flac", dtype="int32", always_2d=True)
    soundfile.write(tmp_path / "in.wav", sound, rate, subtype="PCM_24")
    take, _ = taken(tmp_path / "in.wav", bundled, start_s=2.0, end_s=4.5, low_hz=300, high_hz=6000)
    with open_clip(tmp_path / "in.wav") as clip:
        write_patched(clip, [take.patch], tmp_path / "out.wav")
    before, _ = soundfile.read(tmp_path / "in.wav", dtype="int32", always_2d=True)
    after, rate_after = soundfile.read(tmp_path / "out.wav", dtype="int32", always_2d=True)
    first, last = round(2.0 * rate), round(4.5 * rate)
    assert (rate_after, soundfile.info(tmp_path / "out.wav").subtype) == (rate, "PCM_24")
    assert turned_degrees(before[first:last], after[first:last]) < 3
    np.testing.assert_array_equal(before[:first], after[:first])
    np.testing.assert_array_equal(before[last:], after[last:])
    assert (before[first:last] != after[first:last]).any()


def test_the_same_settings_give_the_same_samples(bundled, demo_folder) -> None:
    for renderer in ("gain", "griffinlim"):
        settings = RestoreSettings(method="vae", renderer=renderer, seed=7)
        path = demo_folder / "environment-3-142593-a.ogg"
        first, again = (taken(path, bundled, settings, start_s=1.0, end_s=2.0)[0].patch.samples for _ in range(2))
        np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("frames", [1, 7, 441, 4410])
@pytest.mark.parametrize("kind", ["noise", "silence", "dc", "square"])
def test_odd_recordings_give_finite_samples(bundled, write_sound, made_noise, frames, kind) -> None:
    square = np.sign(np.sin(np.arange(frames) / 20 + 0.1))
    sounds = {"silence": np.zeros(frames), "dc": np.full(frames, 0.7), "square": square}
    sound = sounds[kind] if kind in sounds else made_noise(rate=44100)[0, :frames]
    take, _ = taken(write_sound(np.asarray(sound, np.float32)[None], 44100), bundled)
    assert take.patch.samples.shape == (1, frames)
    assert np.isfinite(take.patch.samples).all()
    if kind in ("silence", "dc"):
        np.testing.assert_allclose(take.patch.samples, sound[None], atol=0.02)


def test_a_region_of_one_frame_is_taken(bundled, demo_folder) -> None:
    take, _ = taken(demo_folder / "speech-p286-011.wav", bundled, start_s=1.0, end_s=1.0 + 1 / 48000)
    assert take.patch.samples.shape == (1, 1)


def test_the_context_is_as_long_as_asked_for(bundled, write_sound, made_noise) -> None:
    """Beyond the context nothing is read: a NaN there is not met."""
    noise = made_noise(length_s=6.0)
    noise[0, 60000] = np.nan
    path = write_sound(noise)
    taken(path, bundled, start_s=1.0, end_s=2.0)
    from engine.errors import RecordingError

    with pytest.raises(RecordingError, match="first at frame 60000"):
        taken(path, bundled, start_s=2.0, end_s=3.0)


def test_a_take_says_all_that_it_follows_from(bundled, demo_folder) -> None:
    take, _ = taken(
        demo_folder / "environment-3-142593-a.ogg", bundled, RestoreSettings(method="vae", seed=5), end_s=0.5
    )
    assert take.model_hash == bundled.hash
    assert (take.model_name, take.licence, take.device) == ("bundled", "MIT", "cpu")
    assert take.settings.seed == 5
    assert take.region.end_frame == 22050


def test_only_what_a_renderer_needs_is_loaded() -> None:
    assert components_for(RestoreSettings()) == ("vae",)
    assert components_for(RestoreSettings(renderer="vocoder")) == ("vae", "vocoder")
    assert components_for(RestoreSettings(method="partial")) == ("vae", "unet")
    published = RestoreSettings(method="guided", method_settings=GuidedSettings(preset="published"))
    assert components_for(published) == ("vae", "unet")


def test_a_job_stops_when_told_to_at_any_stage(bundled, demo_folder) -> None:
    stages: list[str] = []
    path = demo_folder / "environment-3-142593-a.ogg"
    taken(path, bundled, control=Control(report=lambda stage, done, of: stages.append(stage)))
    assert list(dict.fromkeys(stages)) == ["reading", "analysing", "taking again", "rendering"]
    for after in range(len(stages)):
        seen: list[str] = []
        control = Control(
            lambda stage, done, of, seen=seen: seen.append(stage), lambda n=after, seen=seen: len(seen) > n
        )
        if after < len(stages) - 1:
            with pytest.raises(Cancelled):
                taken(path, bundled, control=control)
            assert len(seen) == after + 1


def test_a_mel_of_the_wrong_level_is_brought_back() -> None:
    spec = MelSpec()
    mel = torch.randn(50, 64) - 4
    assert level_shift(mel - 0.3, mel, spec) == pytest.approx(0.3, abs=1e-4)
    assert level_shift(torch.full_like(mel, spec.silence), mel, spec) == 0.0
    assert level_shift(mel - 5, mel, spec) == 1.0

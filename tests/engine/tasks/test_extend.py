"""What `extend` finds and hands to a method, and what comes of it through the whole way of a repair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from engine.audio import open_clip
from engine.errors import Cancelled, InputError
from engine.jobs import analyse_with_context, restore
from engine.metrics import compare
from engine.progress import Control
from engine.region import region_of
from engine.settings import ExtendSettings, RestoreSettings
from engine.tasks import extend

EXTEND = RestoreSettings(method="vae", task="extend")  # through the VAE: what is tested here is not the UNet


def low_passed(sound: np.ndarray, rate: int, cutoff_hz: float) -> np.ndarray:
    kernel = signal.firwin(801, cutoff_hz, window=("kaiser", 8.0), fs=rate)
    return signal.oaconvolve(sound, kernel[None], mode="same", axes=1).astype(np.float32)


def coloured(made_noise, rate: int = 16000, channels: int = 1, length_s: float = 2.0) -> np.ndarray:
    """Noise that falls slowly and swells twice a second."""
    noise = made_noise(rate=rate, channels=channels, length_s=length_s)
    swell = 0.6 + 0.4 * np.sin(4 * np.pi * np.arange(noise.shape[1]) / rate)
    return (signal.lfilter([1], [1, -0.5], noise) * swell).astype(np.float32)


def powers_db(sound: np.ndarray, rate: int, low_hz: float, high_hz: float) -> np.ndarray:
    filt = signal.butter(6, (low_hz, high_hz), "bandpass", fs=rate, output="sos")
    return 10 * np.log10(np.square(signal.sosfilt(filt, sound, axis=1)).mean(axis=1) + 1e-20)


@pytest.mark.parametrize("cutoff_hz", [2500, 3400, 4000, 5500, 7000])
@pytest.mark.parametrize("name", ["speech-p286-011.wav", "music-loop-mika.flac"])
def test_the_cut_off_is_found(demo_folder, write_sound, bundled, name, cutoff_hz) -> None:
    import soundfile

    sound, rate = soundfile.read(demo_folder / name, frames=3 * 48000, dtype="float32", always_2d=True)
    with open_clip(write_sound(low_passed(sound.T, rate, cutoff_hz), rate)) as clip:
        region = region_of(clip.frames, rate)
        analysis = analyse_with_context(clip, region, EXTEND, bundled, Control())
    assert extend.found_cutoff(analysis, region, Control()) == pytest.approx(cutoff_hz, abs=200)


@pytest.mark.parametrize("cutoff_hz", [2500, 4000, 5500])
@pytest.mark.parametrize("name", ["speech-p286-011.wav", "music-loop-mika.flac"])
@pytest.mark.parametrize("flank", ["butterworth", "elliptic"])
def test_a_sloping_flank_is_cut_at_its_top(demo_folder, write_sound, bundled, name, cutoff_hz, flank) -> None:
    import soundfile

    sound, rate = soundfile.read(demo_folder / name, frames=3 * 48000, dtype="float32", always_2d=True)
    if flank == "butterworth":
        cut = signal.sosfiltfilt(signal.butter(12, cutoff_hz, fs=rate, output="sos"), sound.T, axis=1)
    else:
        cut = signal.sosfilt(signal.ellip(5, 1, 40, cutoff_hz, fs=rate, output="sos"), sound.T, axis=1)
    with open_clip(write_sound(cut.astype(np.float32), rate)) as clip:
        region = region_of(clip.frames, rate)
        analysis = analyse_with_context(clip, region, EXTEND, bundled, Control())
    # Such filters are 12 dB down some per cent above the frequency that they are named by.
    assert extend.found_cutoff(analysis, region, Control()) == pytest.approx(1.03 * cutoff_hz, rel=0.05)


@pytest.mark.parametrize("slope_db", [20, 40, 100, 400])
def test_the_cut_off_lies_within_12_db_of_what_is_below_it_however_steep_the_flank(slope_db) -> None:
    bins_hz = np.fft.rfftfreq(1024, 1 / 16000)
    tilt_db = -6 * np.log2(np.maximum(bins_hz, 50) / 1000)
    fall_db = np.clip(slope_db * (bins_hz - 4000) / 500, 0, 60)
    found_hz = extend.steepest_fall_hz(tilt_db - fall_db, bins_hz, 7200)
    assert found_hz is not None
    assert 4000 <= found_hz <= 4000 + 12 / slope_db * 500 + bins_hz[1]


@pytest.mark.parametrize("renderer", ["gain", "griffinlim"])
def test_with_nothing_to_extend_channels_pass_whatever_renders(write_sound, made_noise, bundled, renderer) -> None:
    noise = made_noise(channels=2)
    with open_clip(write_sound(noise)) as clip:
        region = region_of(clip.frames, 16000)
        patch = restore(clip, region, RestoreSettings(method="vae", task="extend", renderer=renderer), bundled).patch
    assert np.array_equal(patch.samples, noise)


def test_a_slope_is_no_cut_off(write_sound, made_noise, bundled) -> None:
    steep = signal.lfilter([1], [1, -1.6, 0.64], made_noise(length_s=2.0)).astype(np.float32)
    with open_clip(write_sound(steep)) as clip:
        region = region_of(clip.frames, 16000)
        analysis = analyse_with_context(clip, region, EXTEND, bundled, Control())
        take = restore(clip, region, EXTEND, bundled)
        assert np.array_equal(take.patch.samples, clip.read(0, clip.frames))
    assert extend.found_cutoff(analysis, region, Control()) is None
    assert any("nothing was extended" in note for note in take.notes)


def test_below_the_cut_off_the_recording_passes_and_above_there_is_sound(write_sound, made_noise, bundled) -> None:
    whole = coloured(made_noise)
    cut = low_passed(whole, 16000, 4000)
    with open_clip(write_sound(cut)) as clip:
        take = restore(clip, region_of(clip.frames, 16000), EXTEND, bundled)
    result = take.patch.samples
    kept = compare(low_passed(cut, 16000, 3600), low_passed(result, 16000, 3600), 16000).si_sdr_db
    assert kept > 40
    for low_hz, high_hz in ((4500, 5600), (5600, 7100)):
        wanted, have, before = (powers_db(x, 16000, low_hz, high_hz)[0] for x in (whole, result, cut))
        assert before < wanted - 40
        assert have == pytest.approx(wanted, abs=6)
    assert any(note.startswith("cut-off found at 40") for note in take.notes)


def test_what_is_made_swells_with_the_recording(write_sound, made_noise, bundled) -> None:
    cut = low_passed(coloured(made_noise), 16000, 4000)
    with open_clip(write_sound(cut)) as clip:
        result = restore(clip, region_of(clip.frames, 16000), EXTEND, bundled).patch.samples
    high = signal.sosfilt(signal.butter(6, 5000, "highpass", fs=16000, output="sos"), result[0])
    levels = [np.log(np.square(x[: 32000 // 800 * 800].reshape(-1, 800)).mean(axis=1)) for x in (high, cut[0])]
    assert np.corrcoef(*levels)[0, 1] > 0.8


def test_the_cut_off_can_be_given(write_sound, made_noise, bundled) -> None:
    settings = replace(EXTEND, task_settings=ExtendSettings(cutoff_hz=3000))
    sound = coloured(made_noise)
    with open_clip(write_sound(sound)) as clip:
        take = restore(clip, region_of(clip.frames, 16000), settings, bundled)
    assert "cut-off given as 3000 Hz" in take.notes
    assert np.abs(take.patch.samples - sound).max() > 0.01


@pytest.mark.parametrize(("rate", "hint"), [(8000, "--rate 16000"), (16000, "--set cutoff_hz="), (48000, "--set")])
def test_where_nothing_is_extended_the_note_tells_what_would(write_sound, made_noise, bundled, rate, hint) -> None:
    with open_clip(write_sound(made_noise(rate=rate), rate)) as clip:
        take = restore(clip, region_of(clip.frames, rate), EXTEND, bundled)
    (note,) = (note for note in take.notes if "nothing was extended" in note)
    assert hint in note


@pytest.mark.parametrize("cutoff_hz", [500, 7500, 100000])
def test_a_cut_off_where_nothing_can_be_extended_is_refused(write_sound, made_noise, bundled, cutoff_hz) -> None:
    settings = replace(EXTEND, task_settings=ExtendSettings(cutoff_hz=cutoff_hz))
    with (
        open_clip(write_sound(made_noise())) as clip,
        pytest.raises(InputError, match=f"cutoff_hz is {cutoff_hz}; accepted is 1000 to 7200 Hz"),
    ):
        restore(clip, region_of(clip.frames, 16000), settings, bundled)


@pytest.mark.parametrize("width", [0.0, 1.0])
def test_the_image_goes_on_above_the_cut_off(write_sound, made_noise, bundled, width) -> None:
    one, other = coloured(made_noise, channels=2)
    cut = low_passed(np.array([one, 0.5 * ((1 - width) * one + width * other)]), 16000, 4000)
    with open_clip(write_sound(cut)) as clip:
        result = restore(clip, region_of(clip.frames, 16000), EXTEND, bundled).patch.samples
    left, right = signal.sosfilt(signal.butter(6, 4800, "highpass", fs=16000, output="sos"), result, axis=1)
    assert 10 * np.log10(np.square(right).mean() / np.square(left).mean()) == pytest.approx(-6, abs=1)
    correlation = np.mean(left * right) / np.sqrt(np.square(left).mean() * np.square(right).mean())
    assert correlation == pytest.approx(1 - width, abs=0.05 if width == 0 else 0.25)


def test_a_region_is_extended_alone(write_sound, made_noise, bundled) -> None:
    cut = low_passed(coloured(made_noise, rate=44100, length_s=3.0), 44100, 4000)
    with open_clip(write_sound(cut, 44100)) as clip:
        region = region_of(clip.frames, 44100, start_s=1.0, end_s=2.0)
        take = restore(clip, region, EXTEND, bundled)
    assert take.patch.samples.shape == (1, 44100)
    assert (
        powers_db(take.patch.samples[:, 4410:-4410], 44100, 5000, 7000)[0] > powers_db(cut, 44100, 5000, 7000)[0] + 30
    )
    assert any("as far as the model hears" in note for note in take.notes)


@pytest.mark.parametrize("sound", [np.zeros((1, 16000)), np.full((2, 16000), 0.5)])
def test_silence_and_an_offset_pass(write_sound, bundled, sound) -> None:
    sound = sound.astype(np.float32)
    with open_clip(write_sound(sound)) as clip:
        patch = restore(clip, region_of(clip.frames, 16000), EXTEND, bundled).patch
    np.testing.assert_allclose(patch.samples, sound, atol=1e-4)


def test_a_region_of_one_frame_passes(write_sound, made_noise, bundled) -> None:
    cut = low_passed(coloured(made_noise), 16000, 4000)
    with open_clip(write_sound(cut)) as clip:
        take = restore(clip, region_of(clip.frames, 16000, start_s=0.5, end_s=0.5 + 1 / 16000), EXTEND, bundled)
    assert take.patch.samples.shape == (1, 1)
    assert np.isfinite(take.patch.samples).all()


def test_falls_are_told_from_rises_and_from_the_top() -> None:
    bins_hz = np.fft.rfftfreq(1024, 1 / 16000)
    flat = np.zeros(513)
    assert extend.steepest_fall_hz(flat, bins_hz, 7200) is None
    notch = np.where((bins_hz > 3000) & (bins_hz < 3500), -60.0, 0.0)
    assert extend.steepest_fall_hz(notch, bins_hz, 7200) is None
    cut = np.where(bins_hz > 3400, -60.0, 0.0)
    assert extend.steepest_fall_hz(cut, bins_hz, 7200) == pytest.approx(3400, abs=20)
    assert extend.steepest_fall_hz(np.where(bins_hz > 7600, -60.0, 0.0), bins_hz, 7200) is None


def test_the_spectrum_is_the_same_in_one_block_and_in_many(made_noise, monkeypatch) -> None:
    sound = coloured(made_noise, channels=2)
    whole, _ = extend.long_term_spectrum_db(sound, 16000, Control())
    monkeypatch.setattr(extend, "BLOCK_FRAMES", 5)
    steps: list[tuple[str, int, int]] = []
    blocks, _ = extend.long_term_spectrum_db(sound, 16000, Control(report=lambda *step: steps.append(step)))
    np.testing.assert_allclose(blocks, whole, atol=1e-4)
    assert len(steps) == 2 * -(-61 // 5)


def test_finding_the_cut_off_stops_when_told_to(made_noise) -> None:
    with pytest.raises(Cancelled):
        extend.long_term_spectrum_db(made_noise(), 16000, Control(cancelled=lambda: True))


def test_the_same_seed_gives_the_same_samples(write_sound, made_noise, bundled) -> None:
    cut = low_passed(coloured(made_noise, length_s=1.0), 16000, 4000)
    with open_clip(write_sound(cut)) as clip:
        region = region_of(clip.frames, 16000)
        first, again = (restore(clip, region, EXTEND, bundled).patch.samples for _ in range(2))
    assert np.array_equal(first, again)

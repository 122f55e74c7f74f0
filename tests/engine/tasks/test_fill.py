"""What `fill` hands to a method, and what comes of it through the whole way of a repair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.analysis import Analysis
from engine.audio import Clip, open_clip
from engine.errors import InputError
from engine.jobs import analyse_with_context, restore
from engine.progress import Control
from engine.region import Region, region_of
from engine.settings import FillSettings, GuidedSettings, RestoreSettings
from engine.targets import Target, region_rows
from engine.tasks import fill

FILL = RestoreSettings(method="vae", task="fill")  # through the VAE: what is tested here is not the UNet
QUIET = 0.02


def target_of(clip: Clip, region: Region, model, control: Control | None = None, **settings) -> tuple[Analysis, Target]:
    control = control or Control()
    analysis = analyse_with_context(clip, region, FILL, model, control)
    generator = torch.Generator().manual_seed(0)
    return analysis, fill.target(analysis, region, FillSettings(**settings), generator, control)


@pytest.fixture
def ambience(made_noise) -> Callable[..., np.ndarray]:
    """Quiet noise whose spectrum falls, of two channels that have nothing in common."""

    def make(rate: int = 16000, length_s: float = 3.0, channels: int = 1) -> np.ndarray:
        from scipy import signal

        white = made_noise(rate=rate, length_s=length_s, channels=channels, rms=QUIET)
        return signal.lfilter([1], [1, -0.7], white).astype(np.float32)

    return make


def with_burst(sound: np.ndarray, region: Region) -> np.ndarray:
    """The sound with full-scale noise in the region."""
    out = sound.copy()
    shape = out[:, region.start_frame : region.end_frame].shape
    out[:, region.start_frame : region.end_frame] = np.random.default_rng(5).uniform(-1, 1, shape)
    return out


def test_nothing_that_the_gap_held_reaches_the_take(write_sound, ambience, bundled) -> None:
    sound = ambience()
    region = region_of(sound.shape[1], 16000, start_s=1.0, end_s=1.3)
    taken = []
    for index, inside in enumerate((with_burst(sound, region), sound)):
        with open_clip(write_sound(inside, name=f"{index}.wav")) as clip:
            taken.append(restore(clip, region, FILL, bundled).patch.samples)
    assert np.array_equal(taken[0], taken[1])


def test_the_level_is_that_of_the_surroundings(write_sound, ambience, bundled) -> None:
    sound = ambience()
    region = region_of(sound.shape[1], 16000, start_s=1.0, end_s=1.5)
    with open_clip(write_sound(with_burst(sound, region))) as clip:
        patch = restore(clip, region, FILL, bundled).patch.samples
    truth = sound[:, region.start_frame : region.end_frame]
    assert 10 * np.log10(np.square(patch).mean() / np.square(truth).mean()) == pytest.approx(0, abs=2)


def test_frames_whose_window_is_mostly_the_gap_are_not_believed(write_sound, ambience, bundled) -> None:
    sound = ambience()
    region = region_of(sound.shape[1], 16000, start_s=1.0, end_s=1.1)
    with open_clip(write_sound(sound)) as clip:
        analysis, target = target_of(clip, region, bundled)
    rows = region_rows(analysis, region)
    doubted = torch.nonzero(target.trust[:, 0] == 0)[:, 0]
    assert torch.equal(torch.nonzero(target.keep[:, 0] == 0)[:, 0], torch.arange(rows.start, rows.stop))
    # A window reaches 32 ms to each side; less than half of that holds a twentieth of its energy.
    assert 1 <= rows.start - int(doubted[0]) <= 2
    assert 1 <= int(doubted[-1]) - (rows.stop - 1) <= 2
    assert torch.equal(target.trust == 0, (target.trust == 0)[:, :1].expand_as(target.trust))


def test_a_box_doubts_its_bands_alone(write_sound, ambience, bundled) -> None:
    sound = ambience()
    region = region_of(sound.shape[1], 16000, start_s=1.0, end_s=1.5, low_hz=1000, high_hz=2000)
    with open_clip(write_sound(sound)) as clip:
        analysis, target = target_of(clip, region, bundled)
    bands = fill.touched_bands(analysis, region)
    assert 0 < bands.start < bands.stop < 64
    assert float(target.trust[:, : bands.start].min()) == 1 and float(target.trust[:, bands.stop :].min()) == 1
    assert bool((target.trust[region_rows(analysis, region), bands] == 0).all())
    assert target.above is None


def test_a_box_leaves_the_other_bands(write_sound, ambience, made_tone, bundled) -> None:
    sound = ambience() + made_tone(frequency_hz=400, length_s=3.0, peak=0.2)
    whistle = 0.3 * made_tone(frequency_hz=3000, length_s=3.0)
    damaged = sound.copy()
    damaged[:, 16000:24000] += whistle[:, 16000:24000]
    region = region_of(sound.shape[1], 16000, start_s=0.9, end_s=1.6, low_hz=2500, high_hz=3500)
    with open_clip(write_sound(damaged)) as clip:
        patch = restore(clip, region, FILL, bundled).patch

    def level_db(values: np.ndarray, hz: float) -> float:
        times = np.arange(values.shape[1]) / 16000
        return 20 * np.log10(np.abs((values[0] * np.exp(-2j * np.pi * hz * times)).mean()))

    inside = slice(3200, -3200)
    before = damaged[:, patch.start_frame : patch.stop_frame][:, inside]
    after = patch.samples[:, inside]
    assert level_db(after, 3000) < level_db(before, 3000) - 20
    assert level_db(after, 400) == pytest.approx(level_db(before, 400), abs=0.1)


def test_two_seeds_differ_in_the_gap_alone_and_one_seed_does_not(write_sound, ambience, bundled) -> None:
    sound = ambience()
    region = region_of(sound.shape[1], 16000, start_s=1.0, end_s=1.3)
    with open_clip(write_sound(sound)) as clip:
        first, again, other = (restore(clip, region, replace(FILL, seed=seed), bundled).patch for seed in (1, 1, 2))
    assert np.array_equal(first.samples, again.samples)
    assert np.abs(first.samples - other.samples)[:, 1000:-1000].max() > QUIET / 2
    assert first.start_frame == region.start_frame and first.stop_frame == region.end_frame


def test_no_click_at_the_joins(write_sound, ambience, made_tone, bundled) -> None:
    sound = ambience(rate=44100) + made_tone(length_s=3.0, rate=44100, peak=0.2)
    region = region_of(sound.shape[1], 44100, start_s=1.0, end_s=1.25)
    with open_clip(write_sound(with_burst(sound, region), 44100)) as clip:
        patch = restore(clip, region, FILL, bundled).patch
    repaired = sound.copy()
    repaired[:, patch.start_frame : patch.stop_frame] = patch.samples
    steps = np.abs(np.diff(repaired[0]))
    for join in (region.start_frame, region.end_frame):
        around = steps[join - 2000 : join + 2000]
        assert steps[join - 3 : join + 3].max() < 4 * np.sqrt(np.square(around).mean())


@pytest.mark.parametrize(
    "settings",
    [
        replace(FILL, task_settings=FillSettings(texture=0.0)),
        RestoreSettings(task="fill", method_settings=GuidedSettings(steps=4)),
    ],
    ids=["plain", "default"],
)
def test_a_gap_longer_than_the_models_window_has_no_seams(write_sound, ambience, bundled_whole, settings) -> None:
    """Windows of 5.12 s begin each 3.84 s, the renderer's blocks each 10.24 s."""
    sound = ambience(length_s=15.0)
    region = region_of(sound.shape[1], 16000, start_s=1.5, end_s=13.5)
    with open_clip(write_sound(with_burst(sound, region))) as clip:
        patch = restore(clip, region, settings, bundled_whole).patch.samples[0]
    length = 8000
    spectra = [np.abs(np.fft.rfft(patch[at : at + 1024] * np.hanning(1024))) for at in range(0, len(patch) - 1024, 256)]
    flatness = np.array([np.log(spectrum[8:] + 1e-9).mean() for spectrum in spectra])
    analysed_from_s = 1.5 - 1.28

    def step_db(at: int) -> float:
        before, after = patch[at - length : at], patch[at : at + length]
        return float(10 * np.log10(np.square(after).mean() / np.square(before).mean()))

    usual_db = float(np.std([step_db(at) for at in range(length, len(patch) - length, 800)]))
    # A textured guess rises and falls all along: a seam would stand out of that.
    limit_db = max(0.5, 3 * usual_db) if settings.task_settings.texture else 0.5
    for join_s in (0.64, 3.84, 4.48, 5.12, 7.68, 8.0, 8.32, 10.24 + 1.28):
        join = round((join_s - 1.5 + analysed_from_s) * 16000)
        if not length <= join <= len(patch) - length:
            continue
        assert abs(step_db(join)) < limit_db
        # A line in the spectrogram would be a frame whose levels all lie off.
        near = flatness[max(0, join // 256 - 6) : join // 256 + 3]
        assert np.abs(near - flatness.mean()).max() < 5 * flatness.std()


@pytest.mark.parametrize("width", [0.0, 0.5, 1.0])
def test_levels_and_correlation_of_the_channels_are_those_around(write_sound, ambience, bundled, width) -> None:
    one, other = ambience(length_s=4.0, channels=2)
    sound = np.array([one, 0.5 * (np.sqrt(1 - width**2) * one + width * other)], np.float32)
    region = region_of(sound.shape[1], 16000, start_s=1.5, end_s=2.5)
    with open_clip(write_sound(with_burst(sound, region))) as clip:
        patch = restore(clip, region, FILL, bundled).patch.samples[:, 1600:-1600]
    left, right = patch
    level_db = 10 * np.log10(np.square(right).mean() / np.square(left).mean())
    correlation = np.mean(left * right) / np.sqrt(np.square(left).mean() * np.square(right).mean())
    assert level_db == pytest.approx(-6, abs=1)
    assert correlation == pytest.approx(np.sqrt(1 - width**2), abs=0.01 if width == 0 else 0.2)


@pytest.mark.parametrize("rate", [16000, 44100])
@pytest.mark.parametrize(("left", "right"), [(1, 1), (1, -1), (1, 0), (0, 1)])
def test_channels_with_one_sound_get_one_sound_and_a_silent_one_none(
    write_sound, ambience, bundled, rate, left, right
) -> None:
    sound = np.array([[left], [right]], np.float32) * ambience(rate)
    region = region_of(sound.shape[1], rate, start_s=1.0, end_s=1.5)
    with open_clip(write_sound(with_burst(sound, region), rate)) as clip:
        patch = restore(clip, region, FILL, bundled).patch.samples
    # What stands across the line on which all of the recording lies: below -120 dBFS.
    assert np.abs(right * patch[0] - left * patch[1]).max() < 1e-6
    assert np.sqrt(np.square(patch).mean()) > QUIET / 2


def test_a_full_band_recording_has_no_dull_hole(write_sound, ambience, bundled) -> None:
    from scipy import signal

    sound = ambience(rate=44100, length_s=2.5)
    region = region_of(sound.shape[1], 44100, start_s=1.0, end_s=1.5)
    with open_clip(write_sound(with_burst(sound, region), 44100)) as clip:
        patch = restore(clip, region, FILL, bundled).patch.samples[:, 4410:-4410]
    truth = sound[:, region.start_frame : region.end_frame][:, 4410:-4410]
    for low_hz, high_hz in ((7000, 9000), (9000, 12000), (14000, 18000)):
        filt = signal.butter(4, (low_hz, high_hz), "bandpass", fs=44100, output="sos")
        powers = [np.square(signal.sosfilt(filt, x, axis=1)[:, 2000:]).mean() for x in (patch, truth)]
        assert 10 * np.log10(powers[0] / powers[1]) == pytest.approx(0, abs=3)


def test_a_box_above_the_models_band_is_filled(write_sound, ambience, made_tone, bundled) -> None:
    sound = ambience(rate=44100)
    damaged = sound.copy()
    damaged[:, 40000:80000] += 0.3 * made_tone(frequency_hz=12000, rate=44100, length_s=3.0)[:, 40000:80000]
    region = region_of(sound.shape[1], 44100, start_s=0.85, end_s=1.9, low_hz=11000, high_hz=13000)
    with open_clip(write_sound(damaged, 44100)) as clip:
        patch = restore(clip, region, FILL, bundled).patch.samples[:, 8820:-8820]
    truth = sound[:, region.start_frame : region.end_frame][:, 8820:-8820]
    assert 10 * np.log10(np.square(patch - truth).mean() / np.square(truth).mean()) < 0


def test_up_to_20_ms_no_model_is_asked_and_a_note_says_so(write_sound, made_tone, bundled) -> None:
    tone = made_tone(channels=2, rate=44100)
    region = region_of(tone.shape[1], 44100, start_s=0.4, end_s=0.42)

    class NoModel:
        def __getattr__(self, name: str) -> object:
            assert name in ("folder", "hash", "placement"), f"the model was asked for its {name}"
            return getattr(bundled, name)

    with open_clip(write_sound(with_burst(tone, region), 44100)) as clip:
        take = restore(clip, region, FILL, NoModel())
    truth = tone[:, region.start_frame : region.end_frame]
    np.testing.assert_allclose(take.patch.samples, truth, atol=2e-3)
    assert any("no model was asked" in note for note in take.notes)


@pytest.mark.parametrize("frames", [1, 400])
def test_the_model_is_asked_for_a_click_if_wanted(write_sound, ambience, bundled, frames) -> None:
    sound = ambience()
    region = Region(20000, 20000 + frames, 0.0, 8000.0)
    settings = replace(FILL, task_settings=FillSettings(ar_ms=0))
    with open_clip(write_sound(with_burst(sound, region))) as clip:
        take = restore(clip, region, settings, bundled)
    assert take.patch.samples.shape == (1, frames)
    assert np.abs(take.patch.samples).max() < 10 * QUIET
    assert not take.notes


@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 0.4), (2.6, 3.0)])
def test_a_gap_at_an_end_is_filled_from_the_other_side(write_sound, ambience, bundled, start_s, end_s) -> None:
    sound = ambience()
    region = region_of(sound.shape[1], 16000, start_s=start_s, end_s=end_s)
    with open_clip(write_sound(with_burst(sound, region))) as clip:
        take = restore(clip, region, FILL, bundled)
    level_db = 10 * np.log10(np.square(take.patch.samples).mean() / np.square(sound).mean())
    assert level_db == pytest.approx(0, abs=3)
    assert any("from the other side alone" in note for note in take.notes)


def test_over_the_whole_file_it_is_invented_from_the_long_term_spectrum(write_sound, ambience, bundled) -> None:
    sound = ambience(length_s=1.5)
    with open_clip(write_sound(sound)) as clip:
        take = restore(clip, region_of(clip.frames, 16000), FILL, bundled)
    level_db = 10 * np.log10(np.square(take.patch.samples).mean() / np.square(sound).mean())
    assert level_db == pytest.approx(0, abs=3)
    assert np.corrcoef(take.patch.samples[0], sound[0])[0, 1] < 0.5
    assert any("long-term spectrum" in note for note in take.notes)


def test_a_band_of_the_whole_file_is_guessed_from_the_bands_beside(write_sound, ambience, made_tone, bundled) -> None:
    hum = 0.3 * made_tone(frequency_hz=1500, length_s=2.0)
    with open_clip(write_sound(ambience(length_s=2.0) + hum)) as clip:
        region = region_of(clip.frames, 16000, low_hz=1300, high_hz=1700)
        control = Control()
        analysis, target = target_of(clip, region, bundled, control, texture=0.0)
    bands = fill.touched_bands(analysis, region)
    beside = analysis.mel[:, [bands.start - 1, bands.stop]].mean(dim=1)
    assert float((target.mel[:, bands].mean(dim=1) - beside).abs().max()) < 0.1
    assert any("from the bands beside it" in note for note in control.notes)


def test_silence_around_stays_silent(write_sound, bundled) -> None:
    silence = np.zeros((2, 32000), np.float32)
    region = region_of(32000, 16000, start_s=0.8, end_s=1.1)
    with open_clip(write_sound(with_burst(silence, region))) as clip:
        assert np.abs(restore(clip, region, FILL, bundled).patch.samples).max() < 1e-4


def test_an_offset_goes_on(write_sound, bundled) -> None:
    offset = np.full((1, 32000), 0.5, np.float32)
    region = region_of(32000, 16000, start_s=0.8, end_s=1.0)
    with open_clip(write_sound(with_burst(offset, region))) as clip:
        patch = restore(clip, region, FILL, bundled).patch.samples
    np.testing.assert_allclose(patch, 0.5, atol=0.02)


def test_a_full_scale_square_stays_near_full_scale(write_sound, bundled) -> None:
    square = np.sign(np.sin(2 * np.pi * 110.5 * np.arange(32000) / 16000)).astype(np.float32)[None]
    region = region_of(32000, 16000, start_s=0.8, end_s=1.0)
    with open_clip(write_sound(square)) as clip:
        patch = restore(clip, region, FILL, bundled).patch.samples
    assert np.isfinite(patch).all()
    assert 10 * np.log10(np.square(patch).mean()) == pytest.approx(0, abs=6)


@pytest.mark.parametrize(("key", "value"), [("ar_ms", -1), ("ar_ms", 51), ("texture", 1.5)])
def test_settings_out_of_range_are_refused(key, value) -> None:
    with pytest.raises(InputError, match=key):
        FillSettings(**{key: value})

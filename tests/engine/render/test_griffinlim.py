from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import Cancelled
from engine.mel import MelSpec, log_mel, log_mel_from_magnitude, magnitude, pad_surroundings
from engine.metrics import compare
from engine.progress import Control
from engine.render import griffinlim
from engine.settings import GriffinLimSettings

HEARD_DB = 2.0  # mean error of the sound's mel, analysed again


def rendered(scene, settings=None, seed=0, control=None) -> np.ndarray:
    generator = torch.Generator().manual_seed(seed)
    return griffinlim.render(scene, settings or GriffinLimSettings(), generator, control or Control())


def chirps(rate: int, seconds: float = 2.0) -> np.ndarray:
    """Two sweeps with an envelope over faint noise: tonal, transient and noisy parts in one."""
    time_s = np.arange(int(rate * seconds)) / rate
    sweeps = np.sin(2 * np.pi * (200 + 300 * time_s) * time_s) + 0.5 * np.sin(
        2 * np.pi * (3000 - 500 * time_s) * time_s
    )
    envelope = np.exp(-((time_s * 2) % 1) * 4)
    faint = 0.01 * np.random.default_rng(0).standard_normal(len(time_s))
    return (0.3 * sweeps * envelope + faint).astype(np.float32)[None]


def test_the_sounds_mel_is_the_wanted_one(made_scene) -> None:
    sound = chirps(16000)
    out = rendered(made_scene(sound, 16000))
    assert compare(sound, out, 16000).mel_db < HEARD_DB


def test_iterations_and_momentum_make_magnitudes_and_phase_agree() -> None:
    spec = MelSpec()
    sound = torch.from_numpy(chirps(16000))
    wanted = magnitude(pad_surroundings(sound, spec), spec)
    nothing_held = torch.zeros_like(wanted.T, dtype=torch.bool)

    def disagreement(settings: GriffinLimSettings) -> float:
        generator = torch.Generator().manual_seed(0)
        found = griffinlim.find_phase(wanted.T, sound[0], nothing_held, spec, settings, generator, lambda done: None)
        return float((magnitude(pad_surroundings(found[None], spec), spec) - wanted).norm() / wanted.norm())

    without = disagreement(GriffinLimSettings(iterations=0))
    plain = disagreement(GriffinLimSettings(iterations=32, momentum=0.0))
    fast = disagreement(GriffinLimSettings(iterations=32))
    assert fast < 0.9 * plain
    assert plain < 0.8 * without


def test_sound_around_the_region_stays(made_scene) -> None:
    sound = chirps(16000)
    out = rendered(made_scene(sound, 16000, start_s=0.8, end_s=1.2))
    margin = 700  # a window on each side hears both
    outside = np.r_[0 : 12800 - margin, 19200 + margin : 32000]
    np.testing.assert_allclose(out[:, outside], sound[:, outside], atol=1e-3)
    assert np.abs(out - sound)[:, 13500:18500].max() > 0.02


def test_level_is_kept(made_scene) -> None:
    sound = chirps(44100)
    out = rendered(made_scene(sound, 44100))
    assert 10 * np.log10(np.mean(out**2) / np.mean(sound**2)) == pytest.approx(0, abs=0.2)


def test_above_the_models_band_the_recording_passes(made_scene, made_tone) -> None:
    high = made_tone(frequency_hz=12000, length_s=2.0, rate=48000, peak=0.1)
    out = rendered(made_scene(chirps(48000) + high, 48000))

    def at_12_khz(x: np.ndarray) -> complex:
        turning = np.exp(-2j * np.pi * 12000 * np.arange(x.shape[1]) / 48000)
        return complex((x[0] * turning)[5000:-5000].mean())

    assert abs(at_12_khz(out) - at_12_khz(high)) < 0.02 * abs(at_12_khz(high))


def test_the_stereo_image_stays_put(made_scene) -> None:
    mono = chirps(16000)
    sound = np.concatenate([0.9 * mono, -0.3 * mono])
    out = rendered(made_scene(sound, 16000))
    middle = slice(3000, -3000)
    np.testing.assert_allclose(out[1, middle], out[0, middle] * (-1 / 3), atol=5e-3)


def test_the_same_seed_gives_the_same_samples_and_another_gives_others(made_scene) -> None:
    scene = made_scene(chirps(16000, 0.5), 16000)
    first, again, other = rendered(scene, seed=1), rendered(scene, seed=1), rendered(scene, seed=2)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_long_regions_go_in_blocks_without_a_step_in_level(made_scene, made_noise, monkeypatch) -> None:
    monkeypatch.setattr(griffinlim, "BLOCK_MEL_FRAMES", 64)
    noise = made_noise(length_s=3.0)
    out = rendered(made_scene(noise, 16000))
    assert compare(noise, out, 16000).mel_db < HEARD_DB
    joins = np.arange(64, 300, 64) * 160
    levels_db = [10 * np.log10(np.mean(out[0, j - 1600 : j + 1600] ** 2) / np.mean(out**2)) for j in joins]
    assert np.abs(levels_db).max() < 0.8


def test_spread_magnitudes_have_the_wanted_mel() -> None:
    spec = MelSpec()
    mel = log_mel(torch.from_numpy(chirps(16000)))
    magnitudes = griffinlim.spread_over_bins(mel, spec)
    assert magnitudes.min() >= 0
    heard = mel > spec.silence + 1
    error_db = 8.686 * (log_mel_from_magnitude(magnitudes.T, spec) - mel)[heard].abs()
    assert float(error_db.mean()) < 0.2


def test_silence_stays_silent(made_scene) -> None:
    out = rendered(made_scene(np.zeros((2, 8000), np.float32), 16000))
    assert np.abs(out).max() < 1e-9


def test_it_stops_within_an_iteration(made_scene) -> None:
    steps: list[int] = []

    def cancelled() -> bool:
        return len(steps) >= 3

    control = Control(report=lambda stage, done, of: steps.append(done), cancelled=cancelled)
    with pytest.raises(Cancelled):
        rendered(made_scene(chirps(16000), 16000), control=control)
    assert len(steps) == 3


def test_kept_bands_pass_beside_absent_ones(made_scene, made_noise, made_tone) -> None:
    tone = made_tone(length_s=2.0, frequency_hz=300)
    sound = tone + made_noise(length_s=2.0, rms=0.01)
    out = rendered(made_scene(sound, 16000, start_s=0.8, end_s=1.2, absent_bands=slice(30, 64)))
    spectra = [np.fft.rfft(x[0, 12800:19200] * np.hanning(6400)) for x in (sound, out)]
    below = slice(0, 600)  # up to 1500 Hz
    change = np.square(np.abs(spectra[1] - spectra[0]))[below].sum() / np.square(np.abs(spectra[0]))[below].sum()
    assert 10 * np.log10(change) < -40


def test_a_partial_runs_through_a_gap(made_scene, made_tone) -> None:
    """Its frequency is the partial's own, not the band's: a mel alone tells 60 Hz from 120 Hz at best."""
    tone = made_tone(length_s=2.0, frequency_hz=1010, peak=0.3)
    scene = made_scene(tone, 16000, start_s=0.9, end_s=1.15, absent_bands=slice(0, 64))
    silent = scene.analysis.sound
    silent[:, 14400:18400] = 0
    out = rendered(scene)[0, 14900:17900]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out)), 16000))
    assert int(spectrum.argmax()) == pytest.approx(1010, abs=6)
    near = np.square(spectrum[980:1041]).sum() / np.square(spectrum).sum()
    assert near > 0.8


def test_fine_structure_is_that_beside_the_gap_mirrored() -> None:
    spec = MelSpec()
    time_s = np.arange(32000) / 16000
    sound = torch.from_numpy((0.3 * np.sin(2 * np.pi * 3010 * time_s)).astype(np.float32))
    held = torch.ones(200, 513, dtype=torch.bool)
    held[90:130] = False
    fine = griffinlim.fine_structure(sound, held, spec)
    assert bool((fine[:90] == 1).all()) and bool((fine[130:] == 1).all())
    assert bool((fine[90:130, 180:206].argmax(dim=1) + 180 == round(3010 / 15.625)).all())
    nothing_held = torch.zeros_like(held)
    assert bool((griffinlim.fine_structure(sound, nothing_held, spec) == 1).all())


def test_above_a_cut_off_phases_are_those_below_moved_up() -> None:
    """Pulses: below and above the cut-off they strike at the same time."""
    spec = MelSpec()
    pulses = torch.zeros(16000)
    pulses[::800] = 1.0
    transform = griffinlim._Transform(spec, 16000, torch.device("cpu"))
    recorded = transform.forward(pulses)
    held = torch.zeros(recorded.shape, dtype=torch.bool)
    held[:256] = True
    recorded = torch.where(held, recorded, torch.zeros_like(recorded))
    wanted = transform.forward(pulses).abs()
    random = torch.rand(wanted.shape, generator=torch.Generator().manual_seed(0)) * 6.28
    angle = griffinlim.starting_phase(recorded, wanted, held, random, spec)
    made = transform.backward(torch.where(held, torch.zeros_like(recorded), torch.polar(wanted, angle)))
    energy = made.square()[1600:14400].reshape(-1, 800).sum(dim=0)  # by the time since the last pulse
    near = torch.cat([energy[:60], energy[-60:]]).sum() / energy.sum()
    assert float(near) > 0.5  # at random it is 0.15


def test_a_gap_has_as_much_energy_as_its_mel_has_around(made_scene, made_noise) -> None:
    noise = made_noise(length_s=2.0)
    out = rendered(made_scene(noise, 16000, start_s=0.7, end_s=1.3, absent_bands=slice(0, 64)))
    inside = slice(11200, 20800)
    assert 10 * np.log10(np.square(out[:, inside]).mean() / np.square(noise[:, inside]).mean()) == pytest.approx(
        0, abs=0.4
    )

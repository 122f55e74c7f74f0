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

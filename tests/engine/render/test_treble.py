from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from scipy import signal

from engine.commands.console import IN_FRAMES
from engine.progress import Control
from engine.render import treble
from engine.targets import region_rows

RATE = 44100
GAP = slice(RATE, 2 * RATE)


@pytest.fixture
def with_hole(made_scene):
    """A function: a scene whose second second is absent above the model's band, and the sound with silence there."""

    def make(sound: np.ndarray):
        holed = sound.copy()
        holed[:, GAP] = 0
        scene = made_scene(holed, RATE, start_s=1.0, end_s=2.0, absent_bands=slice(0, 64))
        analysis = scene.analysis
        from engine.region import Region

        rows = region_rows(analysis, Region(GAP.start, GAP.stop, 0.0, RATE / 2))
        return dataclasses.replace(scene, target=dataclasses.replace(scene.target, above=rows)), holed

    return make


def filled(scene, holed: np.ndarray, seed: int = 0) -> np.ndarray:
    return treble.with_treble(scene, holed.copy(), torch.Generator().manual_seed(seed), Control())


def level_db(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    filt = signal.butter(6, (low_hz, high_hz), "bandpass", fs=RATE, output="sos")
    return float(10 * np.log10(np.square(signal.sosfilt(filt, sound, axis=1)).mean() + 1e-20))


def test_the_hole_has_the_spectrum_of_its_sides(with_hole, made_noise) -> None:
    noise = signal.lfilter([1], [1, -0.6], made_noise(rate=RATE, length_s=3.0)).astype(np.float32)
    scene, holed = with_hole(noise)
    mel = scene.mel.clone()
    mel[scene.target.above] = mel[:80].mean(dim=0)
    out = filled(dataclasses.replace(scene, mel=mel), holed)
    inside = slice(GAP.start + 5000, GAP.stop - 5000)
    for band in ((9000, 11000), (13000, 16000), (17000, 20000)):
        assert level_db(out[:, inside], *band) == pytest.approx(level_db(noise[:, inside], *band), abs=1.5)
    assert level_db(out[:, inside], 1000, 5000) < level_db(noise[:, inside], 1000, 5000) - 40


def test_around_the_hole_and_below_it_nothing_changes(with_hole, made_noise) -> None:
    scene, holed = with_hole(made_noise(rate=RATE, length_s=3.0))
    change = filled(scene, holed) - holed
    outside = np.r_[0 : GAP.start - 5000, GAP.stop + 5000 : 3 * RATE]
    assert np.abs(change[:, outside]).max() < 1e-5
    assert level_db(change[:, GAP], 200, 4000) < level_db(change[:, GAP], 9000, 20000) - 35


def test_the_noise_follows_the_take(with_hole, made_noise) -> None:
    scene, holed = with_hole(made_noise(rate=RATE, length_s=3.0))
    mel = scene.mel.clone()
    above = scene.target.above
    middle = (above.start + above.stop) // 2
    mel[above.start : middle] = mel[:80].mean(dim=0)
    mel[middle : above.stop] = mel[:80].mean(dim=0) - 1
    out = filled(dataclasses.replace(scene, mel=mel), holed)
    first, second = (out[:, RATE + start : RATE + start + 15000] for start in (4000, 25000))
    assert level_db(first, 9000, 18000) - level_db(second, 9000, 18000) == pytest.approx(8.7, abs=1.5)


def test_equal_channels_stay_equal_and_independent_ones_independent(with_hole, made_noise) -> None:
    inside = slice(GAP.start + 5000, GAP.stop - 5000)
    high = signal.butter(6, 9000, "highpass", fs=RATE, output="sos")
    for sound, wanted in (
        (np.repeat(made_noise(rate=RATE, length_s=3.0), 2, axis=0), 1.0),
        (made_noise(rate=RATE, length_s=3.0, channels=2), 0.0),
    ):
        scene, holed = with_hole(sound)
        mel = scene.mel.clone()
        mel[scene.target.above] = mel[:80].mean(dim=0)
        out = signal.sosfilt(high, filled(dataclasses.replace(scene, mel=mel), holed)[:, inside], axis=1)
        assert np.corrcoef(out)[0, 1] == pytest.approx(wanted, abs=0.05)


def test_seeds_decide_and_blocks_make_no_difference(with_hole, made_noise, monkeypatch) -> None:
    scene, holed = with_hole(made_noise(rate=RATE, length_s=3.0))
    whole = filled(scene, holed)
    assert np.array_equal(whole, filled(scene, holed))
    assert not np.array_equal(whole, filled(scene, holed, seed=1))
    monkeypatch.setattr(treble, "BLOCK_HOPS", 64)
    np.testing.assert_allclose(filled(scene, holed), whole, atol=1e-5)


def test_a_recording_at_the_models_rate_is_left(made_scene, made_noise) -> None:
    noise = made_noise()
    scene = made_scene(noise, 16000)
    scene = dataclasses.replace(scene, target=dataclasses.replace(scene.target, above=slice(10, 20)))
    assert treble.with_treble(scene, noise, torch.Generator(), Control()) is noise


def test_its_progress_is_told_as_a_share(with_hole, made_noise) -> None:
    scene, holed = with_hole(made_noise(rate=RATE, length_s=3.0))
    told = []
    control = Control(report=lambda stage, done, of: told.append((stage, done, of)))
    treble.with_treble(scene, holed.copy(), torch.Generator(), control)
    assert told
    assert {stage for stage, _, _ in told} <= set(IN_FRAMES)

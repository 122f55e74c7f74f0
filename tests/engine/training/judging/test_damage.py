from __future__ import annotations

import numpy as np
import pytest

from engine.settings import RestoreSettings
from engine.training.judging.damage import gained, loudest_stretch, si_sdr_db, taken_from


def test_the_loudest_stretch_is_found_and_has_no_offset(write_sound, made_noise) -> None:
    sound = 0.1 * made_noise(length_s=3.0, channels=2)
    sound[:, 16000:32000] *= 8
    stretch, rate = loudest_stretch(write_sound(sound + 0.1), 1.0)
    assert (stretch.shape, rate) == ((2, 16000), 16000)
    assert np.abs(stretch.mean(axis=1)).max() < 1e-6
    assert stretch.std() == pytest.approx(sound[:, 16000:32000].std(), rel=0.01)


def test_what_is_shorter_is_taken_whole(write_sound, made_noise) -> None:
    assert loudest_stretch(write_sound(made_noise(length_s=0.5)), 1.0)[0].shape == (1, 8000)


def test_a_take_starts_where_it_was_told_to(bundled, made_noise) -> None:
    take = taken_from(made_noise(length_s=1.0), 16000, 6000, RestoreSettings(device="cpu"), bundled)
    assert (take.patch.start_frame, take.patch.samples.shape) == (6000, (1, 10000))


def test_si_sdr_and_its_gain(made_noise) -> None:
    clean, noise = made_noise(seed=0), made_noise(seed=1)
    assert si_sdr_db(clean, clean + 0.1 * noise) == pytest.approx(20, abs=0.3)
    assert gained(12.0, 10.0) == 2.0
    assert gained(None, 10.0) is None

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.analysis import analyse
from engine.audio import open_clip
from engine.progress import Control
from engine.render.image import GROUP_FRAMES, decorrelated, image_around


@pytest.fixture
def made_analysis(write_sound, bundled):
    def make(sound: np.ndarray):
        with open_clip(write_sound(sound)) as clip:
            return analyse(clip, 0, clip.frames, bundled.spec, torch.device("cpu"), Control())

    return make


def absent_rows(analysis, rows: slice) -> torch.Tensor:
    absent = torch.zeros(analysis.mel.shape, dtype=torch.bool)
    absent[rows] = True
    return absent


def covariance(image, row: int) -> torch.Tensor:
    """Of the loudest bands, in the image's order of channels."""
    factor = image.factor[row // GROUP_FRAMES, 20:60]
    return (factor @ factor.mH).mean(dim=0)


def test_equal_channels_stay_equal(made_analysis, made_noise) -> None:
    noise = made_noise(length_s=2.0)
    analysis = made_analysis(np.repeat(noise, 2, axis=0))
    image = image_around(analysis, absent_rows(analysis, slice(80, 120)), 0)
    torch.testing.assert_close(covariance(image, 100).real, torch.ones(2, 2), atol=1e-3, rtol=0)


def test_levels_and_coherence_are_those_around(made_analysis, made_noise) -> None:
    one, other = made_noise(length_s=2.0, channels=2)
    analysis = made_analysis(np.array([one, 0.5 * (0.6 * one + 0.8 * other)], np.float32))
    found = covariance(image_around(analysis, absent_rows(analysis, slice(80, 120)), 0), 100)
    levels = found.diagonal().real
    assert float(levels.mean()) == pytest.approx(1, abs=0.01)
    assert 10 * np.log10(float(levels[1] / levels[0])) == pytest.approx(-6, abs=0.5)
    assert float(found[0, 1].abs() / levels.prod().sqrt()) == pytest.approx(0.6, abs=0.1)


def test_a_source_that_moves_is_half_way_in_the_middle(made_analysis, made_noise) -> None:
    noise = made_noise(length_s=2.0)
    left_then_right = np.concatenate([noise, noise])
    left_then_right[1, :16000] *= 0.1
    left_then_right[0, 16000:] *= 0.1
    analysis = made_analysis(left_then_right)
    image = image_around(analysis, absent_rows(analysis, slice(72, 128)), 0)
    left = [float(covariance(image, row)[0, 0].real) for row in (60, 100, 140)]
    assert left[0] > 1.8 and left[2] < 0.2
    assert left[1] == pytest.approx(1, abs=0.3)


def test_bands_that_are_never_known_take_the_image_of_the_nearest(made_analysis, made_noise) -> None:
    noise = made_noise(length_s=1.0)
    analysis = made_analysis(np.concatenate([noise, 0.5 * noise]))
    absent = torch.zeros(analysis.mel.shape, dtype=torch.bool)
    absent[:, 50:] = True
    factor = image_around(analysis, absent, 0).factor
    torch.testing.assert_close(factor[3, 60], factor[3, 48], atol=0.02, rtol=0)


def test_silence_has_an_image(made_analysis) -> None:
    analysis = made_analysis(np.zeros((3, 8000), np.float32))
    factor = image_around(analysis, absent_rows(analysis, slice(None)), 0).factor
    assert bool(torch.isfinite(torch.view_as_real(factor)).all())


def test_decorrelated_versions_are_as_loud_and_unlike(made_noise) -> None:
    noise = made_noise(length_s=2.0)[0]
    voices = decorrelated(noise, 2, 16000, np.random.default_rng(0))
    correlation = np.corrcoef(voices)
    assert np.abs(correlation - np.eye(3)).max() < 0.2
    np.testing.assert_allclose(voices.std(axis=1) / noise.std(), 1, atol=0.1)
    assert np.array_equal(voices[0], noise)

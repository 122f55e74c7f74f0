from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.analysis import analyse
from engine.audio import open_clip
from engine.progress import Control
from engine.render.image import GROUP_FRAMES, decorrelated, factor_of, image_around


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


@pytest.mark.parametrize("shares", [(1, 1), (1, -1), (1, 0), (0, 1), (0.5, 1), (1, 1, -1, 0), (0, 0.25, -1, 1, 0.5)])
def test_one_sound_at_other_levels_stays_one_sound(made_analysis, made_noise, shares) -> None:
    levels = np.array(shares, np.float32)[:, None]
    analysis = made_analysis(levels * made_noise(length_s=2.0))
    image = image_around(analysis, absent_rows(analysis, slice(80, 120)), int(np.argmax(np.abs(shares))), Control())
    own = torch.tensor(shares)[image.order] / np.sqrt(np.mean(np.square(shares)))
    own = own * own[0].sign()
    torch.testing.assert_close(
        image.factor[..., 0].real, own.float().expand(image.factor.shape[:-1]), atol=1e-5, rtol=0
    )
    assert float(image.factor[..., 0].imag.abs().max()) < 1e-6
    assert float(image.factor[..., 1:].abs().max()) < 1e-6


def test_where_the_sides_are_silent_equal_channels_stay_equal(made_analysis, made_noise) -> None:
    noise = np.repeat(made_noise(length_s=2.0), 2, axis=0)
    noise[:, 19200:] = 0
    analysis = made_analysis(noise)
    image = image_around(analysis, absent_rows(analysis, slice(80, 120)), 0, Control())
    assert float((image.factor[:, :, 0] - image.factor[:, :, 1]).abs().max()) < 1e-6


def test_factors_are_those_of_lapack_and_may_lack_a_rank() -> None:
    generator = torch.Generator().manual_seed(0)
    parts = torch.randn(50, 4, 4, dtype=torch.complex128, generator=generator)
    covariance = parts @ parts.mH / 4
    torch.testing.assert_close(factor_of(covariance), torch.linalg.cholesky(covariance), atol=1e-9, rtol=0)
    flat = parts[..., :2] @ parts[..., :2].mH / 2
    factor = factor_of(flat)
    torch.testing.assert_close(factor @ factor.mH, flat, atol=1e-6, rtol=0)
    assert float(factor[..., 2:].abs().max()) == 0


def test_levels_and_coherence_are_those_around(made_analysis, made_noise) -> None:
    one, other = made_noise(length_s=2.0, channels=2)
    analysis = made_analysis(np.array([one, 0.5 * (0.6 * one + 0.8 * other)], np.float32))
    found = covariance(image_around(analysis, absent_rows(analysis, slice(80, 120)), 0, Control()), 100)
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
    image = image_around(analysis, absent_rows(analysis, slice(72, 128)), 0, Control())
    left = [float(covariance(image, row)[0, 0].real) for row in (60, 100, 140)]
    assert left[0] > 1.8 and left[2] < 0.2
    assert left[1] == pytest.approx(1, abs=0.3)


def test_bands_that_are_never_known_take_the_image_of_the_nearest(made_analysis, made_noise) -> None:
    noise = made_noise(length_s=1.0)
    analysis = made_analysis(np.concatenate([noise, 0.5 * noise]))
    absent = torch.zeros(analysis.mel.shape, dtype=torch.bool)
    absent[:, 50:] = True
    factor = image_around(analysis, absent, 0, Control()).factor
    torch.testing.assert_close(factor[3, 60], factor[3, 48], atol=0.02, rtol=0)


def test_silence_has_an_image(made_analysis) -> None:
    analysis = made_analysis(np.zeros((3, 8000), np.float32))
    factor = image_around(analysis, absent_rows(analysis, slice(None)), 0, Control()).factor
    assert bool(torch.isfinite(torch.view_as_real(factor)).all())


def test_decorrelated_versions_are_as_loud_and_unlike(made_noise) -> None:
    noise = made_noise(length_s=2.0)[0]
    voices = decorrelated(noise, 2, 16000, np.random.default_rng(0))
    correlation = np.corrcoef(voices)
    assert np.abs(correlation - np.eye(3)).max() < 0.2
    np.testing.assert_allclose(voices.std(axis=1) / noise.std(), 1, atol=0.1)
    assert np.array_equal(voices[0], noise)

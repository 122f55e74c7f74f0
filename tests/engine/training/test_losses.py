from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.bands import bin_weights
from engine.mel import MelSpec, magnitude, pad_surroundings
from engine.metrics import compare
from engine.progress import Control
from engine.render import gain
from engine.settings import GainSettings
from engine.training.losses import energy_kept, kl_divergence, rendered_error

SPEC = MelSpec()


@pytest.fixture
def weights() -> torch.Tensor:
    return torch.from_numpy(bin_weights(np.linspace(0, 8000, 513), 64, 0, 8000))


def test_the_loss_on_the_sound_foretells_what_the_renderer_does(bundled, write_sound, made_noise, weights) -> None:
    from engine.analysis import analyse
    from engine.audio import open_clip
    from engine.render.scene import Scene
    from engine.targets import Target

    sound = made_noise(length_s=2.0)
    with open_clip(write_sound(sound)) as clip:
        analysis = analyse(clip, 0, clip.frames, SPEC, torch.device("cpu"), Control())
        smooth = torch.nn.functional.avg_pool1d(
            torch.randn(1, 64, 200, generator=torch.Generator().manual_seed(0)), 9, 1, 4
        )
        difference = 0.4 * smooth[0].T
        zero = torch.zeros_like(analysis.mel)
        scene = Scene(
            analysis, Target(analysis.mel, 1 + zero, zero, True), analysis.mel + difference, 0, clip.frames, bundled
        )
        out = gain.render(scene, GainSettings(), torch.Generator(), Control())
    measured = compare(sound, out, 16000).snr_db
    magnitudes = magnitude(pad_surroundings(torch.from_numpy(sound), SPEC), SPEC)[None]
    foretold = -4.342945 * float(rendered_error(difference[None], magnitudes, weights)[0])
    assert foretold == pytest.approx(measured, abs=1.5)


def test_no_difference_costs_nothing_and_a_doubled_one_costs_6_db(weights) -> None:
    magnitudes = torch.rand(3, 513, 40)
    small = 0.01 * torch.randn(3, 40, 64)
    for index in (0, 1):
        none, once, twice = (rendered_error(k * small, magnitudes, weights)[index] for k in (0, 1, 2))
        assert float(none.max()) < -11
        assert 4.342945 * (twice - once).mean().item() == pytest.approx(6, abs=0.5)


def test_a_quiet_stretch_counts_as_much_as_a_loud_one(weights) -> None:
    magnitudes = torch.rand(1, 513, 64)
    magnitudes[..., 32:] *= 1e-3
    difference = torch.zeros(1, 64, 64)
    difference[:, 32:] = 0.3
    whole, stretches = rendered_error(difference, magnitudes, weights)
    assert float(whole) < -10
    assert float(stretches) == pytest.approx(0.5 * (np.log(1e-5) + 2 * np.log(np.expm1(0.3))), abs=0.2)


def test_energy_kept_is_that_of_the_gain(weights) -> None:
    magnitudes = torch.rand(2, 513, 40)
    louder = torch.full((2, 40, 64), np.log(2))
    assert energy_kept(louder, magnitudes, weights, 256).tolist() == pytest.approx([np.log(4)] * 2, abs=1e-4)


def test_kl_is_zero_for_the_unit_normal_and_known_elsewhere() -> None:
    zero = torch.zeros(2, 3)
    assert float(kl_divergence(zero, zero)) == 0
    assert float(kl_divergence(zero + 2, zero)) == pytest.approx(2.0)

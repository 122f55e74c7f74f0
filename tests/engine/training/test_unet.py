from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from engine.model.load import load_model
from engine.training.crops import KINDS, Crops
from engine.training.loop import Bounds
from engine.training.save import save_unet, save_vae
from engine.training.unet import SCHEDULER, UnetRecipe, build_unet, lesson_from, train_unet
from engine.training.vae import SPEC, build_vae

CPU = torch.device("cpu")
SMALL = UnetRecipe(size=4, frames=64, channels=(32, 32), attention=(False, True), top_rate=3e-3)


def weights_of(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def test_training_lowers_the_error_on_cells_that_are_known(tmp_path: Path, small_corpus, bundled) -> None:
    lines: list[str] = []
    bounds = Bounds(steps=60, log_every=20)
    train_unet(SMALL, bounds, tmp_path, small_corpus, bundled.vae, CPU, lines.append)
    losses = [float(line.split("loss")[1].split()[0]) for line in lines]
    assert len(losses) == 3
    assert losses[2] < 0.8 * losses[0]


def test_a_run_stopped_between_two_updates_on_one_batch_goes_on_the_same(tmp_path: Path, small_corpus, bundled) -> None:
    def trained(folder: Path, *steps: int) -> torch.Tensor:
        for count in steps:
            # The rate depends on the run's length, so the first part is cut by its bound in name only.
            bounds = Bounds(steps=count, save_every=5)
            unet = train_unet(SMALL, bounds, folder, small_corpus, bundled.vae, CPU, print)
        return weights_of(unet)

    once = trained(tmp_path / "a", 15)
    again = trained(tmp_path / "a", 15)
    assert torch.equal(once, again)  # a run that is done is not trained further


def test_a_lesson_has_clean_and_told_in_the_latent(small_corpus, bundled) -> None:
    lesson = lesson_from(Crops(small_corpus, SPEC, 64), bundled.vae, np.random.default_rng(0), 8, 64)
    assert lesson.clean.shape == (8, 8, 16, 16)
    assert lesson.told.shape == (8, 9, 16, 16)
    trusted = lesson.told[:, 8].amin(dim=(1, 2)) == 1
    for row in torch.nonzero(trusted)[:, 0]:
        torch.testing.assert_close(lesson.told[row, :8], lesson.clean[row])


def test_what_is_saved_loads_by_the_engines_own_code(tmp_path: Path) -> None:
    unet = build_unet(SMALL)
    save_vae(build_vae((8, 8, 16)), SPEC, tmp_path)
    save_unet(unet, tmp_path)
    model = load_model(str(tmp_path), "cpu", ("vae", "unet"))
    assert model.scheduler == SCHEDULER
    torch.testing.assert_close(weights_of(model.unet), weights_of(unet), atol=1e-3, rtol=1e-3)


def test_the_shipped_shape_stays_within_its_bounds() -> None:
    parameters = sum(parameter.numel() for parameter in build_unet(UnetRecipe()).parameters())
    assert 10e6 <= parameters <= 22e6
    assert KINDS[0] == "any"

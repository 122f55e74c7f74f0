from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.model.load import load_model
from engine.training import degradations, unet
from engine.training.crops import KINDS, Crops
from engine.training.loop import Bounds
from engine.training.save import save_unet, save_vae
from engine.training.unet import SCHEDULER, UnetRecipe, build_unet, lesson_from, train_unet
from engine.training.vae import SPEC, build_vae

CPU = torch.device("cpu")
SMALL = UnetRecipe(size=4, frames=64, channels=(32, 32), attention=(False, True), top_rate=3e-3)


def weights_of(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


@pytest.mark.thorough
def test_training_lowers_the_error_on_cells_that_are_known(tmp_path: Path, small_corpus, bundled) -> None:
    lines: list[str] = []
    bounds = Bounds(steps=150, log_every=50)
    train_unet(SMALL, bounds, tmp_path, small_corpus, bundled.vae, CPU, lines.append)
    errors = [float(line.split(" known")[1].split()[0]) for line in lines]
    assert len(errors) == 3
    assert errors[2] < 0.85 * errors[0]


def test_a_run_killed_between_two_updates_on_one_batch_goes_on_to_the_same_weights(
    tmp_path: Path, small_corpus, bundled, monkeypatch
) -> None:
    bounds = Bounds(steps=14, save_every=5)

    def trained(folder: Path) -> torch.Tensor:
        return weights_of(train_unet(SMALL, bounds, folder, small_corpus, bundled.vae, CPU, print))

    straight = trained(tmp_path / "straight")
    loss, asked = unet.unet_loss, []

    def killed_at_8(*arguments):
        asked.append(1)
        if len(asked) == 8:
            raise KeyboardInterrupt
        return loss(*arguments)

    monkeypatch.setattr(unet, "unet_loss", killed_at_8)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "killed")
    monkeypatch.undo()
    assert torch.equal(trained(tmp_path / "killed"), straight)


def test_a_lesson_has_clean_and_told_in_the_latent(small_corpus, bundled) -> None:
    lesson = lesson_from(Crops(small_corpus, SPEC, 64), bundled.vae, np.random.default_rng(0), 8, 64)
    assert lesson.clean.shape == (8, 8, 16, 16)
    assert lesson.told.shape == (8, 9, 16, 16)


def test_without_damage_a_lesson_tells_the_truth_and_with_nothing_known_it_tells_nothing(
    small_corpus, bundled, monkeypatch
) -> None:
    def told(name: str) -> tuple[torch.Tensor, torch.Tensor]:
        monkeypatch.setattr(degradations, "SHARES", {name: 1.0})
        lesson = lesson_from(Crops(small_corpus, SPEC, 64), bundled.vae, np.random.default_rng(0), 4, 64)
        return lesson.told, lesson.clean

    whole, clean = told("none")
    torch.testing.assert_close(whole[:, :8], clean)
    assert float(whole[:, 8].min()) == 1
    assert float(told("nothing")[0].abs().max()) == 0


def test_what_is_saved_loads_by_the_engines_own_code(tmp_path: Path) -> None:
    network = build_unet(SMALL)
    save_vae(build_vae((8, 8, 16)), SPEC, tmp_path)
    save_unet(network, tmp_path)
    model = load_model(str(tmp_path), "cpu", ("vae", "unet"))
    assert model.scheduler == SCHEDULER
    torch.testing.assert_close(weights_of(model.unet), weights_of(network), atol=1e-3, rtol=1e-3)


def test_the_shipped_shape_stays_within_its_bounds() -> None:
    parameters = sum(parameter.numel() for parameter in build_unet(UnetRecipe()).parameters())
    assert 10e6 <= parameters <= 22e6
    assert KINDS[0] == "any"

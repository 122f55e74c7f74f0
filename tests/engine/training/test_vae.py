from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from engine.errors import InputError
from engine.model.load import load_model
from engine.training import vae as training
from engine.training.crops import Crops
from engine.training.save import save_vae
from engine.training.vae import SPEC, VaeRecipe, VaeTraining, latent_scale

SMALL = VaeRecipe(steps=20, shapes=((2, 32),), shares=(1.0,), channels=(8, 8, 16), keep_every=5)
CPU = torch.device("cpu")


def weights_of(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def test_a_run_that_was_killed_goes_on_to_the_same_weights(tmp_path: Path, small_corpus, monkeypatch) -> None:
    straight = weights_of(VaeTraining(SMALL, tmp_path / "straight", CPU).run(small_corpus, print))
    drawn = Crops.batch

    def killed_after_12(self, rng, size, frames):
        if stopping.step == 12:
            raise KeyboardInterrupt
        return drawn(self, rng, size, frames)

    stopping = VaeTraining(SMALL, tmp_path / "stopped", CPU)
    monkeypatch.setattr(Crops, "batch", killed_after_12)
    with pytest.raises(KeyboardInterrupt):
        stopping.run(small_corpus, print)
    monkeypatch.undo()
    resumed = VaeTraining(SMALL, tmp_path / "stopped", CPU)
    assert resumed.step == 10
    assert torch.equal(weights_of(resumed.run(small_corpus, print)), straight)


def test_a_checkpoint_lost_in_the_middle_of_rotation_leaves_the_one_before(tmp_path: Path, small_corpus) -> None:
    VaeTraining(SMALL, tmp_path, CPU).run(small_corpus, print)
    (tmp_path / "last.pt").unlink()
    assert VaeTraining(SMALL, tmp_path, CPU).step == 15


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path, small_corpus) -> None:
    VaeTraining(SMALL, tmp_path, CPU).run(small_corpus, print)
    with pytest.raises(InputError, match="made by another recipe"):
        VaeTraining(dataclasses.replace(SMALL, kl=1.0), tmp_path, CPU)


def test_training_lowers_the_error(tmp_path: Path, small_corpus) -> None:
    recipe = dataclasses.replace(SMALL, steps=200, channels=(16, 16, 32), top_rate=5e-3)
    lines: list[str] = []
    VaeTraining(recipe, tmp_path, CPU).run(small_corpus, lines.append)
    errors = [float(line.split("mel_db")[1].split()[0]) for line in lines]
    assert len(errors) == 2
    assert errors[1] < 0.8 * errors[0]


def test_what_is_saved_loads_by_the_engines_own_code(tmp_path: Path, small_corpus) -> None:
    network = training.build_vae(SMALL.channels)
    scale = latent_scale(network, small_corpus, CPU, batches=1)
    save_vae(network, SPEC, scale, tmp_path / "model")
    model = load_model(str(tmp_path / "model"), "cpu")
    assert model.spec == SPEC
    assert model.vae.config.scaling_factor == pytest.approx(scale)
    assert {tensor.dtype for tensor in model.vae.state_dict().values()} == {torch.float32}
    torch.testing.assert_close(weights_of(model.vae), weights_of(network), atol=1e-3, rtol=1e-3)

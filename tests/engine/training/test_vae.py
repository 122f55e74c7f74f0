from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.mel import log_mel_from_magnitude
from engine.model.load import load_model
from engine.training.crops import Crops
from engine.training.loop import Bounds
from engine.training.save import save_vae
from engine.training.vae import SPEC, VaeRecipe, build_vae, level_latent, train_vae

CPU = torch.device("cpu")


def weights_of(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def test_training_lowers_the_error(tmp_path: Path, small_corpus) -> None:
    recipe = VaeRecipe(shapes=((2, 32),), shares=(1.0,), channels=(16, 16, 32), top_rate=5e-3)
    lines: list[str] = []
    train_vae(recipe, Bounds(steps=200), tmp_path, small_corpus, CPU, lines.append)
    errors = [float(line.split("mel_db")[1].split()[0]) for line in lines]
    assert len(errors) == 2
    assert errors[1] < 0.8 * errors[0]


def test_training_goes_on_from_given_weights(tmp_path: Path, small_corpus) -> None:
    recipe = VaeRecipe(shapes=((1, 32),), shares=(1.0,), channels=(8, 8, 16), top_rate=1e-9)
    given = build_vae(recipe.channels)
    trained = train_vae(recipe, Bounds(steps=10), tmp_path, small_corpus, CPU, print, start_from=given)
    torch.testing.assert_close(weights_of(trained), weights_of(given), atol=1e-6, rtol=0)


def test_a_levelled_latent_has_unit_deviation_and_decodes_to_the_same(small_corpus) -> None:
    torch.manual_seed(0)
    vae = build_vae((8, 8, 16)).eval().requires_grad_(False)
    crops = Crops(small_corpus, SPEC, 64)
    mel = SPEC.to_model(log_mel_from_magnitude(crops.batch(np.random.default_rng(1), 8, 64), SPEC))[:, None]
    before = vae.decode(vae.encode(mel).latent_dist.mode()).sample
    deviation_before = vae.encode(mel).latent_dist.std
    level_latent(vae, small_corpus, CPU, batches=4)
    posterior = vae.encode(mel).latent_dist
    torch.testing.assert_close(vae.decode(posterior.mode()).sample, before, atol=1e-4, rtol=1e-4)
    assert posterior.mode().std(dim=(0, 2, 3)).tolist() == pytest.approx([1.0] * 8, abs=0.4)
    shrunk = (deviation_before / posterior.std).flatten(2).mean(dim=(0, 2))
    spread = (deviation_before / posterior.std).flatten(2).std(dim=(0, 2))
    assert (spread / shrunk).max() < 1e-4


def test_what_is_saved_loads_by_the_engines_own_code(tmp_path: Path) -> None:
    network = build_vae((8, 8, 16))
    save_vae(network, SPEC, tmp_path / "model", latent_scale=0.5)
    model = load_model(str(tmp_path / "model"), "cpu", dtype=torch.float32)
    assert model.spec == SPEC
    assert model.vae.config.scaling_factor == pytest.approx(0.5)
    assert {tensor.dtype for tensor in model.vae.state_dict().values()} == {torch.float32}
    torch.testing.assert_close(weights_of(model.vae), weights_of(network), atol=1e-3, rtol=1e-3)

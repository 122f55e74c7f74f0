from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.model.folder import check_model, list_models, require_component, weights_hash


def test_a_whole_folder_is_described(made_model: Callable[..., Path]) -> None:
    model = check_model(str(made_model(vocoder=True)))
    assert set(model.components) == {"vae", "vocoder"}
    assert model.components["vae"].class_name == "AutoencoderKL"
    assert model.components["vocoder"].parameters > 1000
    assert model.licence == "unknown"


def test_the_bundled_model_is_found_from_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    model = check_model("bundled")
    assert "vae" in model.components
    assert model.path in list_models()
    assert model.licence == "MIT"


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(ModelError, match=r"model is 'no-such'; accepted: bundled, or a folder"):
        check_model("no-such")


def test_a_folder_without_a_vae_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no vae/ folder"):
        check_model(str(tmp_path))


def test_a_pickle_is_refused_with_the_reason(made_model: Callable[..., Path]) -> None:
    folder = made_model()
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    (folder / "vae" / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps({}))
    with pytest.raises(ModelError, match=r"diffusion_pytorch_model.bin is a pickle, which runs code"):
        check_model(str(folder))


def test_missing_weights_and_configuration_are_told_apart(made_model: Callable[..., Path]) -> None:
    folder = made_model()
    (folder / "vae" / "diffusion_pytorch_model.safetensors").rename(folder / "elsewhere")
    with pytest.raises(ModelError, match="has no weights"):
        check_model(str(folder))
    (folder / "vae" / "config.json").unlink()
    with pytest.raises(ModelError, match=r"config.json is missing"):
        check_model(str(folder))


def test_another_class_is_refused(made_model: Callable[..., Path]) -> None:
    folder = made_model()
    config = json.loads((folder / "vae" / "config.json").read_text())
    (folder / "vae" / "config.json").write_text(json.dumps({**config, "_class_name": "AutoencoderTiny"}))
    with pytest.raises(ModelError, match="holds AutoencoderTiny; accepted is AutoencoderKL"):
        check_model(str(folder))


@pytest.mark.parametrize("keep_bytes", [0, 4, 100, 5000])
def test_weights_cut_short_are_refused(made_model: Callable[..., Path], keep_bytes: int) -> None:
    folder = made_model()
    weights = folder / "vae" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep_bytes])
    with pytest.raises(ModelError, match=r"safetensors (is no whole safetensors file|is damaged or cut short)"):
        check_model(str(folder))


def test_the_hash_tells_one_changed_number(made_model: Callable[..., Path]) -> None:
    folder = made_model()
    before = weights_hash(check_model(str(folder)), ["vae"])
    assert weights_hash(check_model(str(folder)), ["vae"]) == before
    weights = folder / "vae" / "diffusion_pytorch_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    assert weights_hash(check_model(str(folder)), ["vae"]) != before


def test_a_missing_component_is_named_with_those_that_are_there(made_model: Callable[..., Path]) -> None:
    with pytest.raises(ModelError, match=r"renderer vocoder needs a vocoder, which model .* lacks; it has vae"):
        require_component(check_model(str(made_model())), "vocoder", "renderer vocoder")

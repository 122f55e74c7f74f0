from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.model.folder import check_model, find_model, list_models, require_component, weights_hash
from engine.model.store import is_hub_id, models_root


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


HUB_ID = "maker/small"


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where fetched models are kept, for a user who has none."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return models_root()


@pytest.fixture
def hub_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Path], Path]:
    """A function that lays a model into the cache of the hub's own library."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))

    def lay(folder: Path) -> Path:
        place = tmp_path / "hub" / "models--maker--small"
        (place / "refs").mkdir(parents=True)
        (place / "refs" / "main").write_text("c0ffee")
        return Path(shutil.copytree(folder, place / "snapshots" / "c0ffee"))

    return lay


def test_a_hub_s_model_is_found_in_a_folder_then_where_it_was_fetched_to_then_in_the_library_s_cache(
    made_model: Callable[..., Path], data: Path, hub_cache: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = made_model()
    cached = hub_cache(made)
    assert find_model(HUB_ID) == cached
    fetched = Path(shutil.copytree(made, data / "maker--small"))
    assert find_model(HUB_ID) == fetched
    assert check_model(HUB_ID).name == HUB_ID
    monkeypatch.chdir(data.parent)
    shutil.copytree(made, HUB_ID)
    assert find_model(HUB_ID) == Path(HUB_ID)


def test_a_hub_s_model_that_is_nowhere_is_told_with_where_it_was_looked_for(
    data: Path, hub_cache: Callable[[Path], Path], tmp_path: Path
) -> None:
    (data / "maker--small.partial").mkdir(parents=True)
    with pytest.raises(ModelError) as caught:
        find_model(HUB_ID)
    for words in (str(data / "maker--small"), "nothing is downloaded unasked", f"`retake models fetch {HUB_ID}`"):
        assert words in str(caught.value)
    assert "--model FOLDER" in str(caught.value)


@pytest.mark.parametrize("lost", ["unet", "vae/diffusion_pytorch_model.safetensors", "vae/shard-2.safetensors"])
def test_a_model_that_the_library_s_cache_holds_in_part_is_not_taken(
    made_model: Callable[..., Path], data: Path, hub_cache: Callable[[Path], Path], lost: str
) -> None:
    index = {"_class_name": "AudioLDM2Pipeline", "vae": ["diffusers", "x"], "vocoder": [None, None]}
    made = made_model()
    (made / "model_index.json").write_text(json.dumps(index | ({"unet": ["audioldm2", "x"]} if lost == "unet" else {})))
    if "shard" in lost:
        (made / "vae" / "x.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "shard-2.safetensors"}}))
    (made / lost).unlink(missing_ok=True)
    hub_cache(made)
    with pytest.raises(ModelError, match=rf"lacks {lost.partition('/')[0]} of it"):
        find_model(HUB_ID)


@pytest.mark.parametrize("name", ["a--b/c", "../b", "a/..", "a/b/c", "/b", "a/", "-a/b", "a/b c", "a", "a/" + "b" * 99])
def test_what_can_be_no_hub_s_name_is_none(name: str) -> None:
    assert not is_hub_id(name)


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

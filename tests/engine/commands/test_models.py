"""``retake models``: what it lists, and what it finds wrong with a folder."""

from __future__ import annotations

import json
import pickle
import shutil

import pytest

from tests.engine.checkpoints import save_tokenizers


@pytest.fixture(autouse=True)
def data(monkeypatch, tmp_path):
    """The folder of a user who has fetched nothing yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "retake" / "models"


def test_the_bundled_model_is_listed(retake):
    out = retake("models").done().out
    assert out.startswith("bundled ") and "AutoencoderKL" in out and "licence: MIT" in out
    assert retake("models", "list").done().out == out


def test_json_holds_every_model_with_its_parts(retake):
    (model,) = retake("models", "--json").done().json["models"]
    assert list(model) == ["name", "path", "licence", "components"]
    assert model["name"] == "bundled"
    assert model["components"]["vae"]["class"] == "AutoencoderKL"
    assert model["components"]["vae"]["parameters"] > 1e5
    assert model["components"]["vae"]["bytes"] <= 12e6


def test_the_bundled_model_is_whole(retake):
    assert "whole" in retake("models", "check", "bundled").done().out


def test_a_whole_folder_is_said_to_be_whole(retake, whole_model):
    done = retake("models", "check", whole_model).done()
    assert str(whole_model) in done.out and "licence: unknown" in done.out and "whole" in done.out
    (model,) = retake("models", "check", whole_model, "--json").done().json["models"]
    assert model["path"] == str(whole_model)


def test_a_pickle_is_refused_and_not_opened(retake, own_model, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    (own_model / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    (own_model / "vae" / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
    retake("models", "check", own_model).refused("pickle", "runs code", "safetensors")
    assert not (tmp_path / "sprung").exists()


def test_what_is_missing_is_told_with_what_can_not_be_done_without(retake, own_model):
    save_tokenizers(own_model)
    done = retake("models", "check", own_model, "--hashes", "--json").done()
    (model,) = done.json["models"]
    assert model["others"] == ["tokenizer", "tokenizer_2"]
    assert model["missing"]["text_encoder"] == "no prompts"
    assert "vae" not in model["missing"] and "tokenizer" not in model["missing"]
    assert model["revision"] is None and model["hashes_hold"] is None
    assert "none to compare with" in retake("models", "check", own_model, "--hashes").done().out


def test_a_whole_checkpoint_is_proven_part_by_part(retake, words_folder):
    done = retake("models", "check", words_folder)
    assert "whole: all parts load and fit" in done.done().out
    assert "ClapModel" in done.out and "GPT2Model" in done.out
    assert "loading, step 1 of 7" in done.err


@pytest.mark.parametrize("part", ["language_model", "text_encoder", "tokenizer_2"])
def test_damage_to_what_only_prompts_need_is_found(retake, words_folder, tmp_path, part):
    folder = shutil.copytree(words_folder, tmp_path / "harmed")
    for file in (folder / part).iterdir():
        if file.suffix == ".safetensors" or file.name == "tokenizer.json":
            file.write_bytes(file.read_bytes()[:200])
    retake("models", "check", folder).refused(part)


@pytest.mark.parametrize(
    ("part", "key", "value", "named"),
    [
        ("language_model", "n_embd", 32, "language_model gives states of width 32"),
        ("text_encoder_2", "d_model", 48, "text_encoder_2 gives states of width 48"),
        ("projection_model", "text_encoder_dim", 99, "projection_model takes 99"),
        ("unet", "cross_attention_dim", [[None, 24, 56], [None, 24, 56]], "unet takes 24 or 56"),
    ],
)
def test_text_models_of_another_model_are_refused(retake, words_folder, tmp_path, part, key, value, named):
    folder = shutil.copytree(words_folder, tmp_path / "mixed")
    config = json.loads((folder / part / "config.json").read_text())
    (folder / part / "config.json").write_text(json.dumps({**config, key: value}))
    retake("models", "check", folder).refused(named)


def test_a_fetched_model_that_is_damaged_is_listed_with_its_damage(retake, own_model, data):
    data.mkdir(parents=True)
    cut_weights(own_model)
    own_model.rename(data / "maker--small")
    (data / "maker--other.partial").mkdir()
    done = retake("models").done()
    assert "maker/small" in done.out and "cut short" in done.out and "other" not in done.out
    assert [model["name"] for model in retake("models", "--json").done().json["models"]] == ["bundled", "maker/small"]


def test_a_licence_that_rules_out_commercial_use_says_so(retake, own_model):
    (own_model / "README.md").write_text("---\nlicense: cc-by-nc-sa-4.0\n---\n")
    assert "licence: cc-by-nc-sa-4.0 (non-commercial use only)" in retake("models", "check", own_model).done().out


def remove_config(folder):
    (folder / "vae" / "config.json").unlink()


def break_config(folder):
    (folder / "vae" / "config.json").write_text("{")


def list_config(folder):
    (folder / "vae" / "config.json").write_text("[]")


def remove_weights(folder):
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()


def cut_weights(folder):
    path = folder / "vae" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def cut_header(folder):
    path = folder / "vae" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:100])


def spoil_weights(folder):
    (folder / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"\xff" * 5000)


def remove_vae(folder):
    shutil.rmtree(folder / "vae")


def drop_a_tensor(folder):
    from safetensors.torch import load_file, save_file

    path = folder / "vae" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(path)
    del tensors["decoder.conv_out.weight"]
    save_file(tensors, path)


def widen_config(folder):
    config = json.loads((folder / "vae" / "config.json").read_text())
    (folder / "vae" / "config.json").write_text(json.dumps({**config, "latent_channels": 16}))


def break_mel(folder):
    (folder / "mel.json").write_text("{")


def unknown_mel(folder):
    (folder / "mel.json").write_text('{"colour": 3}')


def odd_bands(folder):
    (folder / "mel.json").write_text('{"bands": 63}')


def image_vae(folder):
    """Stable Diffusion's, say: the same class, for pictures."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    AutoencoderKL(
        in_channels=3, out_channels=3, block_out_channels=(8,), norm_num_groups=4, layers_per_block=1
    ).save_pretrained(folder / "vae")


def other_vae(folder):
    config = json.loads((folder / "vae" / "config.json").read_text())
    (folder / "vae" / "config.json").write_text(json.dumps({**config, "_class_name": "AutoencoderOobleck"}))


def image_unet(folder):
    (folder / "unet").mkdir()
    (folder / "unet" / "config.json").write_text('{"_class_name": "UNet2DConditionModel"}')


def break_tokenizer(folder):
    (folder / "tokenizer").mkdir()
    (folder / "tokenizer" / "vocab.json").write_text("{")


def break_kinds(folder):
    (folder / "conditioning.json").write_text("[]")


def another_pipeline(folder):
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')


def break_manifest(folder):
    (folder / "retake.json").write_text('{"repo": 1}')


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (remove_config, ["config.json", "missing"]),
        (break_config, ["config.json", "JSON"]),
        (list_config, ["config.json", "object"]),
        (remove_weights, ["no weights", "safetensors"]),
        (cut_weights, ["safetensors", "cut short"]),
        (cut_header, ["safetensors"]),
        (spoil_weights, ["safetensors"]),
        (remove_vae, ["no vae/ folder", "diffusers"]),
        (drop_a_tensor, ["vae", "lacks"]),
        (widen_config, ["vae"]),
        (break_mel, ["mel.json"]),
        (unknown_mel, ["mel.json", "bands"]),
        (odd_bands, ["63"]),
        (image_vae, ["vae", "3 channels"]),
        (other_vae, ["AutoencoderOobleck", "AutoencoderKL"]),
        (break_tokenizer, ["vocab.json", "JSON"]),
        (break_kinds, ["conditioning.json"]),
        (another_pipeline, ["StableDiffusionPipeline", "accepted is AudioLDM2Pipeline"]),
        (break_manifest, ["retake.json", "damaged"]),
        (image_unet, ["UNet2DConditionModel", "AudioLDM2UNet2DConditionModel"]),
    ],
)
def test_a_damaged_or_foreign_folder_is_refused_with_the_reason(retake, own_model, damage, words):
    damage(own_model)
    retake("models", "check", own_model).refused(*words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chek"], ["did you mean check?", "list, check"]),
        (["fetch"], ["OWNER/NAME"]),
        (["fetch", "some-folder"], ["'some-folder'", "OWNER/NAME"]),
        (["fetch", "../../etc"], ["'../../etc'", "OWNER/NAME"]),
        (["fetch", "cvssp/audioldm2"], ["HF_HUB_OFFLINE is set", "--model FOLDER"]),
        (["fetch", "cvssp/audioldm2", "--hashes"], ["--hashes", "models check"]),
        (["check", "bundled", "--revision", "main"], ["--revision", "models fetch"]),
        (["check"], ["FOLDER", "bundled", "OWNER/NAME"]),
        (["check", "nosuch"], ["'nosuch'", "no such folder"]),
        (["check", ""], ["MODEL", "empty"]),
        (["list", "some"], ["'some'", "models check some"]),
        (["list", "some", "more"], ["more"]),
        (["--jsn"], ["did you mean --json?"]),
    ],
)
def test_bad_usage_is_refused_with_what_is_accepted(retake, arguments, words):
    retake("models", *arguments).refused(*words)

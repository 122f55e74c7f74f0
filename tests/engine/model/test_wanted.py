from __future__ import annotations

import pytest

from engine.errors import ModelError
from engine.model.wanted import wanted_files

# The files of cvssp/audioldm2, less the repeats.
AUDIOLDM2 = [
    ".gitattributes",
    "README.md",
    "feature_extractor/preprocessor_config.json",
    "language_model/config.json",
    "language_model/model.safetensors",
    "language_model/pytorch_model.bin",
    "model_index.json",
    "projection_model/config.json",
    "projection_model/diffusion_pytorch_model.bin",
    "projection_model/diffusion_pytorch_model.safetensors",
    "scheduler/scheduler_config.json",
    "tokenizer/merges.txt",
    "tokenizer/vocab.json",
    "tokenizer_2/spiece.model",
    "vae/config.json",
    "vae/diffusion_pytorch_model.bin",
    "vae/diffusion_pytorch_model.safetensors",
]


def test_of_the_true_layout_all_is_wanted_but_pickles_and_what_is_git_s() -> None:
    wanted = wanted_files("a/b", AUDIOLDM2)
    assert wanted[0] == "model_index.json"
    assert set(AUDIOLDM2) - set(wanted) == {path for path in AUDIOLDM2 if path.endswith((".bin", ".gitattributes"))}


def test_variants_are_left_out_where_the_plain_weights_are_there() -> None:
    vae = ["vae/model.safetensors", "vae/model.fp16.safetensors"]
    assert wanted_files("a/b", vae) == ["vae/model.safetensors"]
    assert wanted_files("a/b", vae[1:]) == ["vae/model.fp16.safetensors"]


def test_weights_in_pieces_come_with_their_index() -> None:
    vae = [f"vae/model-0000{n}-of-00002.safetensors" for n in (1, 2)] + ["vae/model.safetensors.index.json"]
    pickled = ["vae/pytorch_model.bin.index.json", "vae/pytorch_model-00001-of-00001.bin"]
    assert wanted_files("a/b", vae + pickled) == vae


def test_licences_and_our_own_files_beside_the_parts_are_wanted() -> None:
    beside = ["LICENCE.txt", "LICENSE", "NOTICE", "conditioning.json", "mel.json"]
    assert wanted_files("a/b", ["vae/x.safetensors", *beside, "setup.py", "x.json"]) == [*beside, "vae/x.safetensors"]


@pytest.mark.parametrize(
    "path", ["../x.json", "vae/../x.json", "/vae/x.json", "vae//x.json", "vae/.x.json", "vae/a\\b.json"]
)
def test_no_path_leads_out_of_the_folder(path: str) -> None:
    assert wanted_files("a/b", ["vae/x.safetensors", path]) == ["vae/x.safetensors"]


def test_pickled_weights_alone_are_refused() -> None:
    with pytest.raises(ModelError, match=r"unet only as the pickle unet/x.bin, which runs code"):
        wanted_files("a/b", ["vae/x.safetensors", "unet/x.bin"])


def test_a_repository_without_a_vae_is_refused() -> None:
    with pytest.raises(ModelError, match="no vae/ with safetensors"):
        wanted_files("a/b", ["model.safetensors", "config.json"])

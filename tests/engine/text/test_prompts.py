"""Prompts against diffusers' own pipeline, run as it can be on current transformers: with a head on its GPT-2."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import InputError, ModelError
from engine.model.folder import ModelFolder, check_model
from engine.progress import Control
from engine.settings import Description
from engine.text import encoded as encoded_module
from engine.text.encoded import Encoded, prompts_folder
from engine.text.prompts import encoded_pair
from tests.engine.checkpoints import SPEECH_LENGTH, build, make_checkpoint

SAME = 1e-5
PROMPT, NEGATIVE = "a dog bark, soft rain", "low quality hammer"


@pytest.fixture(scope="module")
def checkpoint(words_folder: Path) -> Path:
    return words_folder


@pytest.fixture(scope="module")
def speech_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint(tmp_path_factory.mktemp("speech"), speech=True)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return prompts_folder()


def encode(folder: Path, words: Description, control: Control | None = None) -> tuple[Encoded, Encoded]:
    return encoded_pair(check_model(str(folder)), words, torch.device("cpu"), control or Control())


def stock(folder: Path) -> Any:
    """diffusers' pipeline with the folder's components."""
    import diffusers
    import transformers
    from diffusers.pipelines.audioldm2 import AudioLDM2ProjectionModel, AudioLDM2UNet2DConditionModel

    second = json.loads((folder / "model_index.json").read_text())["text_encoder_2"][1]
    model = build("language_model", head=True).eval()
    model.transformer.load_state_dict(transformers.GPT2Model.from_pretrained(folder / "language_model").state_dict())
    return diffusers.AudioLDM2Pipeline(
        vae=diffusers.AutoencoderKL.from_pretrained(folder / "vae"),
        text_encoder=transformers.ClapModel.from_pretrained(folder / "text_encoder"),
        text_encoder_2=getattr(transformers, second).from_pretrained(folder / "text_encoder_2"),
        projection_model=AudioLDM2ProjectionModel.from_pretrained(folder / "projection_model"),
        language_model=model,
        tokenizer=transformers.AutoTokenizer.from_pretrained(folder / "tokenizer"),
        tokenizer_2=transformers.AutoTokenizer.from_pretrained(folder / "tokenizer_2"),
        feature_extractor=transformers.ClapFeatureExtractor(),
        unet=AudioLDM2UNet2DConditionModel.from_pretrained(folder / "unet"),
        scheduler=diffusers.DDIMScheduler.from_pretrained(folder / "scheduler"),
        vocoder=transformers.SpeechT5HifiGan.from_pretrained(folder / "vocoder"),
    )


def assert_same(ours: tuple[Encoded, Encoded], theirs: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> None:
    """``theirs``: the second encoder's states, their mask, the language model's; what is steered away from is first."""
    states, mask, generated = theirs
    for index, one in ((1, ours[0]), (0, ours[1])):
        torch.testing.assert_close(one.states[0], states[index], atol=SAME, rtol=0)
        torch.testing.assert_close(one.generated[0], generated[index], atol=SAME, rtol=0)
        assert torch.equal(one.mask[0], mask[index].to(one.mask))


@pytest.mark.parametrize("negative", ["", NEGATIVE, f"{NEGATIVE} " * 3])
def test_prompts_are_encoded_as_the_stock_pipeline_does(checkpoint: Path, negative: str) -> None:
    with torch.no_grad():
        theirs = stock(checkpoint).encode_prompt(PROMPT, "cpu", 1, True, negative_prompt=negative, max_new_tokens=8)
    assert_same(encode(checkpoint, Description(prompt=PROMPT, negative_prompt=negative)), theirs)


def test_speech_is_encoded_as_the_stock_pipeline_does(speech_checkpoint: Path, monkeypatch) -> None:
    monkeypatch.setattr("engine.text.encoders.NEW_STATES_SPEECH", 12)  # 512 take seconds
    with torch.no_grad():
        theirs = stock(speech_checkpoint).encode_prompt(
            "a dog", "cpu", 1, True, transcription="good morning", max_new_tokens=12
        )
    ours = encode(speech_checkpoint, Description(prompt="a dog", transcription="good morning"))
    assert ours[0].states.shape == (1, SPEECH_LENGTH, 20)
    assert_same(ours, theirs)


def test_the_published_number_of_states_is_made(checkpoint: Path, speech_checkpoint: Path) -> None:
    assert encode(checkpoint, Description(prompt=PROMPT))[0].generated.shape == (1, 8, 24)
    assert encode(speech_checkpoint, Description(prompt="a dog", transcription="good"))[0].generated.shape == (
        1,
        512,
        24,
    )


@pytest.mark.thorough
def test_a_checkpoint_saved_with_a_head_gives_the_same(checkpoint: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(checkpoint, tmp_path / "head")
    shutil.rmtree(folder / "language_model")
    stock(checkpoint).language_model.save_pretrained(folder / "language_model")
    first, again = encode(checkpoint, Description(prompt=PROMPT)), encode(folder, Description(prompt=PROMPT))
    assert torch.equal(first[0].generated, again[0].generated)


def test_a_known_prompt_loads_no_network_and_no_tokenizer(checkpoint: Path, monkeypatch, own_cache: Path) -> None:
    first = encode(checkpoint, Description(prompt=PROMPT, negative_prompt=NEGATIVE))
    assert len(list(own_cache.iterdir())) == 2

    def refuse(*_: object) -> None:
        raise AssertionError("loaded")

    monkeypatch.setattr("engine.text.encoders.load_network", refuse)
    monkeypatch.setattr("engine.text.prompts.load_tokenizer", refuse)
    again = encode(checkpoint, Description(prompt=PROMPT, negative_prompt=NEGATIVE))
    for one, other in zip(first, again, strict=True):
        assert torch.equal(one.generated, other.generated)
        assert torch.equal(one.states, other.states)
        assert torch.equal(one.mask, other.mask)
    with pytest.raises(AssertionError, match="loaded"):
        encode(checkpoint, Description(prompt=PROMPT, negative_prompt="something else"))


def test_another_model_does_not_answer_with_what_was_kept(checkpoint: Path, tmp_path: Path) -> None:
    first = encode(checkpoint, Description(prompt=PROMPT))[0]
    folder = shutil.copytree(checkpoint, tmp_path / "other")
    config = json.loads((folder / "language_model" / "config.json").read_text())
    (folder / "language_model" / "config.json").write_text(json.dumps({**config, "max_new_tokens": 5}))
    assert encode(folder, Description(prompt=PROMPT))[0].generated.shape[1] == 5 != first.generated.shape[1]


def test_a_damaged_file_is_encoded_anew(checkpoint: Path, own_cache: Path) -> None:
    first = encode(checkpoint, Description(prompt=PROMPT))[0]
    for file in own_cache.iterdir():
        file.write_bytes(file.read_bytes()[:100])
    assert torch.equal(encode(checkpoint, Description(prompt=PROMPT))[0].generated, first.generated)


def test_the_words_themselves_are_not_on_the_disk(checkpoint: Path, own_cache: Path) -> None:
    encode(checkpoint, Description(prompt=PROMPT, negative_prompt=NEGATIVE))
    held = b"".join(file.read_bytes() for file in own_cache.iterdir())
    assert b"dog" not in held and b"hammer" not in held


def test_only_so_many_prompts_are_kept(checkpoint: Path, own_cache: Path, monkeypatch) -> None:
    monkeypatch.setattr(encoded_module, "MOST_FILES", 3)
    for words in ("a dog", "rain", "loud music"):
        encode(checkpoint, Description(prompt=words))
    assert len(list(own_cache.iterdir())) == 3


def test_words_that_are_cut_off_are_told_also_when_the_prompt_is_known(checkpoint: Path) -> None:
    for _ in range(2):
        wanted, _ = encode(checkpoint, Description(prompt="dog " * 40 + "piano"))
        assert any("32 fit" in note and note.endswith("piano") for note in wanted.notes)


def test_progress_is_told_and_cancelling_is_heard(checkpoint: Path) -> None:
    told: list[tuple[str, int, int]] = []
    encode(checkpoint, Description(prompt="rain"), Control(report=lambda *stage: told.append(stage)))
    assert told == [("reading the prompt", index, 4) for index in range(4)]


@pytest.mark.parametrize(
    ("speech", "words", "message"),
    [
        (True, Description(prompt="a dog"), "it needs a transcription"),
        (False, Description(prompt="a dog", transcription="hello"), "takes a prompt alone"),
    ],
)
def test_a_transcription_is_for_speech_models(checkpoint, speech_checkpoint, speech, words, message) -> None:
    with pytest.raises(InputError, match=message):
        encode(speech_checkpoint if speech else checkpoint, words)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda folder: shutil.rmtree(folder / "text_encoder_2"), "a prompt needs a text_encoder_2"),
        (lambda folder: shutil.rmtree(folder / "tokenizer"), "tokenizer is missing; prompts need it"),
        (lambda folder: cut(folder / "language_model" / "model.safetensors"), "damaged or cut short"),
        (lambda folder: pickled(folder / "text_encoder"), "is a pickle, which runs code"),
        (lambda folder: narrowed(folder / "projection_model"), "projection_model can't be loaded"),
        (lambda folder: (folder / "tokenizer_2" / "tokenizer.json").write_text("{"), "tokenizer_2 can't be loaded"),
    ],
)
def test_what_is_missing_or_damaged_is_named(
    checkpoint: Path, tmp_path: Path, harm: Callable[[Path], object], message: str
) -> None:
    folder = Path(shutil.copytree(checkpoint, tmp_path / "harmed"))
    harm(folder)
    with pytest.raises(ModelError, match=message):
        encode(folder, Description(prompt=PROMPT))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def narrowed(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "text_encoder_1_dim": 41}))


def test_sound_is_restored_without_what_only_prompts_need(checkpoint: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoint, tmp_path / "harmed"))
    pickled(folder / "text_encoder")
    found: ModelFolder = check_model(str(folder))
    assert "text_encoder" not in found.components and {"vae", "unet", "vocoder"} < set(found.components)

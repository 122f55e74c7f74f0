from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.errors import InputError, ModelError
from engine.model.conditioning import FILE_NAME, Kinds, check_description, check_method, read_kinds
from engine.model.folder import ModelFolder
from engine.settings import Description, InvertSettings, RestoreSettings

KINDS = Kinds(("any", "music", "speech"), 4)


def test_tokens_are_unit_vectors() -> None:
    assert KINDS.tokens(torch.tensor([0, 2]))[:, 0].tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    assert KINDS.index("speech") == 2
    with pytest.raises(InputError, match=r"kind is 'musik' \(did you mean music\?\)"):
        KINDS.index("musik")


def test_a_model_without_the_file_has_no_kinds(tmp_path: Path) -> None:
    assert read_kinds(tmp_path) is None


@pytest.mark.parametrize(
    "text, word",
    [
        ("[]", "JSON object"),
        ('{"kinds": [], "width": 4}', "a list of names"),
        ('{"kinds": ["any", "music"], "width": 1}', "at least 2"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(ModelError, match=word):
        read_kinds(tmp_path)


def folder_with(path: Path, kinds: str | None = '{"kinds": ["any", "rain"], "width": 2}') -> ModelFolder:
    if kinds is not None:
        (path / FILE_NAME).write_text(kinds)
    return ModelFolder("mine", path, {}, "unknown")


def test_a_kind_is_checked_without_loading_the_model(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    check_description(Description(kind="rain"), folder)
    with pytest.raises(InputError, match="kind is 'snow'; accepted: any, rain"):
        check_description(Description(kind="snow"), folder)


def test_a_model_that_can_be_told_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"mine has neither conditioning\.json nor a text encoder"):
        check_description(Description(), folder_with(tmp_path, None))


@pytest.mark.parametrize("words", [{"prompt": "a dog"}, {"negative_prompt": "a dog"}, {"transcription": "a dog"}])
def test_words_are_refused_with_what_the_model_can_be_told_instead(tmp_path: Path, words: dict[str, str]) -> None:
    with pytest.raises(ModelError, match=r"'a dog', and model mine has no text encoder; .* one of any, rain"):
        check_description(Description(**words), folder_with(tmp_path))


def test_long_words_are_shortened_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as refused:
        check_description(Description(prompt="x" * 5000), folder_with(tmp_path))
    assert len(str(refused.value)) < 200


def test_a_kind_is_refused_by_a_model_that_takes_words(tmp_path: Path) -> None:
    (tmp_path / "text_encoder").mkdir()
    check_description(Description(prompt="rain"), folder_with(tmp_path, None))
    with pytest.raises(ModelError, match="kind is 'rain'; model mine knows no kinds"):
        check_description(Description(kind="rain"), folder_with(tmp_path, None))


def test_only_a_job_that_asks_the_model_is_refused_for_what_it_would_be_told(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, None)
    check_method(RestoreSettings(method="vae"), folder)
    check_method(RestoreSettings(method="guided", task="reconstruct"), folder)
    with pytest.raises(ModelError, match="can't be told what to make"):
        check_method(RestoreSettings(method="guided", task="fill"), folder)


def test_what_a_recording_is_taken_for_is_checked_too(tmp_path: Path) -> None:
    settings = RestoreSettings(method="invert", method_settings=InvertSettings(kind="rain", source="snow"))
    with pytest.raises(InputError, match="kind is 'snow'"):
        check_method(settings, folder_with(tmp_path))

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.errors import InputError, ModelError
from engine.model.conditioning import FILE_NAME, Kinds, check_kind, check_prompt, read_kinds
from engine.model.folder import ModelFolder

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
    check_kind("rain", folder)
    with pytest.raises(InputError, match="kind is 'snow'; accepted: any, rain"):
        check_kind("snow", folder)


def test_a_model_without_kinds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"mine has no conditioning\.json"):
        check_kind("rain", folder_with(tmp_path, None))


def test_no_prompt_is_no_harm(tmp_path: Path) -> None:
    check_prompt(None, folder_with(tmp_path, None), "--kind")


def test_a_prompt_is_refused_with_what_the_model_can_be_told_instead(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"'a dog', and model mine has no text encoder; .*--kind with one of any, rain"
    ):
        check_prompt("a dog", folder_with(tmp_path), "--kind")
    with pytest.raises(ModelError, match="'', and model mine"):
        check_prompt("", folder_with(tmp_path), "--kind")


def test_a_long_prompt_is_shortened_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as refused:
        check_prompt("x" * 5000, folder_with(tmp_path), "--kind")
    assert len(str(refused.value)) < 200


def test_a_prompt_for_a_model_that_knows_no_kinds_either_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="it knows no kinds either"):
        check_prompt("a dog", folder_with(tmp_path, None), "--kind")

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.errors import InputError, ModelError
from engine.model.conditioning import FILE_NAME, Kinds, read_kinds

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

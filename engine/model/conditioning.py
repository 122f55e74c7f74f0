"""What a model is told of the sound besides the target: for models of our own, one of a few kinds.

``conditioning.json`` in a model's folder lists the kinds. Each is a unit vector that the UNet's cross-attention
projects; the first one stands for any sound and is what classifier-free guidance steers away from.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import ModelError
from engine.model.folder import read_json
from engine.settings import check_choice

FILE_NAME = "conditioning.json"


@dataclass(frozen=True)
class Kinds:
    """The kinds that a model knows.

    Attributes:
        names: the first one is ``any``.
        width: of a token, the UNet's ``cross_attention_dim``.
    """

    names: tuple[str, ...]
    width: int

    def tokens(self, indices: Tensor) -> Tensor:
        """Indices (B,) into ``names`` -> tokens (B, 1, width)."""
        return torch.nn.functional.one_hot(indices, self.width).float()[:, None]

    def index(self, name: str) -> int:
        """The index of a kind.

        Raises:
            InputError: the model doesn't know it.
        """
        return self.names.index(check_choice("kind", name, self.names))


def read_kinds(folder: Path) -> Kinds | None:
    """The kinds of the model in ``folder``; None where it has none.

    Raises:
        ModelError: the file is damaged.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    values = read_json(path)
    names, width = values.get("kinds"), values.get("width")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names) or not names:
        raise ModelError(f"{path}: kinds is {names!r}; a list of names is expected")
    if not isinstance(width, int) or width < len(names):
        raise ModelError(f"{path}: width is {width!r}; a whole number of at least {len(names)} is expected")
    return Kinds(tuple(names), width)

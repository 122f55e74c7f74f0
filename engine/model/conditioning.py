"""What a model is told of the sound besides the target: for models of our own, one of a few kinds.

``conditioning.json`` in a model's folder lists the kinds. Each is a unit vector that the UNet's cross-attention
projects; the first one stands for any sound and is what classifier-free guidance steers away from. Prompts, which
models with text encoders take, are not supported yet, and refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ModelError
from engine.model.folder import ModelFolder, read_json
from engine.settings import check_choice

if TYPE_CHECKING:
    from torch import Tensor

FILE_NAME = "conditioning.json"
TEXT_ENCODER = "text_encoder"  # its folder in diffusers' layout
SHOWN_CHARACTERS = 40  # of a prompt, in a message


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
        import torch  # here, so that a kind or a prompt is refused before torch is loaded

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


def check_kind(kind: str, folder: ModelFolder) -> None:
    """Refuse a kind that a model doesn't know.

    Raises:
        InputError: with the kinds that it knows.
        ModelError: it knows none.
    """
    kinds = read_kinds(folder.path)
    if kinds is None:
        raise ModelError(f"model {folder.name} has no {FILE_NAME}; kinds are known by models that have one")
    kinds.index(kind)


def check_prompt(prompt: str | None, folder: ModelFolder, instead: str) -> None:
    """Refuse a prompt.

    Args:
        prompt: None where none was given.
        instead: the option that takes a kind.

    Raises:
        ModelError: with the kinds that the model knows.
    """
    if prompt is None:
        return
    shown = prompt if len(prompt) <= SHOWN_CHARACTERS else prompt[:SHOWN_CHARACTERS] + "..."
    kinds = read_kinds(folder.path)
    accepted = f"accepted is {instead} with one of {', '.join(kinds.names)}" if kinds else "it knows no kinds either"
    if (folder.path / TEXT_ENCODER).is_dir():
        raise ModelError(
            f"prompt is {shown!r}; text encoders, as of model {folder.name}, are not supported yet; {accepted}"
        )
    raise ModelError(f"prompt is {shown!r}, and model {folder.name} has no text encoder; {accepted}")

"""What a model can be told of the sound besides the target: one of a few kinds, or a prompt. Free of torch.

``conditioning.json`` in the folder of a model of our own lists the kinds. Each is a unit vector that the UNet's
cross-attention projects; the first one stands for any sound and is what classifier-free guidance steers away from.
Models with text encoders, as AudioLDM2, take prompts (`engine.text`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ModelError
from engine.model.folder import ModelFolder, read_json
from engine.settings import Description, InvertSettings, RestoreSettings, asks_unet, check_choice

if TYPE_CHECKING:
    from torch import Tensor

FILE_NAME = "conditioning.json"
ANY = "any"
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


def check_method(settings: RestoreSettings, folder: ModelFolder) -> None:
    """Refuse what a job's method would tell the model and the model can't be told.

    Raises:
        InputError, ModelError: as `check_description`.
    """
    description = getattr(settings.method_settings, "description", None)
    if description is not None and (asks_unet(settings) or read_kinds(folder.path) is not None):
        check_description(description, folder)
        if isinstance(settings.method_settings, InvertSettings):
            check_description(settings.method_settings.source_description, folder)


def takes_prompts(folder: ModelFolder) -> bool:
    """Whether a model has text encoders, going by its folders alone."""
    return (folder.path / TEXT_ENCODER).is_dir()


def check_description(description: Description, folder: ModelFolder) -> None:
    """Refuse what a model can't be told, before anything is loaded.

    Raises:
        InputError: the kind is unknown, with those that are known; a speech model lacks a transcription, or another
            model got one.
        ModelError: words for a model that takes kinds, a kind for one that takes words, or a model that takes neither.
    """
    words = description.prompt or description.negative_prompt or description.transcription
    kinds = read_kinds(folder.path)
    if kinds is not None:
        if words:
            raise ModelError(
                f"prompt is {_shown(words)}, and model {folder.name} has no text encoder; "
                f"accepted is a kind, one of {', '.join(kinds.names)}"
            )
        kinds.index(description.kind)
        return
    if not takes_prompts(folder):
        raise ModelError(
            f"model {folder.name} has neither {FILE_NAME} nor a text encoder; its UNet can't be told what to make"
        )
    if description.kind != ANY:
        raise ModelError(
            f"kind is {description.kind!r}; model {folder.name} knows no kinds, it has no {FILE_NAME}; "
            "it takes a prompt"
        )
    from engine.text.words import check_words

    check_words(description, folder)


def _shown(words: str) -> str:
    """Words in a message."""
    return repr(words if len(words) <= SHOWN_CHARACTERS else words[:SHOWN_CHARACTERS] + "...")

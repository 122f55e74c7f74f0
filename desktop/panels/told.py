"""What a model can be told of the sound that it is to make, by its folder alone."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import ModelError
from engine.model.conditioning import TEXT_ENCODER
from engine.model.folder import check_model, find_model, read_json
from engine.text.words import is_speech

ANY_KIND = ("any",)


@dataclass(frozen=True)
class Told:
    """What a model can be told.

    Attributes:
        kinds: of sound; ``any`` alone where it knows none.
        words: whether it takes prompts.
        speech: whether it has to be told what is said.
    """

    kinds: tuple[str, ...] = ANY_KIND
    words: bool = False
    speech: bool = False


def told_of(model: str) -> Told:
    """What a model can be told; nothing where it isn't there."""
    kinds = kinds_of(model)
    words = kinds == ANY_KIND and has_component(model, TEXT_ENCODER)
    return Told(kinds, words, words and speaks(model))


def kinds_of(model: str) -> tuple[str, ...]:
    """The kinds of sound that a model knows; ``any`` alone where it doesn't say, or isn't there."""
    try:
        kinds = read_json(find_model(model) / "conditioning.json").get("kinds")
    except ModelError:
        return ANY_KIND
    if not isinstance(kinds, list) or not kinds:
        return ANY_KIND
    return tuple(str(kind) for kind in kinds)


def has_component(model: str, component: str) -> bool:
    """Whether a model has a part, by its folder alone."""
    try:
        return (find_model(model) / component).is_dir()
    except ModelError:
        return False


def speaks(model: str) -> bool:
    """Whether a model says words that it is given; one that is damaged doesn't."""
    try:
        return is_speech(check_model(model))
    except ModelError:
        return False

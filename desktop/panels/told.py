"""What a model can be told of the sound that it is to make, by its folder alone."""

from __future__ import annotations

from engine.errors import ModelError
from engine.model.folder import find_model, read_json

ANY_KIND = ("any",)


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

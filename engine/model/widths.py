"""Whether a model's text models, projection and UNet are of one model, going by their configurations alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.errors import ModelError
from engine.model.folder import ModelFolder, read_json

# Where a text model's configuration names how wide its states are, which goes by its class.
STATE_WIDTHS = {
    "text_encoder": ("projection_dim",),
    "text_encoder_2": ("d_model", "hidden_size"),
    "language_model": ("n_embd",),
}
PROJECTED = {
    "text_encoder": "text_encoder_dim",
    "text_encoder_2": "text_encoder_1_dim",
    "language_model": "langauge_model_dim",  # as diffusers spells it
}
TOLD_TO_UNET = ("text_encoder_2", "language_model")


def check_widths(model: ModelFolder) -> None:
    """Refuse text models whose states are of another width than what they are passed on to.

    Raises:
        ModelError: names both and the widths.
    """
    configs = {name: read_json(model.path / name / "config.json") for name in model.components}
    projection = configs.get("projection_model", {})
    attended = list(_flat(configs.get("unet", {}).get("cross_attention_dim")))
    for part, keys in STATE_WIDTHS.items():
        width = next((configs[part][key] for key in keys if key in configs.get(part, {})), None)
        if width is None:
            continue
        _check(model, part, width, "projection_model", [projection.get(PROJECTED[part], width)])
        if part in TOLD_TO_UNET and attended:
            _check(model, part, width, "unet", attended)


def _check(model: ModelFolder, part: str, width: Any, taker: str, accepted: list[Any]) -> None:
    if width not in accepted:
        told = " or ".join(str(other) for other in dict.fromkeys(accepted))
        raise ModelError(f"{model.path / part} gives states of width {width}; {model.path / taker} takes {told}")


def _flat(dims: Any) -> Iterator[int]:
    """The widths in ``cross_attention_dim``: a number, or nested lists of numbers and None."""
    if isinstance(dims, list | tuple):
        for each in dims:
            yield from _flat(each)
    elif dims is not None:
        yield dims

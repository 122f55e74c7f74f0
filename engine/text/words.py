"""Which models can take what a user says of a sound. Free of torch."""

from __future__ import annotations

from engine.errors import InputError
from engine.model.folder import ModelFolder
from engine.settings import Description


def is_speech(folder: ModelFolder) -> bool:
    """Whether a model's second encoder takes a transcription."""
    part = folder.components.get("text_encoder_2")
    return part is not None and part.class_name == "VitsModel"


def check_words(words: Description, folder: ModelFolder) -> None:
    """Refuse words that a model can't take.

    Raises:
        InputError: a speech model without a transcription, or another one with it.
    """
    if is_speech(folder) and not words.transcription.strip():
        raise InputError(f"model {folder.name} speaks: it needs a transcription, the words that are to be said")
    if words.transcription and not is_speech(folder):
        raise InputError(
            f"transcription is {words.transcription[:40]!r}; model {folder.name} takes a prompt alone, "
            "speech models take one"
        )

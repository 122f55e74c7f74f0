"""What a user says of a sound, and which models can take it. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import InputError
from engine.model.folder import ModelFolder


@dataclass(frozen=True)
class Words:
    """What a user says of a sound.

    Attributes:
        prompt: what it is to be.
        negative: what it is not to be; empty steers away from any sound.
        transcription: what is said in it, for speech models.
    """

    prompt: str
    negative: str = ""
    transcription: str = ""


def is_speech(folder: ModelFolder) -> bool:
    """Whether a model's second encoder takes a transcription."""
    part = folder.components.get("text_encoder_2")
    return part is not None and part.class_name == "VitsModel"


def check_words(words: Words, folder: ModelFolder) -> None:
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

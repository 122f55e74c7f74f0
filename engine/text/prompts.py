"""What the UNet is told of a prompt and of what it is to be steered away from: from disk where both are known."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from engine.model.folder import ModelFolder
from engine.model.hashes import hash_of_files
from engine.model.parts import TEXT_COMPONENTS, TOKENIZERS
from engine.progress import Control
from engine.settings import Description
from engine.text.encoded import Encoded, keep, kept, key_of
from engine.text.encoders import (
    clap_states,
    continued,
    loaded,
    new_states,
    projected,
    t5_states,
    vits_states,
)
from engine.text.tokens import Tokens, limit_of, load_tokenizer, phonemes_of, tokens_of
from engine.text.words import check_words, is_speech

STAGE = "reading the prompt"


@dataclass(frozen=True)
class _Tokenised:
    """One side of it: tokens for both encoders; ``second`` is None where a speech model is told nothing."""

    first: Tokens
    second: Tokens | None
    length: int
    notes: tuple[str, ...]


def encoded_pair(
    folder: ModelFolder, words: Description, device: torch.device, control: Control
) -> tuple[Encoded, Encoded]:
    """What the UNet is told of the prompt, and of what it is steered away from; on the CPU.

    Raises:
        InputError: a speech model without a transcription, or another one with it.
        ModelError: a part that prompts need is missing or damaged.
        Cancelled: the user stopped.
    """
    check_words(words, folder)
    parts = text_hash(folder, control)
    wanted_key = key_of(parts, words.prompt, words.transcription, 0)
    wanted = kept(wanted_key)
    if wanted is not None:
        against = kept(key_of(parts, words.negative_prompt, "", wanted.states.shape[1]))
        if against is not None:
            return wanted, against
    control.step(STAGE, 0, 4)
    sides = _tokenised(folder, words)
    wanted, against = _encoded(folder, sides, device, control)
    keep(wanted_key, wanted)
    keep(key_of(parts, words.negative_prompt, "", wanted.states.shape[1]), against)
    return wanted, against


def text_hash(folder: ModelFolder, control: Control) -> str:
    """SHA-256 over all files that an encoded prompt follows from.

    Raises:
        Cancelled: the user stopped.
    """
    parts = [folder.path / name for name in (*TEXT_COMPONENTS, *TOKENIZERS)]
    files = [file for part in parts if part.is_dir() for file in sorted(part.iterdir()) if file.is_file()]
    return hash_of_files(files, folder.path, lambda: control.check(STAGE))


def _tokenised(folder: ModelFolder, words: Description) -> tuple[_Tokenised, _Tokenised]:
    """Tokens of both sides; those of the other side are as many as the prompt's."""
    first, second = (load_tokenizer(folder.path / name) for name in TOKENIZERS)
    notes: list[str] = []
    clap = tokens_of(first, words.prompt, limit_of(first), notes)
    if is_speech(folder):
        other = phonemes_of(second, words.transcription, notes)
    else:
        other = tokens_of(second, words.prompt, 0, notes)
    length, against_notes = other.ids.shape[1], list[str]()
    clap_against = tokens_of(first, words.negative_prompt, limit_of(first), against_notes)
    # The stock pipeline cuts what is steered away from to the prompt's length too.
    other_against = None if is_speech(folder) else tokens_of(second, words.negative_prompt, length, against_notes)
    return (
        _Tokenised(clap, other, length, tuple(dict.fromkeys(notes))),
        _Tokenised(clap_against, other_against, length, tuple(dict.fromkeys(against_notes))),
    )


def _encoded(
    folder: ModelFolder, sides: tuple[_Tokenised, _Tokenised], device: torch.device, control: Control
) -> tuple[Encoded, Encoded]:
    """Both sides through one network after the other."""
    with loaded(folder, "text_encoder", device) as network:
        firsts = [clap_states(network, side.first, device) for side in sides]
    control.step(STAGE, 1, 4)
    with loaded(folder, "text_encoder_2", device) as network:
        read = vits_states if is_speech(folder) else t5_states
        seconds = [None if side.second is None else read(network, side.second, device) for side in sides]
    control.step(STAGE, 2, 4)
    told = seconds[0]
    assert told is not None
    filled = [torch.zeros_like(told) if second is None else second for second in seconds]
    masks = [
        torch.zeros(1, side.length, dtype=torch.long, device=device)
        if side.second is None
        else side.second.mask.to(device)
        for side in sides
    ]
    with loaded(folder, "projection_model", device) as network:
        rows = [projected(network, *row) for row in zip(firsts, filled, masks, strict=True)]
    control.step(STAGE, 3, 4)
    with loaded(folder, "language_model", device) as network:
        made = [continued(network, hidden, mask, new_states(folder)) for hidden, mask in rows]
    one, other = (
        Encoded(generated.cpu(), second.cpu(), mask.cpu(), side.notes)
        for generated, second, mask, side in zip(made, filled, masks, sides, strict=True)
    )
    return one, other

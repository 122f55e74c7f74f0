"""Words to tokens, as AudioLDM2's pipeline makes them, and what of the words was cut off.

The first encoder's tokens, and a transcription's, are filled up to the tokenizer's length; those of a prompt for the
second encoder are as many as the words take, up to 128 in the published models.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.errors import InputError, ModelError
from engine.model.network import reason_of

LONGEST = 512  # for tokenizers that name no limit
SPEECH_END = 182  # the phonemes' end, put where the padding begins (anhnct's speech models)
SHOWN = 60  # characters


@dataclass(frozen=True)
class Tokens:
    """What an encoder takes.

    Attributes:
        ids: (1, N) int64.
        mask: (1, N) int64, 1 where ``ids`` count.
    """

    ids: Tensor
    mask: Tensor


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer in ``folder``.

    Raises:
        ModelError: it is missing or damaged, or needs a package that isn't installed.
    """
    from transformers import AutoTokenizer

    if not folder.is_dir():
        raise ModelError(f"{folder} is missing; prompts need it")
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError, AttributeError) as error:
        raise ModelError(f"{folder} can't be loaded: {reason_of(error)}") from error


def limit_of(tokenizer: Any) -> int:
    """The most tokens that a tokenizer's encoder takes."""
    return int(tokenizer.model_max_length) if tokenizer.model_max_length < 1 << 16 else LONGEST


def tokens_of(tokenizer: Any, words: str, length: int, notes: list[str]) -> Tokens:
    """Words to tokens.

    Args:
        length: to fill up to; 0 takes as many as there are.
        notes: told what was cut off.

    Raises:
        InputError: the tokenizer can't take these words.
    """
    most = length or limit_of(tokenizer)
    try:
        taken = tokenizer(
            words, padding="max_length" if length else True, max_length=most, truncation=True, return_tensors="pt"
        )
        whole = tokenizer(words).input_ids
    except (ValueError, RuntimeError, ImportError) as error:
        raise InputError(f"{words[:SHOWN]!r} can't be taken as words: {error}") from error
    if len(whole) > most:
        cut = tokenizer.decode(whole[most - 1 :], skip_special_tokens=True).strip()
        notes.append(
            f"the words are too long: {len(whole)} tokens, {most} fit; not read: "
            f"{cut if len(cut) <= SHOWN else cut[:SHOWN] + '...'}"
        )
    return Tokens(taken.input_ids, taken.attention_mask)


def phonemes_of(tokenizer: Any, transcription: str, notes: list[str]) -> Tokens:
    """A transcription to tokens with the end marked, as the speech models were trained.

    Raises:
        InputError: the tokenizer can't take it.
    """
    tokens = tokens_of(tokenizer, transcription, limit_of(tokenizer), notes)
    empty = torch.nonzero(tokens.ids[0] == 0)
    if len(empty):
        tokens.ids[0, empty[0]] = SPEECH_END
        tokens.mask[0, empty[0]] = 1
    return tokens

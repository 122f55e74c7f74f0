"""A prompt as the UNet is told it, and the folder on disk where it is kept, so that a known one needs no text model.

A file's name is a hash of the model's text parts and of all that its content follows from; the words themselves are
not stored, but for the beginning of what was cut off, which the user is told again. The oldest files go once there are
too many.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import safetensors
import torch
from safetensors.torch import save
from torch import Tensor

from engine.errors import RetakeError
from engine.saving import written_whole

FORMAT = 1
MOST_FILES = 1000  # of some 100 kB each


@dataclass(frozen=True)
class Encoded:
    """A prompt for the cross-attention.

    Attributes:
        generated: (1, 8, width) float32, what the language model makes of it.
        states: (1, N, width) float32, of the second text encoder.
        mask: (1, N) int64, 1 where ``states`` count.
        notes: what the user must be told, such as words that were cut off.
    """

    generated: Tensor
    states: Tensor
    mask: Tensor
    notes: tuple[str, ...]


def key_of(parts: str, prompt: str, transcription: str, length: int) -> str:
    """The name under which a prompt is kept, hexadecimal.

    Args:
        parts: hash of the model's text parts.
        prompt, transcription: the words.
        length: tokens that the second encoder's input was filled up to; 0 is as many as the words take.
    """
    told = json.dumps([FORMAT, parts, prompt, transcription, length])
    return hashlib.sha256(told.encode()).hexdigest()


def prompts_folder() -> Path:
    """Where encoded prompts are kept."""
    return platformdirs.user_cache_path("retake", appauthor=False) / "prompts"


def kept(key: str) -> Encoded | None:
    """A prompt that was kept; None where there is none, or what is there can't be read."""
    path = prompts_folder() / f"{key}.safetensors"
    try:
        with safetensors.safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in ("generated", "states", "mask")}
            notes = tuple(json.loads((file.metadata() or {}).get("notes", "[]")))
        os.utime(path)  # used now: the last to go
    except (OSError, ValueError, safetensors.SafetensorError):
        return None
    return Encoded(tensors["generated"], tensors["states"], tensors["mask"], notes)


def keep(key: str, encoded: Encoded) -> None:
    """Keep a prompt. Where it can't be written it is encoded anew the next time."""
    tensors = {name: getattr(encoded, name).detach().cpu().contiguous() for name in ("generated", "states", "mask")}
    data = save(tensors, {"notes": json.dumps(encoded.notes)})
    folder = prompts_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with written_whole(folder / f"{key}.safetensors", force=True) as file:
            file.write(data)
        _thin_out(sorted(folder.glob("*.safetensors"), key=lambda file: file.stat().st_mtime))
    except (OSError, RetakeError):
        return


def _thin_out(files: Sequence[Path]) -> None:
    """Remove the oldest files beyond as many as are kept."""
    for file in files[: max(0, len(files) - MOST_FILES)]:
        file.unlink(missing_ok=True)


def joined(first: Encoded, second: Encoded) -> tuple[Tensor, Tensor, Tensor]:
    """Two prompts of one length as one batch: (2, 8, width), (2, N, width), (2, N)."""
    return (
        torch.cat([first.generated, second.generated]),
        torch.cat([first.states, second.states]),
        torch.cat([first.mask, second.mask]),
    )

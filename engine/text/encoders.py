"""The four networks between words and the UNet, each loaded for its moment and let go again.

CLAP's text branch gives one vector, the second encoder one a token (T5 of the prompt; VITS of a transcription, in the
speech models), a projection brings both to one width between learned marks, and a GPT-2 goes on from there: its last
hidden state is appended to its own input, eight times, and what was appended is what the UNet is told (Liu et al.
2024, AudioLDM 2, section 3.2). Checkpoints name `GPT2Model`, which has no generation of its own; none is needed.

Networks compute in float32: they run once for a prompt, which is then kept.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.model.folder import ModelFolder, read_json, require_component
from engine.model.network import load_network
from engine.text.tokens import Tokens
from engine.text.words import is_speech

NEW_STATES = 8
NEW_STATES_SPEECH = 512  # what the speech models were trained with


@contextmanager
def loaded(folder: ModelFolder, component: str, device: torch.device) -> Iterator[Any]:
    """One of the networks, for as long as the block lasts.

    Raises:
        ModelError: it is missing or damaged, or its weights don't fit its configuration.
    """
    require_component(folder, component, "a prompt")
    network = load_network(folder, component).to(device)
    try:
        with torch.inference_mode():
            yield network
    finally:
        del network
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()


def clap_states(network: Any, tokens: Tokens, device: torch.device) -> Tensor:
    """The prompt's vector in the space that CLAP shares with sound: (1, 1, width), of unit length."""
    out = network(tokens.ids.to(device), attention_mask=tokens.mask.to(device)).text_embeds
    return F.normalize(out, dim=-1)[:, None]  # (B, width) -> (B, 1, width)


def t5_states(network: Any, tokens: Tokens, device: torch.device) -> Tensor:
    """(1, N, width) of a prompt."""
    states: Tensor = network(tokens.ids.to(device), attention_mask=tokens.mask.to(device))[0]
    return states


def vits_states(network: Any, tokens: Tokens, device: torch.device) -> Tensor:
    """(1, N, width) of a transcription."""
    mask = tokens.mask.to(device)
    states: Tensor = network.text_encoder(tokens.ids.to(device), attention_mask=mask, padding_mask=mask.unsqueeze(-1))[
        0
    ]
    return states


def projected(network: Any, first: Tensor, second: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Both encoders' states in one row, between learned marks: (1, 1 + N + 4, width), and its mask."""
    ones = mask.new_ones(first.shape[:2])
    out = network(hidden_states=first, hidden_states_1=second, attention_mask=ones, attention_mask_1=mask)
    return out.hidden_states, out.attention_mask


def continued(network: Any, states: Tensor, mask: Tensor, count: int) -> Tensor:
    """The language model's next ``count`` states, (1, count, width), each following from all before it.

    Args:
        states: (1, N, width) that they go on from.
        mask: (1, N), 1 where ``states`` count.
    """
    made: list[Tensor] = []
    seen, past = states, None
    for _ in range(count):
        out = network(inputs_embeds=seen, attention_mask=mask, past_key_values=past, use_cache=True)
        seen, past = out.last_hidden_state[:, -1:], out.past_key_values
        mask = torch.cat([mask, mask.new_ones((len(mask), 1))], dim=1)
        made.append(seen)
    return torch.cat(made, dim=1)


def new_states(folder: ModelFolder) -> int:
    """How many states the language model adds."""
    if is_speech(folder):
        return NEW_STATES_SPEECH
    count = read_json(folder.path / "language_model" / "config.json").get("max_new_tokens")
    return count if isinstance(count, int) and count > 0 else NEW_STATES

"""The layers of a UNet that come before anything it is told: under guidance, computed once for both halves.

Guidance asks about the same latent twice, with a prompt and without. Up to the first cross-attention both halves are
the same numbers, so the second half is a copy.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Stem:
    """Whether the two halves of a batch are the same latents; one for all layers of a UNet's stem."""

    def __init__(self) -> None:
        self.halves = False


class OnceForBoth(nn.Module):
    """A layer of the stem: given a batch of two equal halves, it works on one and repeats what it gives."""

    def __init__(self, layer: nn.Module, stem: Stem) -> None:
        super().__init__()
        self.layer, self.stem = layer, stem

    def forward(self, hidden_states: Tensor, *others: Any, **named: Any) -> Any:
        if not self.stem.halves:
            return self.layer(hidden_states, *others, **named)
        items = len(hidden_states)
        others = tuple(first_half(value, items) for value in others)
        named = {name: first_half(value, items) for name, value in named.items()}
        return repeated(self.layer(hidden_states[: items // 2], *others, **named))


def first_half(value: Any, items: int) -> Any:
    """The first half of what is given for each of ``items``; anything else as it is."""
    return value[: items // 2] if isinstance(value, Tensor) and value.shape[:1] == (items,) else value


def repeated(value: Any) -> Any:
    """Tensors twice over, in whatever they are held."""
    if isinstance(value, tuple):
        return tuple(repeated(one) for one in value)
    return torch.cat([value, value])


def compute_stem_once(unet: Any) -> Stem:
    """Make the stem of a UNet in AudioLDM2's layout one that is computed once, where it is asked to be."""
    stem = Stem()
    unet.conv_in = OnceForBoth(unet.conv_in, stem)
    for index, block in enumerate(unet.down_blocks):
        if not getattr(block, "has_cross_attention", False):
            unet.down_blocks[index] = OnceForBoth(block, stem)
            continue
        block.resnets[0] = OnceForBoth(block.resnets[0], stem)
        if not told_something(block.attentions[0]):
            block.attentions[0] = OnceForBoth(block.attentions[0], stem)
        break
    return stem


def told_something(attention: Any) -> bool:
    """Whether a transformer has cross-attention to what the UNet is told."""
    return any(block.attn2 is not None and block.attn2.is_cross_attention for block in attention.transformer_blocks)

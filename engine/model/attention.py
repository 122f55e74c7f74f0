"""Attention that computes what it needs of a prompt once, and queries, keys and values of one input in one go.

A UNet is asked dozens of times about the same prompt, in every window of a region. What it is told are the same tensors
each time (`engine.model.conditions`), so they are the key, and what was computed of them goes with them.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.weak import WeakIdKeyDictionary


class RememberingAttention:
    """A processor for diffusers' `Attention` in transformer blocks: (B, N, C) in, (B, N, C) out.

    Not for attention over images, nor with norms of its own, which AudioLDM2's UNet doesn't have.
    """

    def __init__(self, together: Tensor | None) -> None:
        self._known: Any = WeakIdKeyDictionary()  # what is told -> keys and values
        self._together = together  # (3 inner, C): of queries, keys and values, where one input gives all of them

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        if encoder_hidden_states is None and self._together is not None:
            parts = F.linear(hidden_states, self._together).chunk(3, dim=-1)
            query, key, value = (split(part, attn.heads) for part in parts)
        elif encoder_hidden_states is None:
            query, key, value = (split(of(hidden_states), attn.heads) for of in (attn.to_q, attn.to_k, attn.to_v))
        else:
            query = split(attn.to_q(hidden_states), attn.heads)
            key, value = self._of(attn, encoder_hidden_states)
        bias = None if attention_mask is None else attention_mask[:, None].to(query.dtype)  # (B, 1, 1, M)
        out = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return attn.to_out[0](out.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]  # (B, H, N, D) -> (B, N, C)

    def _of(self, attn: Any, told: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of what is told, computed the first time."""
        if told not in self._known:
            self._known[told] = tuple(split(of(told), attn.heads) for of in (attn.to_k, attn.to_v))
        key, value = self._known[told]
        return key, value


def split(values: Tensor, heads: int) -> Tensor:
    """(B, N, C) -> (B, heads, N, C / heads)."""
    return values.reshape(*values.shape[:-1], heads, -1).transpose(1, 2)


def remember_prompts(unet: nn.Module) -> None:
    """Give every attention of a UNet in AudioLDM2's layout a processor of its own; its weights are final by then."""
    from diffusers.models.attention_processor import Attention

    for module in unet.modules():
        if isinstance(module, Attention):
            module.set_processor(RememberingAttention(joined_weights(module)))


def joined_weights(attn: Any) -> Tensor | None:
    """The weights of queries, keys and values in one tensor, of which the three become parts.

    None where they take inputs of different widths, or add offsets, which those of AudioLDM2 don't.
    """
    layers = (attn.to_q, attn.to_k, attn.to_v)
    if len({layer.in_features for layer in layers}) > 1 or any(layer.bias is not None for layer in layers):
        return None
    together = torch.cat([layer.weight.data for layer in layers])
    parts = torch.split(together, [layer.out_features for layer in layers])
    for layer, part in zip(layers, parts, strict=True):
        layer.weight.data = part
    return together

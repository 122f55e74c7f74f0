"""The soft codebook that the research tried before, for comparison: latent vectors as blends of learnt entries.

Each latent cell's vector (8 values) is replaced by the mean of the codebook's entries, weighted by
``softmax(-|v - e|^2 / temperature)``; at temperature 0 by the nearest entry (vector quantisation). The entries are the
centres of a k-means (Lloyd 1982) over the recording's own vectors, weighted by trust. There is no file of it: the
weights are real numbers, and the codebook itself, 1024 entries of 8 values, is as large as 16 s of the coded recording.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.progress import Control

ROUNDS = 12
BLOCK_CELLS = 8192


def softly_quantised(
    latent: Tensor, weight: Tensor, entries: int, temperature: float, generator: torch.Generator, control: Control
) -> Tensor:
    """Blend entries into each cell of (1, C, T', F); the shape stays.

    Args:
        weight: (1, 1, T', F) in 0..1, how much each cell counts for the entries.
        entries: at most as many as there are cells.

    Raises:
        Cancelled: the user stopped.
    """
    vectors = latent[0].flatten(1).T  # (C, T', F) -> (cells, C)
    counts = weight.to(latent).flatten()
    book = centres(vectors, counts, min(entries, len(vectors)), generator, control)
    blended = torch.cat([_blend(block, book, temperature) for block in torch.split(vectors, BLOCK_CELLS)])
    return blended.T.reshape(latent.shape)


def centres(vectors: Tensor, counts: Tensor, entries: int, generator: torch.Generator, control: Control) -> Tensor:
    """Centres (entries, C) of vectors (cells, C), each counting ``counts`` (cells,)."""
    likely = counts.cpu() + 1e-6
    start = torch.multinomial(likely, entries, generator=generator)
    book = vectors[start.to(vectors.device)].clone()
    for done in range(ROUNDS):
        control.step("taking again", done, ROUNDS)
        nearest = torch.cat([torch.cdist(block, book).argmin(dim=1) for block in torch.split(vectors, BLOCK_CELLS)])
        share = torch.zeros(entries, 1, device=book.device).index_add_(0, nearest, counts[:, None])
        total = torch.zeros_like(book).index_add_(0, nearest, vectors * counts[:, None])
        book = torch.where(share > 0, total / share.clamp_min(1e-9), book)
    return book


def _blend(vectors: Tensor, book: Tensor, temperature: float) -> Tensor:
    distances = torch.cdist(vectors, book).square()
    if temperature == 0:
        return book[distances.argmin(dim=1)]
    return (-distances / temperature).softmax(dim=1) @ book

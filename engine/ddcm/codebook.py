"""Codewords and the start of the sampler, from a seed in integers alone, so that every machine makes the same ones.

The generator is SplitMix64 (Steele, Lea & Flood 2014), whose ``n``-th output, n = 0, 1, ..., of seed ``s`` is
``mix(s + (n + 1) * 0x9E3779B97F4A7C15)`` modulo 2^64, with ``mix(x)``:
``x ^= x >> 30; x *= 0xBF58476D1CE4E5B9; x ^= x >> 27; x *= 0x94D049BB133111EB; x ^= x >> 31``.

Stream ``i`` of a file's seed is SplitMix64 with the seed's ``i``-th output for a seed. Stream 0 is the start, stream
``i`` the codebook of step ``i``, counted from 1:

- Codeword ``k`` has ``W = ceil(N / 64)`` words of its stream, from number ``k * W`` on, N being the values of a tile.
  Value ``p`` is +1 where bit ``p % 64`` (0 the lowest) of word ``p // 64`` is set, and -1 where it is not.
- Value ``p`` of tile ``j`` of the start is ``(ones - 32) / 4``, ``ones`` being the number of bits that are set in word
  ``j * N + p``: mean 0, deviation 1, near enough to normal, and exact in every number format.

A tile is 8 latent frames, all channels and bands; its values are ordered by channel, then frame, then band.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GAMMA = 0x9E3779B97F4A7C15
START_STREAM = 0

Words = NDArray[np.uint64]


def splitmix64(seed: int, places: Words) -> Words:
    """Outputs of SplitMix64 at ``places``, any shape, counted from 0."""
    x = np.uint64(seed) + (places + np.uint64(1)) * np.uint64(GAMMA)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def stream_seed(seed: int, stream: int) -> int:
    """The seed of a stream."""
    return int(splitmix64(seed, np.array([stream], np.uint64))[0])


def codewords(seed: int, step: int, which: NDArray[np.integer], values: int) -> NDArray[np.int8]:
    """Codewords ``which`` (n,) of the codebook of ``step``, counted from 1: (n, values) of +1 and -1."""
    words = -(-values // 64)
    places = which.astype(np.uint64)[:, None] * np.uint64(words) + np.arange(words, dtype=np.uint64)[None]
    drawn = splitmix64(stream_seed(seed, step), places.astype(np.uint64))
    bits = np.unpackbits(drawn.astype("<u8").view(np.uint8), axis=1, bitorder="little", count=values)
    signs: NDArray[np.int8] = bits.view(np.int8) * np.int8(2) - np.int8(1)
    return signs


def start(seed: int, tiles: int, values: int) -> NDArray[np.float32]:
    """Where the sampler starts: (tiles, values)."""
    places = np.arange(tiles * values, dtype=np.uint64).reshape(tiles, values)
    ones = np.bitwise_count(splitmix64(stream_seed(seed, START_STREAM), places))
    return (ones.astype(np.float32) - np.float32(32)) / np.float32(4)

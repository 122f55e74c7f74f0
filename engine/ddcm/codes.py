"""Codewords chosen for a tile: how they are found, what noise they make, and how they are written.

Turbo: the M codewords with the largest ``|<z_k, r>|``, their sum with the signs of ``<z_k, r>``, brought to a root mean
square of 1. Published: matching pursuit. The first codeword ``c`` has the largest ``<z_k, r>``; each further one and
its coefficient ``g = j / 2^C``, j = 1 ... 2^C, are those whose ``g c + (1 - g) z_k``, brought to a root mean square of
1, has the largest product with ``r``; it takes the place of ``c``. A tile that gets no codeword takes number ``tile %
K``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.ddcm.packing import BitReader, BitWriter, subset_number, subset_of, subset_width
from engine.ddcm.plan import Plan

Signs = NDArray[np.int8]
BLOCK_TILES = 256


@dataclass(frozen=True)
class Code:
    """What is chosen for one tile at one step.

    Attributes:
        codewords: their numbers; rising for turbo, in the order of choice as published.
        factors: of each, 1 for + and 0 for - (turbo), or ``j - 1`` of all but the first (published).
    """

    codewords: tuple[int, ...]
    factors: tuple[int, ...]


def found(residual: Tensor, codebook: Signs, counts: Sequence[int], plan: Plan) -> list[Code]:
    """The codes of tiles.

    Args:
        residual: (tiles, N), weighted, float32.
        codebook: (K, N).
        counts: how many atoms each tile gets.
    """
    search = _strongest if plan.variant == "turbo" else _pursued
    words = torch.from_numpy(codebook).to(residual.device, torch.float32)
    codes: list[Code] = []
    for first in range(0, len(residual), BLOCK_TILES):
        last = first + BLOCK_TILES
        codes += search(residual[first:last], words, counts[first:last], plan)
    return codes


def _strongest(residual: Tensor, words: Tensor, counts: Sequence[int], plan: Plan) -> list[Code]:
    products = residual @ words.T
    strongest = products.abs().topk(max(counts), dim=1).indices.cpu().numpy()
    positive = (products >= 0).cpu().numpy()
    codes = []
    for tile, count in enumerate(counts):
        chosen = np.sort(strongest[tile, :count])
        codes.append(Code(tuple(chosen.tolist()), tuple(positive[tile, chosen].astype(int).tolist())))
    return codes


def _pursued(residual: Tensor, words: Tensor, counts: Sequence[int], plan: Plan) -> list[Code]:
    products = residual @ words.T
    best = products.argmax(dim=1)
    sums, chosen, factors = words[best], [best], []
    for _ in range(1, max(counts)):
        best, factor = _next_atom(residual, sums, products, words, plan.coefficient_bits)
        share = ((factor + 1) / 2**plan.coefficient_bits)[:, None]
        sums = share * sums + (1 - share) * words[best]
        sums = sums / sums.square().mean(dim=1, keepdim=True).sqrt()
        chosen.append(best)
        factors.append(factor)
    numbers = torch.stack(chosen, dim=1).tolist()
    shares = torch.stack(factors, dim=1).tolist() if factors else [[]] * len(counts)
    return [
        Code(tuple(numbers[tile][:count]), tuple(shares[tile][: max(0, count - 1)]))
        for tile, count in enumerate(counts)
    ]


def _next_atom(residual: Tensor, sums: Tensor, products: Tensor, words: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """The next codeword (tiles,) and ``j - 1`` of its coefficient (tiles,)."""
    so_far = (sums * residual).sum(dim=1, keepdim=True)
    alike = sums @ words.T / words.shape[1]
    best = so_far.new_full((len(sums),), -torch.inf)
    which, factor = (torch.zeros(len(sums), dtype=torch.long, device=sums.device) for _ in range(2))
    for j in range(2**bits):
        g = (j + 1) / 2**bits
        power = g * g + (1 - g) ** 2 + 2 * g * (1 - g) * alike
        score, place = ((g * so_far + (1 - g) * products) / power.clamp_min(1e-6).sqrt()).max(dim=1)
        better = score > best
        best, which = torch.where(better, score, best), torch.where(better, place, which)
        factor = torch.where(better, torch.full_like(factor, j), factor)
    return which, factor


def codewords_of(codes: Sequence[Code], plan: Plan) -> list[tuple[int, ...]]:
    """The codewords that each tile's noise is made of."""
    return [code.codewords or (tile % plan.codewords,) for tile, code in enumerate(codes)]


def noise_of(code: Code, words: Signs, plan: Plan) -> NDArray[np.float32]:
    """The noise of a tile, (N,), from the codewords (M, N) that `codewords_of` names; its root mean square is 1."""
    if plan.variant == "turbo":
        signs = np.array([2 * factor - 1 for factor in code.factors] or [1])
        total = signs @ words.astype(np.int64)
        return np.asarray(total / np.sqrt(max(1, int(total @ total)) / len(total)), np.float32)
    made = words[0].astype(np.float64)
    for word, factor in zip(words[1:], code.factors, strict=True):
        share = (factor + 1) / 2**plan.coefficient_bits
        made = share * made + (1 - share) * word
        made /= np.sqrt(np.mean(made * made))
    return np.asarray(made, np.float32)


def write_code(code: Code, writer: BitWriter, plan: Plan) -> None:
    """Turbo: the number of the set, then the signs. Published: the codewords, then the coefficients."""
    atoms = len(code.codewords)
    if plan.variant == "turbo":
        writer.write(subset_number(code.codewords), subset_width(plan.codewords, atoms))
    for codeword in code.codewords if plan.variant == "published" else ():
        writer.write(codeword, (plan.codewords - 1).bit_length())
    for factor in code.factors:
        writer.write(factor, 1 if plan.variant == "turbo" else plan.coefficient_bits)


def read_code(reader: BitReader, atoms: int, plan: Plan) -> Code:
    """What `write_code` wrote of ``atoms`` codewords.

    Raises:
        InputError: that is no code.
    """
    if plan.variant == "turbo":
        number = reader.read(subset_width(plan.codewords, atoms))
        chosen = subset_of(number, plan.codewords, atoms)
        return Code(tuple(chosen), tuple(reader.read(1) for _ in range(atoms)))
    chosen = [reader.read((plan.codewords - 1).bit_length()) for _ in range(atoms)]
    return Code(tuple(chosen), tuple(reader.read(plan.coefficient_bits) for _ in range(atoms - 1)))

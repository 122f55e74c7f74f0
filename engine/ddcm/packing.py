"""Bits in a row, and sets of codewords as single numbers.

Bits fill bytes from the highest to the lowest; a number is written with its highest bit first; the last byte is filled
with zeros. A set ``c_1 < c_2 < ... < c_M`` of codewords is the number ``sum of C(c_i, i)`` (the combinatorial number
system: Knuth, The Art of Computer Programming, 7.2.1.3, theorem L), which lies below ``C(K, M)``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain
from math import comb

from engine.errors import InputError


class BitWriter:
    """Collects bits."""

    def __init__(self) -> None:
        self._whole = bytearray()
        self._rest, self._count = 0, 0  # bits that fill no byte yet

    def write(self, value: int, width: int) -> None:
        """Add ``width`` bits of ``value``, which fits into them."""
        assert 0 <= value < 1 << width or value == width == 0, f"{value} takes more than {width} bits"
        self._rest, self._count = self._rest << width | value, self._count + width
        keep = self._count % 8
        self._whole += (self._rest >> keep).to_bytes(self._count // 8, "big")
        self._rest, self._count = self._rest & ((1 << keep) - 1), keep

    def finished(self) -> bytes:
        """All bits, with zeros up to a whole byte."""
        return bytes(self._whole) + (bytes([self._rest << (8 - self._count)]) if self._count else b"")


class BitReader:
    """Reads what a `BitWriter` wrote."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def read(self, width: int) -> int:
        """The number in the next ``width`` bits.

        Raises:
            InputError: there are fewer.
        """
        end = self._at + width
        if end > 8 * len(self._data):
            raise InputError(f"the codes end after {8 * len(self._data)} bits; bit {end} is wanted")
        piece = int.from_bytes(self._data[self._at // 8 : -(-end // 8)], "big")
        self._at = end
        return (piece >> -end % 8) & ((1 << width) - 1)


def subset_width(codewords: int, atoms: int) -> int:
    """Bits of a set of ``atoms`` of ``codewords``: ``ceil(log2 C(K, M))``."""
    return (comb(codewords, atoms) - 1).bit_length()


def subset_number(chosen: Sequence[int]) -> int:
    """The number of a set, given in rising order."""
    return sum(comb(c, i) for i, c in enumerate(chosen, 1))


def subset_of(number: int, codewords: int, atoms: int) -> list[int]:
    """The set with a number, in rising order.

    Raises:
        InputError: there is no such set.
    """
    if number >= comb(codewords, atoms):
        raise InputError(
            f"set {number} of {atoms} codewords among {codewords}; accepted is below {comb(codewords, atoms)}"
        )
    chosen = []
    for i in range(atoms, 0, -1):
        column = _column(codewords, i)
        chosen.append(bisect_right(column, number) - 1)
        number -= column[chosen[-1]]
    return chosen[::-1]


@lru_cache(maxsize=512)
def _column(codewords: int, i: int) -> tuple[int, ...]:
    """``C(c, i)`` for c = 0 ... codewords - 1: each is the one before and ``C(c - 1, i - 1)``."""
    if i == 0:
        return (1,) * codewords
    return tuple(accumulate(chain([0], _column(codewords, i - 1)[:-1])))

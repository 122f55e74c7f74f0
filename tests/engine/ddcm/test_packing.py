from __future__ import annotations

from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ddcm.packing import BitReader, BitWriter, subset_number, subset_of, subset_width
from engine.errors import InputError

subsets = st.integers(1, 4096).flatmap(
    lambda codewords: st.tuples(st.just(codewords), st.sets(st.integers(0, codewords - 1), max_size=12))
)


@settings(max_examples=150, deadline=None)
@given(subsets)
def test_a_set_comes_back_from_its_number_and_fits_its_width(made: tuple[int, set[int]]) -> None:
    codewords, members = made
    chosen = sorted(members)
    number = subset_number(chosen)
    assert 0 <= number < comb(codewords, len(chosen))
    assert number.bit_length() <= subset_width(codewords, len(chosen))
    assert subset_of(number, codewords, len(chosen)) == chosen


def test_every_number_is_another_set() -> None:
    sets = [tuple(subset_of(number, 8, 3)) for number in range(comb(8, 3))]
    assert len(set(sets)) == 56
    assert sets[0] == (0, 1, 2) and sets[-1] == (5, 6, 7)


def test_a_width_is_the_logarithm_rounded_up() -> None:
    assert [subset_width(*case) for case in ((1, 1), (2, 1), (64, 1), (65, 1), (8, 3), (4096, 0))] == [0, 1, 6, 7, 6, 0]


def test_a_number_beyond_the_last_set_is_refused() -> None:
    with pytest.raises(InputError, match="set 56 of 3 codewords among 8"):
        subset_of(56, 8, 3)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 130).flatmap(lambda w: st.tuples(st.integers(0, (1 << w) - 1), st.just(w)))))
def test_bits_come_back_as_they_were_written(items: list[tuple[int, int]]) -> None:
    writer = BitWriter()
    for value, width in items:
        writer.write(value, width)
    data = writer.finished()
    assert len(data) == -(-sum(width for _, width in items) // 8)
    reader = BitReader(data)
    assert [reader.read(width) for _, width in items] == [value for value, _ in items]


def test_bits_fill_bytes_from_the_highest() -> None:
    writer = BitWriter()
    writer.write(0b1, 1)
    writer.write(0b0110_0000_01, 10)
    assert writer.finished() == bytes([0b1011_0000, 0b0010_0000])


def test_reading_past_the_end_is_refused() -> None:
    with pytest.raises(InputError, match="end after 8 bits; bit 9"):
        BitReader(b"a").read(9)

"""Pieces and changed ranges against the same thing painted frame by frame."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from desktop.document.mosaic import changed_ranges, pieces_of
from desktop.document.rows import TakeRow

LENGTH = 30


def take(take_id: int, start: int, stop: int) -> TakeRow:
    fields = dict.fromkeys(("name", "model_name", "model_hash", "licence", "device"), "")
    return TakeRow(
        id=take_id, region_id=1, starred=False, settings={}, seconds=0.0, notes=(), measures={}, base=(), created_s=0.0,
        start_frame=start, frames=stop - start, quick=False, **fields,
    )  # fmt: skip


bounds = st.tuples(st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1)).map(lambda b: (min(b), max(b) + 1))
layers = st.lists(bounds, max_size=6).map(lambda all_: [take(i + 1, *b) for i, b in enumerate(all_)])


def painted(takes: list[TakeRow]) -> NDArray[np.int64]:
    heard = np.zeros(LENGTH, int)
    for one in takes:
        heard[one.start_frame : one.stop_frame] = one.id
    return heard


@given(layers)
def test_pieces_are_what_is_painted_last(takes: list[TakeRow]) -> None:
    heard = np.zeros(LENGTH, int)
    for piece in pieces_of(takes):
        assert (heard[piece.start : piece.stop] == 0).all()
        assert takes[piece.take_id - 1].start_frame == piece.take_start
        heard[piece.start : piece.stop] = piece.take_id
    assert np.array_equal(heard, painted(takes))
    assert [piece.start for piece in pieces_of(takes)] == sorted(piece.start for piece in pieces_of(takes))


@given(layers, st.randoms())
def test_changed_ranges_are_the_frames_at_which_another_take_is_heard(takes: list[TakeRow], random: Random) -> None:
    after = random.sample(takes, random.randint(0, len(takes)))
    differs = np.zeros(LENGTH, bool)
    for start, stop in changed_ranges(takes, after):
        assert not differs[max(0, start - 1) : stop].any()
        differs[start:stop] = True
    assert np.array_equal(differs, painted(takes) != painted(after))

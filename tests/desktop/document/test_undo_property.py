"""Any sequence of actions can be undone, done again, and opened again."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.opening import new_document, open_project
from desktop.worker.messages import TakeResult
from engine.errors import InputError
from engine.region import Region

FRAMES = 3000  # of the recording that is read: the others sound the same throughout
ACTIONS = ("add", "change", "remove", "take", "replace", "use", "rename", "star", "drop", "move", "undo", "redo")


@dataclass(frozen=True)
class Move:
    """One action with numbers that choose what it is done to."""

    name: str
    which: int
    other: int


moves = st.builds(Move, st.sampled_from(ACTIONS), st.integers(0, 50), st.integers(0, 50))


def chosen(rows: Collection[int], number: int) -> int:
    return list(rows)[number % len(rows)] if rows else 99


def perform(document: Document, move: Move, made_result: Callable[..., TakeResult], seeds: Iterator[int]) -> None:
    region, take = chosen(document.regions, move.which), chosen(document.takes, move.other)
    start = 40 * move.other
    bounds = Region(start, start + 100 + 10 * move.which, 0.0, 24000.0)
    place = (start, start + 100 + 7 * move.which)
    match move.name:
        case "add":
            actions.add_region(document, bounds)
        case "change":
            actions.change_region(document, region, region=bounds, notes="n" * move.other)
        case "remove":
            actions.remove_regions(document, [region])
        case "take":
            actions.add_take(document, region, made_result(*place, seed=next(seeds)), use=bool(move.other % 2))
        case "replace":
            owner = document.takes[take].region_id if take in document.takes else 99
            actions.add_take(document, owner, made_result(*place, seed=next(seeds)), replaces=take)
        case "use":
            actions.use_take(document, region, take if move.other % 3 else None)
        case "rename":
            actions.rename_take(document, take, f"name {move.which}")
        case "star":
            actions.star_take(document, take, bool(move.which % 2))
        case "drop":
            actions.remove_takes(document, [take])
        case "move":
            actions.move_region(document, region, move.other - 25)
        case "undo":
            document.undo.undo()
        case "redo":
            document.undo.redo()


def rows_of(document: Document) -> tuple[object, ...]:
    return dict(document.regions), dict(document.takes), list(document.regions)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(moves, max_size=25))
def test_any_actions_can_be_undone_done_again_and_opened_again(
    recording: Path,
    made_result: Callable[..., TakeResult],
    different_ranges: Callable[..., list[tuple[int, int]]],
    sequence: list[Move],
) -> None:
    document = new_document(recording)
    ranges, seeds = [], itertools.count()  # no two takes sound alike, so that each change of takes is a change of sound
    document.sound_changed.connect(lambda start, stop: ranges.append((start, stop)))
    original = sound = document.read(0, FRAMES)
    for move in sequence:
        ranges.clear()
        try:
            perform(document, move, made_result, seeds)
        except InputError as error:
            assert "99" in str(error) or "is expected" in str(error)
        before, sound = sound, document.read(0, FRAMES)
        assert merged(ranges) == different_ranges(before, sound)
    document.undo.setIndex(document.undo.count())
    ending, sound, count = rows_of(document), document.read(0, FRAMES), document.undo.count()
    document.undo.setIndex(0)
    assert rows_of(document) == ({}, {}, [])
    assert np.array_equal(document.read(0, FRAMES), original)
    document.undo.setIndex(count)
    assert rows_of(document) == ending
    path, kept = document.store.path, document.edits_made
    document.close()
    if kept:
        again = open_project(path)
        assert rows_of(again) == ending
        assert np.array_equal(again.read(0, FRAMES), sound)
        again.undo.setIndex(0)
        assert rows_of(again) == ({}, {}, [])
        again.undo.setIndex(count)
        assert (rows_of(again), again.undo.count()) == (ending, count)
        again.close()
    assert path.exists() == kept


def merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges that touch, as one: two takes that meet change at once."""
    result = []
    for start, stop in sorted(ranges):
        if result and result[-1][1] >= start:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return result


def test_a_thousand_steps_open_at_once(recording: Path) -> None:
    document = new_document(recording)
    for number in range(1000):
        actions.add_region(document, Region(number, number + 10, 0.0, 100.0))
    path = document.store.path
    document.close()
    start_s = time.perf_counter()
    again = open_project(path)
    assert time.perf_counter() - start_s < 30.0
    assert again.undo.count() == len(again.regions) == 1000
    again.close()

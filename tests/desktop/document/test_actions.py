"""What a user does with regions and takes, on real files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.store import read_patch, write_patch
from desktop.worker.messages import TakeResult
from engine.errors import InputError
from engine.region import Region


def test_a_new_region_lies_above_all_others_and_has_a_name(
    document: Document, band: Callable[[int, int], Region]
) -> None:
    first = actions.add_region(document, band(0, 100))
    second = actions.add_region(document, band(50, 200), "breath")
    assert list(document.regions) == [first, second]
    assert [row.name for row in document.regions.values()] == ["Region 1", "breath"]
    assert document.regions[second].region == band(50, 200)


def test_several_regions_are_added_in_one_step_or_not_at_all(
    document: Document, band: Callable[[int, int], Region]
) -> None:
    low = actions.add_region(document, band(0, 100))
    ids = actions.add_regions(document, [(band(0, 50), "Click 1", "a click"), (band(60, 90), "Click 2", "")])
    assert list(document.regions) == [low, *ids]
    assert (document.regions[ids[0]].name, document.regions[ids[0]].notes) == ("Click 1", "a click")
    assert document.undo.undoText() == "Add 2 regions"
    document.undo.undo()
    with pytest.raises(InputError, match="480000"):
        actions.add_regions(document, [(band(0, 50), "Click 1", ""), (band(0, 480_001), "Click 2", "")])
    assert list(document.regions) == [low]


@pytest.mark.parametrize(
    "region",
    [
        Region(-1, 10, 0, 24000),
        Region(10, 10, 0, 24000),
        Region(0, 480_001, 0, 24000),
        Region(0, 10, 300, 300),
        Region(0, 10, 0, 24001),
    ],
)
def test_a_region_outside_the_recording_is_refused(document: Document, region: Region) -> None:
    with pytest.raises(InputError, match=r"480000|24000"):
        actions.add_region(document, region)
    assert document.undo.count() == 0


def test_numbers_of_numpy_are_stored_as_plain_ones(document: Document) -> None:
    region_id = actions.add_region(document, Region(np.int64(5), np.int64(10), np.float32(0), np.float64(100)))
    assert type(document.regions[region_id].start_frame) is int
    assert document.store.regions() == list(document.regions.values())


def test_a_take_is_heard_in_its_place_and_nowhere_else(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(1000, 2000))
    original = document.read(0, 5000)
    result = made_result(1000, 2000)
    actions.add_take(document, region, result)
    sound = document.read(0, 5000)
    assert np.array_equal(sound[:, 1000:2000], result.patch.samples)
    assert np.array_equal(sound[:, :1000], original[:, :1000])
    assert np.array_equal(sound[:, 2000:], original[:, 2000:])
    assert np.array_equal(document.read_original(0, 5000), original)


def test_a_take_keeps_what_made_it(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(0, 500))
    take = document.takes[actions.add_take(document, region, made_result(0, 500, measures={"snr_db": float("nan")}))]
    assert take.settings["task"] == "reconstruct"
    assert take.settings["splice"] == {"context_s": 1.28, "fade_ms": 10.0}
    assert (take.model_name, take.licence, take.notes, take.measures) == (
        "retake-mini",
        "MIT",
        ("a note",),
        {"snr_db": None},
    )
    assert take.region == (0, 500, 0.0, 24000.0)
    assert document.store.takes() == [take]


def test_a_take_that_is_not_to_be_used_is_not_heard(
    document: Document,
    band: Callable[[int, int], Region],
    made_result: Callable[..., TakeResult],
    heard_changes: Callable[[Document], list[tuple[int, int]]],
) -> None:
    region = actions.add_region(document, band(0, 500))
    ranges = heard_changes(document)
    take = actions.add_take(document, region, made_result(0, 500), use=False)
    assert ranges == []
    assert document.regions[region].take_id is None
    actions.use_take(document, region, take)
    assert ranges == [(0, 500)]


@pytest.mark.parametrize(("start", "channels"), [(479_900, 2), (0, 1)])
def test_sound_that_does_not_fit_the_recording_is_refused(
    document: Document,
    band: Callable[[int, int], Region],
    made_result: Callable[..., TakeResult],
    start: int,
    channels: int,
) -> None:
    region = actions.add_region(document, band(0, 500))
    result = made_result(0, 500, channels=channels)
    moved = type(result.patch)(start, result.patch.samples)
    with pytest.raises(InputError, match="480000 frames"):
        actions.add_take(document, region, dataclasses.replace(result, patch=moved))
    assert document.takes == {}


def test_names_of_takes_are_never_used_again_in_a_region(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(0, 500))
    first = actions.add_take(document, region, made_result(0, 500))
    second = actions.add_take(document, region, made_result(0, 500))
    actions.remove_takes(document, [first, second])
    third = actions.add_take(document, region, made_result(0, 500))
    document.undo.undo()
    fourth = actions.add_take(document, region, made_result(0, 500))
    assert document.takes[fourth].name == "Take 4"
    assert len({first, second, third, fourth}) == 4


def test_a_full_take_takes_the_place_of_the_quick_one_in_one_step(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(0, 500))
    quick = actions.add_take(document, region, made_result(0, 500, 1, quick=True))
    actions.star_take(document, quick)
    full = actions.add_take(document, region, made_result(0, 500, 2), use=False, replaces=quick)
    assert list(document.takes) == [full]
    assert document.regions[region].take_id == full
    assert (document.takes[full].name, document.takes[full].starred) == ("Take 1", True)
    document.undo.undo()
    assert document.regions[region].take_id == quick
    assert np.array_equal(document.read(0, 500), made_result(0, 500, 1).patch.samples)


def test_sound_written_in_another_thread_is_taken_as_it_is(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(0, 500))
    result = made_result(0, 500)
    reserved = actions.reserve_take(document)
    write_patch(document.store.path, reserved, result.patch)
    assert actions.add_take(document, region, result, take_id=reserved) == reserved
    assert np.array_equal(document.read(0, 500), result.patch.samples)


def test_another_connection_reads_a_take_while_the_document_is_open(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(100, 200_100))
    result = made_result(100, 200_100)
    take = actions.add_take(document, region, result)
    patch = read_patch(document.store.path, take)
    assert patch.start_frame == 100
    assert np.array_equal(patch.samples, result.patch.samples)


def test_removing_a_region_removes_its_takes_and_undo_brings_their_sound_back(
    document: Document,
    band: Callable[[int, int], Region],
    made_result: Callable[..., TakeResult],
    heard_changes: Callable[[Document], list[tuple[int, int]]],
) -> None:
    region = actions.add_region(document, band(100, 600))
    actions.add_take(document, region, made_result(100, 600))
    rows, sound = (dict(document.regions), dict(document.takes)), document.read(0, 1000)
    ranges = heard_changes(document)
    actions.remove_regions(document, [region])
    assert (document.regions, document.takes) == ({}, {})
    assert np.array_equal(document.read(0, 1000), document.read_original(0, 1000))
    document.undo.undo()
    assert (document.regions, document.takes) == rows
    assert np.array_equal(document.read(0, 1000), sound)
    assert ranges == [(100, 600), (100, 600)]


def test_a_removed_take_in_use_gives_way_to_the_original(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(0, 500))
    take = actions.add_take(document, region, made_result(0, 500))
    actions.remove_takes(document, [take])
    assert document.regions[region].take_id is None
    assert np.array_equal(document.read(0, 500), document.read_original(0, 500))


def test_a_take_stays_where_it_was_made_when_its_region_moves(
    document: Document,
    band: Callable[[int, int], Region],
    made_result: Callable[..., TakeResult],
    heard_changes: Callable[[Document], list[tuple[int, int]]],
) -> None:
    region = actions.add_region(document, band(1000, 2000))
    actions.add_take(document, region, made_result(1000, 2000))
    sound, ranges = document.read(0, 9000), heard_changes(document)
    actions.change_region(document, region, region=band(5000, 6000))
    assert document.regions[region].region == band(5000, 6000)
    assert np.array_equal(document.read(0, 9000), sound)
    assert ranges == []


def test_renaming_letter_by_letter_is_one_step(document: Document, band: Callable[[int, int], Region]) -> None:
    region = actions.add_region(document, band(0, 500))
    for name in ("b", "br", "breath"):
        actions.change_region(document, region, name=name)
    assert [document.undo.text(i) for i in range(document.undo.count())] == ["Add Region 1", "Rename breath"]
    assert len(document.store.history()) == 2
    document.undo.undo()
    assert document.regions[region].name == "Region 1"
    document.undo.redo()
    assert document.regions[region].name == "breath"


def test_changes_of_different_regions_or_fields_are_not_merged(
    document: Document, band: Callable[[int, int], Region]
) -> None:
    first, second = actions.add_region(document, band(0, 500)), actions.add_region(document, band(0, 500))
    actions.change_region(document, first, name="a")
    actions.change_region(document, second, name="b")
    actions.change_region(document, second, notes="c")
    assert document.undo.count() == 5


def test_changes_that_follow_slowly_are_not_merged(
    document: Document, band: Callable[[int, int], Region], monkeypatch: pytest.MonkeyPatch
) -> None:
    region = actions.add_region(document, band(0, 500))
    actions.change_region(document, region, name="a")
    monkeypatch.setattr("desktop.document.steps.MERGED_WITHIN_S", 0.0)
    actions.change_region(document, region, name="b")
    assert document.undo.count() == 3


def test_an_edit_after_undo_is_not_merged_into_what_lies_before(
    document: Document, band: Callable[[int, int], Region]
) -> None:
    region = actions.add_region(document, band(0, 500))
    actions.change_region(document, region, name="a")
    actions.change_region(document, region, notes="n")
    document.undo.undo()
    document.undo.undo()
    actions.change_region(document, region, name="b")
    assert [document.undo.text(i) for i in range(document.undo.count())] == ["Add Region 1", "Rename b"]
    assert [edit.text for edit in document.store.history()] == ["Add Region 1", "Rename b"]


def test_a_change_to_the_same_is_no_step(document: Document, band: Callable[[int, int], Region]) -> None:
    region = actions.add_region(document, band(0, 500))
    actions.change_region(document, region, name="Region 1", region=band(0, 500))
    actions.use_take(document, region, None)
    assert document.undo.count() == 1


def test_the_take_of_another_region_is_refused(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    first, second = actions.add_region(document, band(0, 500)), actions.add_region(document, band(0, 500))
    take = actions.add_take(document, first, made_result(0, 500))
    with pytest.raises(InputError, match="of region 1"):
        actions.use_take(document, second, take)
    with pytest.raises(InputError, match="no take 99"):
        actions.use_take(document, second, 99)
    with pytest.raises(InputError, match="no region 99"):
        actions.remove_regions(document, [99])


def test_takes_lie_over_one_another_by_layer(
    document: Document,
    band: Callable[[int, int], Region],
    made_result: Callable[..., TakeResult],
    different_ranges: Callable[..., list[tuple[int, int]]],
    heard_changes: Callable[[Document], list[tuple[int, int]]],
) -> None:
    lower = actions.add_region(document, band(1000, 3000))
    upper = actions.add_region(document, band(2000, 4000))
    actions.add_take(document, upper, made_result(2000, 4000, 2))
    ranges, before = heard_changes(document), document.read(0, 5000)
    actions.add_take(document, lower, made_result(1000, 3000, 1))
    after = document.read(0, 5000)
    assert ranges == different_ranges(before, after) == [(1000, 2000)]
    actions.move_region(document, lower, 1)
    assert list(document.regions) == [upper, lower]
    assert ranges[1:] == different_ranges(after, document.read(0, 5000)) == [(2000, 3000)]
    document.undo.undo()
    assert np.array_equal(document.read(0, 5000), after)


def test_a_take_remembers_which_takes_of_lower_layers_were_heard(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    low, unused, far, top = (actions.add_region(document, band(*place)) for place in
                             ((0, 500), (0, 500), (400_000, 400_500), (100, 600)))  # fmt: skip
    heard = actions.add_take(document, low, made_result(0, 500))
    actions.add_take(document, unused, made_result(0, 500), use=False)
    distant = actions.add_take(document, far, made_result(400_000, 400_500))
    assert actions.takes_below(document, top) == (heard, distant)
    assert actions.takes_below(document, top, margin_s=1.0) == (heard,)
    assert document.takes[actions.add_take(document, top, made_result(100, 600))].base == (heard, distant)
    assert actions.takes_below(document, low) == ()


def test_a_region_passes_the_next_one_that_sounds_at_the_same_time(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    low, far, high, moved = (actions.add_region(document, band(*place)) for place in
                             ((0, 500), (400_000, 400_500), (400, 600), (2000, 3000)))  # fmt: skip
    assert actions.layers_past(document, low, 1) == 2
    assert actions.layers_past(document, high, -1) == -2
    assert [actions.layers_past(document, low, -1), actions.layers_past(document, high, 1)] == [0, 0]
    assert [actions.layers_past(document, far, way) for way in (1, -1)] == [0, 0]
    actions.add_take(document, moved, made_result(2000, 3000))
    actions.change_region(document, moved, region=band(5000, 6000))
    actions.change_region(document, high, region=band(2500, 2600))
    assert actions.layers_past(document, high, 1) == 1, "its take in use lies where it was made"

"""The document: signals, undo, failures, reading from other threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.locks import ProjectLock
from desktop.document.sources import Hashing, SourceFacts
from desktop.document.store import Store
from desktop.worker.messages import TakeResult
from engine.errors import DiskFullError, InputError
from engine.region import Region
from tests.desktop.disks import fill_disk, free_disk


def test_each_step_is_told_with_what_it_changed(
    document: Document, band: Callable[[int, int], Region], qtbot: QtBot
) -> None:
    edits = []
    document.edited.connect(edits.append)
    region = actions.add_region(document, band(0, 500))
    document.undo.undo()
    document.undo.redo()
    assert [(edit.changes[0].before is None, edit.changes[0].after is None) for edit in edits] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    assert {edit.changes[0].id for edit in edits} == {region}


def test_listeners_see_the_stack_where_it_has_arrived(document: Document, band: Callable[[int, int], Region]) -> None:
    seen = []
    document.edited.connect(lambda _: seen.append((document.undo.index(), len(document.regions))))
    actions.add_region(document, band(0, 500))
    actions.add_region(document, band(0, 500))
    document.undo.setIndex(0)
    assert seen == [(1, 1), (2, 2), (0, 0), (0, 0)]


def test_selection_and_current_region_are_told_once_and_not_undone(
    document: Document, band: Callable[[int, int], Region], qtbot: QtBot
) -> None:
    told = []
    document.selection_changed.connect(lambda: told.append("selection"))
    document.current_changed.connect(lambda: told.append("current"))
    region = actions.add_region(document, band(0, 500))
    for _ in range(2):
        document.selection = band(5, 10)
        document.current_region_id = region
    assert told == ["selection", "current"]
    document.undo.undo()
    assert document.current_region_id is None
    assert document.selection == band(5, 10)
    assert told == ["selection", "current", "current"]


def test_an_edit_on_a_full_disk_is_not_made_and_the_document_goes_on(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(0, 100_000))
    rows = dict(document.regions)
    fill_disk(document)
    with pytest.raises(DiskFullError, match="no space"):
        actions.add_take(document, region, made_result(0, 100_000))
    with pytest.raises(DiskFullError):
        actions.change_region(document, region, notes="n" * 100_000)
    assert (document.regions, document.takes, document.undo.count()) == (rows, {}, 1)
    free_disk(document)
    actions.add_take(document, region, made_result(0, 100_000))
    assert document.store.takes() == list(document.takes.values())
    assert len(document.store.history()) == document.undo.count() == 2


def test_an_undo_that_can_not_be_written_leaves_stack_and_rows_as_they_were(
    document: Document, band: Callable[[int, int], Region], qtbot: QtBot
) -> None:
    region = actions.add_region(document, band(0, 500))
    actions.change_region(document, region, notes="n" * 100_000)
    actions.change_region(document, region, name="short")
    document.store.set_facts(padding="n" * 100_000)
    actions.change_region(document, region, notes="")
    document.store.set_facts(padding="p" * 300_000)
    rows, index = dict(document.regions), document.undo.index()
    fill_disk(document)
    failures = []
    document.failed.connect(failures.append)
    document.undo.setIndex(0)
    assert len(failures) == 1
    assert "no space" in failures[0]
    assert (dict(document.regions), document.undo.index()) == (rows, index)
    assert document.store.regions() == list(rows.values())
    free_disk(document)
    document.undo.setIndex(0)
    assert (document.regions, document.undo.index()) == ({}, 0)


def test_a_reader_keeps_the_sound_of_the_moment_in_another_thread(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(1000, 200_000))
    actions.add_take(document, region, made_result(1000, 200_000))
    expected = document.read(0, 300_000)
    reader = document.reader()
    actions.use_take(document, region, None)
    found = []

    def read():
        found.append(np.concatenate([reader.read(at, at + 7_500) for at in range(0, 300_000, 7_500)], axis=1))
        reader.close()

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert np.array_equal(found[0], expected)


def test_several_threads_read_while_edits_are_made(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    regions = [actions.add_region(document, band(at, at + 1000)) for at in range(0, 8000, 1000)]
    readers, errors = [document.reader() for _ in range(3)], []

    def read(reader):
        try:
            for _ in range(30):
                reader.read(0, 8000)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for at, region in enumerate(regions):
        actions.add_take(document, region, made_result(at * 1000, at * 1000 + 1000))
    for thread in threads:
        thread.join()
    for reader in readers:
        reader.close()
    assert errors == []


def test_a_source_deleted_while_open_is_still_read(document: Document, recording: Path) -> None:
    expected = document.read(0, 1000)
    recording.unlink()
    reader = document.reader()
    assert np.array_equal(reader.read(0, 1000), expected)
    assert np.array_equal(document.read(0, 1000), expected)
    reader.close()


def test_frames_that_are_not_there_are_refused(document: Document) -> None:
    with pytest.raises(InputError, match="480000"):
        document.read(480_000, 480_001)


def test_reading_in_any_blocks_gives_the_same_sound(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    for place in ((10, 150_000), (140_000, 140_001), (149_000, 300_000)):
        actions.add_take(document, actions.add_region(document, band(*place)), made_result(*place, seed=place[0]))
    whole = document.read(0, 310_000)
    rng = np.random.default_rng(3)
    for start, stop in np.sort(rng.integers(0, 310_000, (60, 2)), axis=1):
        assert np.array_equal(document.read(int(start), int(stop)), whole[:, start:stop])


def test_a_short_read_of_a_long_take_reads_only_what_it_needs(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(0, 480_000))
    actions.add_take(document, region, made_result(0, 480_000))
    document.read(70_000, 70_010)
    assert list(document._sounds._chunks) == [(1, 1)]


def test_the_view_is_kept_a_little_later_and_on_closing(
    document: Document, opened: Callable[..., Document], band: Callable[[int, int], Region], qtbot: QtBot
) -> None:
    actions.add_region(document, band(0, 10))
    document.set_view({"start": 5.0})
    qtbot.waitUntil(lambda: document.store.facts()["view"] == {"start": 5.0}, timeout=3000)
    document.set_view({"start": 6.0})
    document.close()
    again = opened(document.store.path)
    assert again.view == {"start": 6.0}


@pytest.mark.alone
def test_a_step_is_quick_among_a_thousand(document: Document, band: Callable[[int, int], Region]) -> None:
    for at in range(1000):
        actions.add_region(document, band(at, at + 100))
    spent_s = []
    for at in range(20):
        start_s = time.perf_counter()
        actions.change_region(document, 1 + at, name=f"n{at}")
        spent_s.append(time.perf_counter() - start_s)
    assert min(spent_s) < 0.5


def test_hashing_ends_before_the_project_is_closed_and_the_lock_after(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    facts = SourceFacts.from_facts(document.store.facts())
    document.holders = (*document.holders, Hashing(document.store.path, facts))
    for name, kind in (("hashing", Hashing), ("store", Store), ("lock", ProjectLock)):
        monkeypatch.setattr(kind, "close", lambda self, close=kind.close, name=name: (order.append(name), close(self)))
    document.close()
    assert order == ["hashing", "store", "lock"]

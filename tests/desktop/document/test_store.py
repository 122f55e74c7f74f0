"""The project file: what lies in it, and how it grows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np

from desktop.document import actions
from desktop.document.checkpoints import JOURNAL_BYTES
from desktop.document.document import Document
from desktop.document.sounds import CHUNK_FRAMES
from desktop.document.store import APPLICATION_ID, SCHEMA_VERSION, read_part
from desktop.worker.messages import TakeResult
from engine.region import Region


def test_a_project_says_what_it_is(document: Document) -> None:
    with sqlite3.connect(document.store.path) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_edits_are_in_the_file_before_the_document_is_closed(
    document: Document, band: Callable[[int, int], Region]
) -> None:
    actions.add_region(document, band(0, 10), "seen by others")
    with sqlite3.connect(document.store.path) as connection:
        (row,) = connection.execute("SELECT row FROM regions").fetchone()
        assert "seen by others" in row
        assert connection.execute("SELECT count(*) FROM history").fetchone() == (1,)
    connection.close()


def test_a_part_of_a_take_is_read_across_chunks(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    length = 2 * CHUNK_FRAMES + 10
    result = made_result(500, 500 + length)
    take = actions.add_take(document, actions.add_region(document, band(500, 500 + length)), result)
    for start, stop in ((0, length), (CHUNK_FRAMES - 1, CHUNK_FRAMES + 1), (length - 1, length), (7, 7)):
        assert np.array_equal(read_part(document.store.path, take, start, stop), result.patch.samples[:, start:stop])


def test_the_journal_is_brought_in_while_takes_are_added(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    journal = Path(f"{document.store.path}-wal")
    region = actions.add_region(document, band(0, 200_000))
    sizes = []
    for number in range(40):
        actions.add_take(document, region, made_result(0, 200_000, number))
        document.store._checkpoints.close()
        sizes.append(journal.stat().st_size)
    assert max(sizes) < 1.5 * JOURNAL_BYTES
    assert sizes[-1] < 40 * 1_600_000 - JOURNAL_BYTES
    assert np.array_equal(document.patch(3).samples, made_result(0, 200_000, 2).patch.samples)


def test_rows_come_back_as_they_were_written(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]
) -> None:
    region = actions.add_region(document, band(0, 10), "name")
    actions.add_take(document, region, made_result(0, 10))
    assert document.store.regions() == list(document.regions.values())
    assert document.store.takes() == list(document.takes.values())
    assert document.store.history() == [document.undo.command(i).edit for i in range(2)]

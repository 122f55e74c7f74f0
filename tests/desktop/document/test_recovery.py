"""Damaged projects: refused without being touched, and recovered as far as they can be read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop.document import actions, opening
from desktop.document.connection import ProjectDamagedError
from desktop.document.document import Document
from desktop.document.recovery import recover_project
from desktop.document.sounds import CHUNK_FRAMES
from desktop.worker.messages import TakeResult
from engine.errors import InputError, RetakeError
from engine.region import Region

FIRST, SECOND = (1000, 1000 + 3 * CHUNK_FRAMES), (300_000, 300_500)


@pytest.fixture
def project(
    document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult], tmp_path: Path
) -> Path:
    """A saved and closed project: a take of three parts in Region 1, a short one in Region 2."""
    for place in (FIRST, SECOND):
        actions.add_take(document, actions.add_region(document, band(*place)), made_result(*place))
    opening.save_as(document, tmp_path / "a.retake")
    document.close()
    return tmp_path / "a.retake"


def change(path: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(path) as connection:
        assert connection.execute(statement, values).rowcount
    connection.close()


def recovered(project: Path, opened: Callable[..., Document]) -> tuple[Document, list[str]]:
    """The document recovered, and what was lost; the damaged file must stay as it is."""
    before = {path: path.read_bytes() for path in project.parent.iterdir() if path.is_file()}
    with pytest.raises(ProjectDamagedError, match="damaged"):
        opening.open_project(project)
    target, lost = recover_project(project)
    assert {path: path.read_bytes() for path in project.parent.iterdir() if path.is_file()} == before
    assert target != project
    document = opened(target)
    assert document.project is None
    return document, lost


def test_a_part_of_a_sound_that_is_not_as_written_becomes_silence(
    project: Path, opened: Callable[..., Document], made_result: Callable[..., TakeResult]
) -> None:
    change(project, "UPDATE audio SET samples = zeroblob(length(samples)) WHERE take_id = 1 AND chunk = 1")
    document, lost = recovered(project, opened)
    start_s, stop_s = (1000 + CHUNK_FRAMES) / 48000, (1000 + 2 * CHUNK_FRAMES) / 48000
    assert lost == [f"Take 1 of Region 1 is silent from {start_s:.3f} to {stop_s:.3f} s: that can't be read."]
    expected = made_result(*FIRST).patch.samples.copy()
    expected[:, CHUNK_FRAMES : 2 * CHUNK_FRAMES] = 0
    assert np.array_equal(document.patch(1).samples, expected)
    assert np.array_equal(document.patch(2).samples, made_result(*SECOND).patch.samples)
    document.undo.setIndex(0)
    assert document.regions == {}


def test_a_take_without_any_sound_is_lost_and_its_region_sounds_as_recorded(
    project: Path, opened: Callable[..., Document], made_result: Callable[..., TakeResult]
) -> None:
    change(project, "DELETE FROM audio WHERE take_id = 1")
    document, lost = recovered(project, opened)
    assert lost == ["Take 1 of Region 1 is lost: its sound can't be read.", "The undo history is lost."]
    assert list(document.takes) == [2]
    assert np.array_equal(document.read(0, 5000), document.read_original(0, 5000))
    assert np.array_equal(document.read(*SECOND), made_result(*SECOND).patch.samples)


def test_ids_of_lost_takes_are_not_given_out_again(
    project: Path, opened: Callable[..., Document], made_result: Callable[..., TakeResult]
) -> None:
    change(project, "DELETE FROM audio WHERE take_id = 1")
    document, _ = recovered(project, opened)
    assert actions.add_take(document, 1, made_result(*FIRST)) == 3


def test_a_region_that_can_not_be_read_is_made_from_its_take(
    project: Path, opened: Callable[..., Document], band: Callable[[int, int], Region]
) -> None:
    change(project, "UPDATE regions SET row = 'garbage' WHERE id = 2")
    document, lost = recovered(project, opened)
    assert lost == [
        "Some regions or takes can't be read; how many is not known.",
        "Region 2 was lost and is there again as Take 1 knows it, without its name and notes.",
        "The undo history is lost.",
    ]
    assert document.regions[2].region == band(*SECOND)
    assert [take.id for take in document.takes_of(2)] == [2]


def test_a_history_that_can_not_be_read_is_lost_alone(
    project: Path, opened: Callable[..., Document], made_result: Callable[..., TakeResult]
) -> None:
    change(project, "UPDATE history SET edit = '{' WHERE position = 2")
    document, lost = recovered(project, opened)
    assert lost == ["The undo history is lost."]
    assert (document.undo.count(), len(document.regions), len(document.takes)) == (0, 2, 2)
    assert np.array_equal(document.read(*FIRST), made_result(*FIRST).patch.samples)


def test_a_project_that_does_not_know_its_recording_can_not_be_recovered(project: Path) -> None:
    change(project, "DELETE FROM facts WHERE name = 'source_path'")
    with pytest.raises(ProjectDamagedError, match="which recording"):
        recover_project(project)
    assert list(opening.unsaved_folder().glob("*")) == []


def test_a_newer_project_is_not_recovered_by_guessing(project: Path) -> None:
    with sqlite3.connect(project) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(InputError, match="newer"):
        recover_project(project)


@pytest.mark.parametrize("spared", [0, 16, 100, 2000], ids=lambda spared: f"from {spared} on")
@pytest.mark.parametrize("filling", ["zeros", "noise"])
def test_without_its_first_page_nothing_is_lost(
    project: Path, opened: Callable[..., Document], made_result: Callable[..., TakeResult], spared: int, filling: str
) -> None:
    damage = bytes(4096 - spared) if filling == "zeros" else np.random.default_rng(spared).bytes(4096 - spared)
    with project.open("r+b") as file:
        file.seek(spared)
        file.write(damage)
    document, lost = recovered(project, opened)
    assert lost == []
    assert (len(document.regions), len(document.takes), document.undo.count()) == (2, 2, 4)
    assert np.array_equal(document.patch(1).samples, made_result(*FIRST).patch.samples)


@pytest.mark.parametrize("seed", range(40))
def test_small_damage_within_the_first_page_costs_nothing(
    project: Path, opened: Callable[..., Document], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    damaged = bytearray(project.read_bytes())
    for place in rng.integers(0, 4096, 1 + seed % 8):
        damaged[place] ^= int(rng.integers(1, 256))
    project.write_bytes(damaged)
    try:
        document, lost = opened(project), []
    except RetakeError:
        document, lost = recovered(project, opened)
    assert lost == []
    assert (len(document.regions), len(document.takes), document.undo.count()) == (2, 2, 4)


@pytest.mark.parametrize("pages", [0, 20, 398])
def test_a_wrong_count_of_pages_costs_nothing(project: Path, opened: Callable[..., Document], pages: int) -> None:
    damaged = bytearray(project.read_bytes())
    damaged[28:32] = pages.to_bytes(4, "big")
    damaged[100] ^= 255  # so that it isn't opened as it is
    project.write_bytes(damaged)
    document, lost = recovered(project, opened)
    assert lost == [] and len(document.takes) == 2


def test_another_database_s_journal_beside_it_costs_nothing(
    project: Path, opened: Callable[..., Document], tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "songs.db"
    connection = sqlite3.connect(other, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE songs (name TEXT)")
    connection.execute("INSERT INTO songs VALUES ('one')")
    Path(f"{project}-wal").write_bytes(Path(f"{other}-wal").read_bytes())
    connection.close()
    document, lost = recovered(project, opened)
    assert lost == [] and len(document.takes) == 2


def test_a_newer_project_is_refused_also_with_a_damaged_beginning(project: Path) -> None:
    with sqlite3.connect(project) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    project.write_bytes(bytes(16) + project.read_bytes()[16:])
    with pytest.raises(InputError, match="newer Retake"):
        recover_project(project)


def test_the_tables_of_every_project_begin_at_the_same_pages(project: Path) -> None:
    """What a first page of another project relies on; a change is a new version of the format."""
    connection = sqlite3.connect(project)
    pages = dict(connection.execute("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'"))
    connection.close()
    assert pages == {
        "facts": 3,
        "regions": 5,
        "takes": 6,
        "history": 7,
        "counters": 8,
        "sounds": 10,
        "audio": 11,
        "source": 13,
    }


def test_without_its_first_page_what_only_the_journal_holds_is_kept(
    project: Path, opened: Callable[..., Document], tmp_path: Path
) -> None:
    connection = sqlite3.connect(project, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    (text,) = connection.execute("SELECT row FROM regions WHERE id = 2").fetchone()
    row = json.dumps({**json.loads(text), "name": "the last edit"})
    connection.execute("UPDATE regions SET row = ? WHERE id = 2", (row,))
    path = tmp_path / "apart" / "b.retake"
    path.parent.mkdir()
    path.write_bytes(bytes(4096) + project.read_bytes()[4096:])
    Path(f"{path}-wal").write_bytes(Path(f"{project}-wal").read_bytes())
    connection.close()
    document, lost = recovered(path, opened)
    assert lost == [] and document.regions[2].name == "the last edit"


def test_a_database_of_another_program_stays_none_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "other.retake"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()
    for damage in (b"", bytes(4096)):
        with path.open("r+b") as file:
            file.write(damage)
        for refused in (opening.open_project, recover_project):
            with pytest.raises(InputError, match="is no Retake project"):
                refused(path)


def test_a_project_with_holes_opens_recovers_or_is_refused_but_is_never_written(
    project: Path, opened: Callable[..., Document], tmp_path: Path
) -> None:
    """Pages overwritten at random: whatever comes of it, it is one of ours, and the file is as it was."""
    whole = project.read_bytes()
    outcomes = {"opened": 0, "recovered": 0, "refused": 0}
    for seed in range(25):
        rng = np.random.default_rng(seed)
        damaged = bytearray(whole)
        reached = 14 if seed % 2 else len(whole) // 4096  # the tables' first pages, or anywhere
        for page in rng.integers(0, reached, 1 + seed % 6):
            damaged[page * 4096 : (page + 1) * 4096] = rng.bytes(4096)
        path = tmp_path / f"holes-{seed}.retake"
        path.write_bytes(damaged)
        outcomes[outcome_of(path)] += 1
    assert outcomes["recovered"] > outcomes["refused"], outcomes


def outcome_of(path: Path) -> str:
    before = path.read_bytes()
    try:
        opening.open_project(path).close()
        return "opened"
    except RetakeError:
        assert path.read_bytes() == before
    try:
        target, lost = recover_project(path)
    except RetakeError:
        assert path.read_bytes() == before
        return "refused"
    assert path.read_bytes() == before
    document = opening.open_project(target)
    for take in document.takes.values():
        assert document.patch(take.id).samples.shape == (2, take.frames)
    document.close()
    assert all(sentence.endswith(".") for sentence in lost)
    return "recovered"


def test_a_project_cut_short_is_refused_or_recovered(project: Path, tmp_path: Path) -> None:
    whole = project.read_bytes()
    for share in (0.001, 0.01, 0.1, 0.5, 0.9):
        path = tmp_path / f"cut-{share}.retake"
        path.write_bytes(whole[: int(len(whole) * share)])
        assert outcome_of(path) in ("refused", "recovered")


def test_a_damaged_project_with_an_unfinished_journal_is_not_touched(project: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(project, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("UPDATE regions SET row = 'garbage' WHERE id = 2")
    path = tmp_path / "b.retake"
    for end in ("", "-wal"):
        Path(f"{path}{end}").write_bytes(Path(f"{project}{end}").read_bytes())
    connection.close()
    before = {file: file.read_bytes() for file in (path, Path(f"{path}-wal"))}
    with pytest.raises(ProjectDamagedError):
        opening.open_project(path)
    recover_project(path)
    assert {file: file.read_bytes() for file in before} == before


def test_a_large_project_is_not_read_whole_when_it_opens(
    project: Path, opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sound of large ones is held against its checksums when it is read."""
    monkeypatch.setattr("desktop.document.checking.WHOLLY_CHECKED_BYTES", 0)
    change(project, "UPDATE audio SET samples = zeroblob(length(samples)) WHERE take_id = 1 AND chunk = 1")
    document = opened(project)
    document.read(0, CHUNK_FRAMES)
    with pytest.raises(ProjectDamagedError, match="part 2 of take 1"):
        document.read(0, CHUNK_FRAMES + 2000)


def test_rows_that_do_not_fit_together_are_damage(project: Path, opened: Callable[..., Document]) -> None:
    with sqlite3.connect(project) as connection:
        row = json.loads(connection.execute("SELECT row FROM regions WHERE id = 1").fetchone()[0])
        connection.execute("UPDATE regions SET row = ? WHERE id = 1", (json.dumps({**row, "take_id": 50}),))
    connection.close()
    document, _ = recovered(project, opened)
    assert document.regions[1].take_id is None

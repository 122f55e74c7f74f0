"""Documents that are opened, saved, found after a crash; with real files, real locks, real processes."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from desktop.document import actions, locks, opening, saving
from desktop.document.document import Document
from desktop.document.locks import ProjectLock, is_open, lock_path
from desktop.document.sources import SourceChanged, SourceMissing
from desktop.worker.messages import TakeResult
from engine.errors import DiskFullError, InputError, OutputError, RecordingError
from engine.region import Region
from tests.desktop.document.conftest import Disk


@pytest.fixture
def edited(document: Document, band: Callable[[int, int], Region], made_result: Callable[..., TakeResult]) -> Document:
    """A document with two takes of which one is used, and a step that was undone."""
    region = actions.add_region(document, band(1000, 200_000), "intro")
    actions.add_take(document, region, made_result(1000, 200_000))
    actions.add_take(document, region, made_result(1000, 200_000, 2), use=False)
    actions.change_region(document, region, notes="noisy")
    document.undo.undo()
    return document


def state(document: Document) -> tuple[object, ...]:
    history = [(document.undo.text(i), document.undo.command(i).edit) for i in range(document.undo.count())]
    return dict(document.regions), dict(document.takes), document.undo.index(), history


def test_a_saved_project_opens_as_it_was_with_its_history(
    edited: Document, opened: Callable[..., Document], tmp_path: Path
) -> None:
    unsaved = edited.store.path
    opening.save_as(edited, tmp_path / "a.retake")
    before, sound = state(edited), edited.read(0, 480_000)
    assert edited.project == tmp_path / "a.retake"
    edited.close()
    assert not unsaved.exists()
    again = opened(tmp_path / "a.retake")
    assert state(again) == before
    assert np.array_equal(again.read(0, 480_000), sound)
    again.undo.redo()
    assert again.regions[1].notes == "noisy"
    again.undo.setIndex(0)
    assert (again.regions, again.takes) == ({}, {})
    again.undo.setIndex(again.undo.count())
    assert np.array_equal(again.read(0, 480_000), sound)


def test_a_closed_project_is_one_file(edited: Document, tmp_path: Path) -> None:
    folder = tmp_path / "projects"
    folder.mkdir()
    opening.save_as(edited, folder / "a.retake")
    edited.close()
    assert [path.name for path in folder.iterdir()] == ["a.retake"]


def test_saving_over_a_project_replaces_it_whole(
    edited: Document,
    opened: Callable[..., Document],
    recording: Path,
    tmp_path: Path,
    band: Callable[[int, int], Region],
) -> None:
    other = opened(recording)
    actions.add_region(other, band(5, 10), "other")
    opening.save_as(other, tmp_path / "a.retake")
    other.close()
    Path(f"{tmp_path / 'a.retake'}-wal").write_bytes(b"stale")
    opening.save_as(edited, tmp_path / "a.retake")
    before = state(edited)
    edited.close()
    assert state(opened(tmp_path / "a.retake")) == before


def test_saving_again_elsewhere_leaves_the_first_project_and_frees_it(
    edited: Document, opened: Callable[..., Document], tmp_path: Path, band: Callable[[int, int], Region]
) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    first = state(edited)
    opening.save_as(edited, tmp_path / "b.retake")
    actions.add_region(edited, band(5, 10))
    assert state(opened(tmp_path / "a.retake")) == first


def test_a_save_that_finds_the_disk_full_leaves_all_as_it_was(
    edited: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.retake"
    target.write_bytes(b"something of the user's")
    before, path = state(edited), edited.store.path
    monkeypatch.setattr(saving, "sync", lambda path: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(DiskFullError, match="no space"):
        opening.save_as(edited, target)
    assert target.read_bytes() == b"something of the user's"
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []
    assert (state(edited), edited.store.path, edited.project) == (before, path, None)


@pytest.mark.parametrize("target", ["missing/a.retake", ".", "talk.wav"])
def test_a_place_that_can_not_be_written_is_refused(edited: Document, tmp_path: Path, target: str) -> None:
    with pytest.raises(OutputError):
        opening.save_as(edited, tmp_path / target)
    assert soundfile.info(tmp_path / "talk.wav").frames == 480_000


def test_a_project_opens_once_at_a_time(
    edited: Document, opened: Callable[..., Document], recording: Path, tmp_path: Path
) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    with pytest.raises(InputError, match="open in another window"):
        opening.open_project(tmp_path / "a.retake")
    other = opened(recording)
    with pytest.raises(OutputError, match="open in another window"):
        opening.save_as(other, tmp_path / "a.retake")
    edited.close()
    opened(tmp_path / "a.retake")


def test_jobs_go_on_reading_from_a_project_that_was_just_saved(
    edited: Document, tmp_path: Path, made_result: Callable[..., TakeResult]
) -> None:
    from desktop.document.store import read_patch

    unsaved, reader = edited.store.path, edited.reader()
    expected = edited.read(0, 2000)
    opening.save_as(edited, tmp_path / "a.retake")
    assert np.array_equal(read_patch(unsaved, 1).samples, made_result(1000, 200_000).patch.samples)
    assert np.array_equal(reader.read(0, 2000), expected)
    reader.close()
    edited.close()
    assert not unsaved.exists()


def test_moving_project_and_recording_together_needs_no_question(
    edited: Document, opened: Callable[..., Document], recording: Path, tmp_path: Path
) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    before = state(edited)
    edited.close()
    there = tmp_path / "there"
    there.mkdir()
    shutil.move(recording, there / recording.name)
    shutil.move(tmp_path / "a.retake", there / "a.retake")
    again = opened(there / "a.retake")
    assert again.source == there / recording.name
    assert state(again) == before


def test_a_source_that_is_gone_is_asked_for_and_taken_where_it_is_now(
    edited: Document, opened: Callable[..., Document], recording: Path, tmp_path: Path
) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    edited.close()
    moved = tmp_path / "elsewhere" / "renamed.wav"
    moved.parent.mkdir()
    shutil.move(recording, moved)
    with pytest.raises(SourceMissing, match=r"talk\.wav") as caught:
        opening.open_project(tmp_path / "a.retake")
    assert caught.value.source == recording
    opened(tmp_path / "a.retake", source=moved).close()
    assert opened(tmp_path / "a.retake").source == moved


def test_a_source_with_other_sound_is_taken_only_when_that_is_accepted(
    edited: Document, opened: Callable[..., Document], recording: Path, tmp_path: Path
) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    edited.close()
    sound, rate = soundfile.read(recording)
    soundfile.write(recording, sound[::-1], rate, subtype="PCM_24")
    os.utime(recording, ns=(1, 1))
    with pytest.raises(SourceChanged, match="was changed"):
        opening.open_project(tmp_path / "a.retake")
    with pytest.raises(SourceChanged):
        opening.open_project(tmp_path / "a.retake", source=recording)
    opened(tmp_path / "a.retake", accept_changed=True).close()
    opened(tmp_path / "a.retake")


def test_a_source_of_other_length_is_never_taken(edited: Document, recording: Path, tmp_path: Path) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    edited.close()
    sound, rate = soundfile.read(recording)
    soundfile.write(recording, sound[:-1], rate, subtype="PCM_24")
    with pytest.raises(InputError, match="479999 frames of 2 channels at 48000 Hz"):
        opening.open_project(tmp_path / "a.retake", source=recording, accept_changed=True)


def test_a_source_that_was_only_touched_is_the_same(
    edited: Document, opened: Callable[..., Document], recording: Path, tmp_path: Path
) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    edited.close()
    os.utime(recording, ns=(1, 1))
    assert opened(tmp_path / "a.retake").source == recording


def test_a_project_with_the_recording_inside_opens_without_the_file(
    edited: Document, opened: Callable[..., Document], recording: Path, tmp_path: Path
) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    opening.embed_source(edited)
    sound, original = edited.read(0, 480_000), recording.read_bytes()
    edited.close()
    recording.unlink()
    again = opened(tmp_path / "a.retake")
    assert again.source.read_bytes() == original
    assert np.array_equal(again.read(0, 480_000), sound)


def test_a_large_recording_is_hashed_in_the_background(
    recording: Path, opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(opening, "HASHED_AT_ONCE_BYTES", 0)
    document = opened(recording)
    from desktop.document.sources import sha256_of

    qtbot.waitUntil(lambda: document.store.facts()["source_sha256"] == sha256_of(recording), timeout=5000)


def test_a_bundled_recording_makes_a_document(demo_folder: Path, opened: Callable[..., Document]) -> None:
    source = demo_folder / "music-loop-mika.flac"
    document = opened(source)
    expected = soundfile.read(source, dtype="float32", always_2d=True)[0].T
    assert np.array_equal(document.read(0, document.frames), expected)


@pytest.mark.parametrize(("frames", "channels", "rate"), [(1, 1, 8000), (56, 2, 8000), (5000, 32, 192_000)])
def test_short_wide_and_fast_recordings_make_documents(
    tmp_path: Path, opened: Callable[..., Document], frames: int, channels: int, rate: int
) -> None:
    sound = np.random.default_rng(0).uniform(-1, 1, (frames, channels)).astype(np.float32)
    soundfile.write(tmp_path / "odd.wav", sound, rate, subtype="FLOAT")
    assert np.array_equal(opened(tmp_path / "odd.wav").read(0, frames), sound.T)


def test_what_is_no_recording_leaves_no_document_behind(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 1)), 48000)
    (tmp_path / "text.wav").write_text("no sound")
    for name in ("empty.wav", "text.wav", "missing.wav"):
        with pytest.raises(RecordingError, match=name):
            opening.new_document(tmp_path / name)
    assert not opening.unsaved_folder().exists() or list(opening.unsaved_folder().iterdir()) == []


def test_a_truncated_recording_keeps_its_flags(
    recording: Path, opened: Callable[..., Document], band: Callable[[int, int], Region]
) -> None:
    data = recording.read_bytes()
    recording.write_bytes(data[: len(data) // 2])
    with pytest.raises(RecordingError, match="truncated"):
        opening.new_document(recording)
    document = opened(recording, allow_truncated=True)
    actions.add_region(document, band(0, 10))
    path, frames = document.store.path, document.frames
    document.close()
    assert opened(path).frames == frames


def test_an_untouched_document_leaves_nothing_when_it_closes(document: Document) -> None:
    path = document.store.path
    document.close()
    assert not path.exists()


CRASH = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop.document import actions, locks, opening, saving
from engine.region import Region

app = QCoreApplication([])
document = opening.new_document(Path(sys.argv[1]))
actions.add_region(document, Region(0, 100, 0.0, 1000.0), "survivor")
print(document.store.path, flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_crash_left_is_found_once_its_process_is_gone(
    recording: Path, root: Path, opened: Callable[..., Document]
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CRASH, recording], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    path = Path(child.stdout.readline().strip())
    assert opening.unsaved_left_over() == []
    with pytest.raises(InputError, match="open in another window"):
        opening.discard(path)
    child.communicate("die\n")
    (found,) = opening.unsaved_left_over()
    assert (found.path, found.source, found.regions, found.takes) == (path, recording, 1, 0)
    document = opened(found.path)
    assert document.project is None
    assert document.regions[1].name == "survivor"
    assert opening.unsaved_left_over() == []
    document.close()
    opening.discard(path)
    assert opening.unsaved_left_over() == []
    assert list(opening.unsaved_folder().iterdir()) == []


def test_what_a_crash_left_goes_with_its_lock(recording: Path, root: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CRASH, recording], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    path = Path(child.stdout.readline().strip())
    child.communicate("die\n")
    assert lock_path(path).exists()
    opening.discard(path)
    assert list(opening.unsaved_folder().iterdir()) == []


def test_two_that_look_at_once_see_a_project_that_is_closed(tmp_path: Path) -> None:
    project = tmp_path / "a.retake"
    with lock_path(project).open("w+") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert not is_open(project)


def test_who_opens_waits_for_one_that_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "a.retake"
    monkeypatch.setattr(locks, "RETRY_S", 1.0)
    with lock_path(project).open("w+") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        done = threading.Timer(0.1, lambda: fcntl.flock(looking, fcntl.LOCK_UN))
        done.start()
        lock = ProjectLock(project)
        assert is_open(project)
        lock.close()
        done.join()


def test_a_project_that_was_saved_elsewhere_is_not_offered_after_a_crash(edited: Document, tmp_path: Path) -> None:
    unsaved = edited.store.path
    opening.save_as(edited, tmp_path / "a.retake")
    copy = unsaved.with_name("copy.retake")
    shutil.copyfile(unsaved, copy)
    edited.close()
    assert opening.unsaved_left_over() == []
    assert not copy.exists()


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def test_a_project_from_a_newer_version_is_refused_with_both_versions(edited: Document, tmp_path: Path) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    edited.close()
    change(tmp_path / "a.retake", "PRAGMA user_version = 7")
    with pytest.raises(InputError, match=r"version 7.* up to 1"):
        opening.open_project(tmp_path / "a.retake")


def test_what_is_no_project_is_refused_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "text.retake").write_text("no project")
    (tmp_path / "empty.retake").touch()
    change(tmp_path / "other.retake", "CREATE TABLE songs (name)")
    before = {path: path.read_bytes() for path in tmp_path.glob("*.retake")}
    for path in before:
        with pytest.raises(InputError, match="no Retake project"):
            opening.open_project(path)
    with pytest.raises(InputError, match="No such file"):
        opening.open_project(tmp_path / "missing.retake")
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_project_that_can_not_be_written_is_refused(edited: Document, small_disk: Disk) -> None:
    opening.save_as(edited, small_disk.folder / "a.retake")
    edited.close()
    small_disk.make_read_only()
    with pytest.raises(OutputError, match="not writable"):
        opening.open_project(small_disk.folder / "a.retake")


def test_a_read_only_folder_is_refused_for_saving(edited: Document, small_disk: Disk) -> None:
    small_disk.make_read_only()
    with pytest.raises(OutputError, match="not writable"):
        opening.save_as(edited, small_disk.folder / "a.retake")


def test_a_disk_that_fills_up_while_saving_leaves_the_document_as_it_was(edited: Document, small_disk: Disk) -> None:
    small_disk.fill(but=1_000_000)
    before = state(edited)
    with pytest.raises(DiskFullError, match="no space"):
        opening.save_as(edited, small_disk.folder / "a.retake")
    assert [path.name for path in small_disk.folder.iterdir()] == ["padding"]
    assert (state(edited), edited.project) == (before, None)


def test_edits_go_on_after_a_disk_was_full(
    edited: Document,
    small_disk: Disk,
    opened: Callable[..., Document],
    band: Callable[[int, int], Region],
    made_result: Callable[..., TakeResult],
) -> None:
    opening.save_as(edited, small_disk.folder / "a.retake")
    before, sound = state(edited), edited.read(0, 480_000)
    small_disk.fill(but=100_000)
    with pytest.raises(DiskFullError, match="no space"):
        actions.add_take(edited, 1, made_result(1000, 400_000, 5))
    assert state(edited) == before
    assert np.array_equal(edited.read(0, 480_000), sound)
    (small_disk.folder / "padding").unlink()
    actions.add_take(edited, 1, made_result(1000, 200_000, 5))
    after, sound = state(edited), edited.read(0, 480_000)
    edited.close()
    again = opened(small_disk.folder / "a.retake")
    assert state(again) == after
    assert np.array_equal(again.read(0, 480_000), sound)


def test_a_file_system_without_shared_memory_gets_a_rollback_journal(
    edited: Document, opened: Callable[..., Document], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's dot-file locking has none, as network shares."""
    connect = sqlite3.connect

    def without_memory(database, *args, **options):
        return connect(f"{database}&vfs=unix-dotfile" if options.get("uri") else database, *args, **options)

    opening.save_as(edited, tmp_path / "a.retake")
    before = state(edited)
    edited.close()
    assert (tmp_path / "a.retake").read_bytes()[18:20] == b"\2\2"
    monkeypatch.setattr(sqlite3, "connect", connect)
    shutil.copyfile(tmp_path / "a.retake", tmp_path / "b.retake")
    change(tmp_path / "b.retake", "PRAGMA journal_mode = DELETE")
    monkeypatch.setattr(sqlite3, "connect", without_memory)
    again = opened(tmp_path / "b.retake")
    assert again.store._connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    assert again.store._connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert state(again) == before
    again.undo.redo()
    assert not Path(f"{tmp_path / 'b.retake'}-wal").exists()
    opening.save_as(again, tmp_path / "c.retake")
    assert again.regions[1].notes == "noisy"


def test_dropped_steps_lose_their_sound_when_the_document_closes(
    edited: Document,
    opened: Callable[..., Document],
    band: Callable[[int, int], Region],
    made_result: Callable[..., TakeResult],
    tmp_path: Path,
) -> None:
    opening.save_as(edited, tmp_path / "a.retake")
    edited.undo.undo()
    actions.add_region(edited, band(0, 10))
    assert edited.store.has_sound(2)
    edited.close()
    again = opened(tmp_path / "a.retake")
    assert (again.store.has_sound(1), again.store.has_sound(2)) == (True, False)


def test_sound_without_a_row_is_removed_on_opening(
    edited: Document, opened: Callable[..., Document], made_result: Callable[..., TakeResult], tmp_path: Path
) -> None:
    from desktop.document.store import write_patch

    opening.save_as(edited, tmp_path / "a.retake")
    edited.close()
    write_patch(tmp_path / "a.retake", 77, made_result(0, 100).patch)
    assert not opened(tmp_path / "a.retake").store.has_sound(77)

"""What a batch finds, and what it calls it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.batch.plan import find_recordings, plan_of
from engine.errors import InputError
from engine.restoring import Order
from engine.settings import RestoreSettings

ORDERS = {"": Order(RestoreSettings())}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Recordings in folders, and what is none."""
    for name in ("a.wav", "b.FLAC", "sub/c.ogg", "sub/deeper/d.aiff", "notes.txt", ".hidden.wav", ".git/e.wav"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "in"


def names(*inputs: object, out: str = "out") -> list[str]:
    return list(find_recordings([str(each) for each in inputs], Path(out)))


def test_a_folder_gives_all_in_it_by_their_place_in_it(tree: Path) -> None:
    assert names(tree) == ["a.wav", "b.FLAC", "sub/c.ogg", "sub/deeper/d.aiff"]


def test_several_folders_keep_their_names(tree: Path) -> None:
    assert names(tree / "sub", tree / "sub" / "deeper") == ["deeper/d.aiff", "sub/c.ogg", "sub/deeper/d.aiff"]


def test_a_file_has_its_own_name_and_the_same_one_twice_is_one(tree: Path) -> None:
    assert names(tree / "sub" / "c.ogg", tree / "sub" / ".." / "sub" / "c.ogg") == ["c.ogg"]


def test_a_folder_named_as_the_current_one_has_its_real_name(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "sub")
    assert names(".", tree / "a.wav") == ["a.wav", "sub/c.ogg", "sub/deeper/d.aiff"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.wav", ["a.wav"]),
        ("**/*.*", ["a.wav", "b.FLAC", "sub/c.ogg", "sub/deeper/d.aiff"]),
        ("s?b", ["sub/c.ogg", "sub/deeper/d.aiff"]),
        ("*/[de]*", ["sub/deeper/d.aiff"]),
    ],
)
def test_globs_are_named_from_where_they_begin(tree: Path, pattern: str, found: list[str]) -> None:
    assert names(tree / pattern) == found


def test_a_file_whose_name_looks_like_a_glob_is_itself(tree: Path) -> None:
    (tree / "take [1].wav").touch()
    (tree / "take 1.wav").touch()
    assert names(tree / "take [1].wav") == ["take [1].wav"]


def test_results_of_an_earlier_batch_are_no_recordings(tree: Path) -> None:
    (tree / "out" / "sub").mkdir(parents=True)
    (tree / "out" / "sub" / "c.ogg").touch()
    assert "out/sub/c.ogg" not in names(tree, out=str(tree / "out"))
    assert "out/sub/c.ogg" in names(tree)


def test_the_folder_of_the_results_is_no_input(tree: Path) -> None:
    with pytest.raises(InputError, match="where the results go"):
        names(tree, out=str(tree / "sub" / ".."))


def test_links_to_folders_are_not_followed_round_and_round(tree: Path) -> None:
    (tree / "sub" / "round").symlink_to(tree)
    assert names(tree) == ["a.wav", "b.FLAC", "sub/c.ogg", "sub/deeper/d.aiff"]


def test_two_recordings_of_one_name_are_refused_by_both_names(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "a.wav"
    other.touch()
    with pytest.raises(InputError, match=r"in/a\.wav and .*a\.wav would have the same result"):
        names(tree / "a.wav", other)


@pytest.mark.parametrize("text", ["nothing", "*.wav", "notes", "empty"])
def test_what_holds_no_recording_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("notes").mkdir()
    Path("notes/a.txt").touch()
    with pytest.raises(InputError, match=text.replace("*", r"\*")):
        names(text)


def test_a_pattern_that_is_none_is_told(tree: Path) -> None:
    with pytest.raises(InputError, match="can't be looked through"):
        names(tree / "**.wav")


def test_no_result_takes_an_inputs_place(tmp_path: Path) -> None:
    for name in ("in/x.wav", "out/in/x.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    inputs = [str(tmp_path / "in"), str(tmp_path / "out" / "in" / "x.wav")]
    with pytest.raises(InputError, match=r"out/in/x\.wav is an input"):
        plan_of(inputs, tmp_path / "out", ORDERS, 1)


def test_any_file_that_is_named_is_taken_for_a_recording(tree: Path) -> None:
    """What is wrong with it, the work on it will say."""
    assert names(tree / "notes.txt") == ["notes.txt"]


def test_variants_lie_side_by_side(tree: Path, tmp_path: Path) -> None:
    plan = plan_of([str(tree)], tmp_path / "out", {"vae": ORDERS[""], "guided,steps=5": ORDERS[""]}, 1)
    assert len(plan.items) == 8
    assert len({item.target for item in plan.items}) == 8
    assert plan.items[2].target == tmp_path / "out" / "vae" / "sub" / "c.ogg"
    assert plan.items[-1].key == ("guided,steps=5", "sub/deeper/d.aiff")


@pytest.mark.skipif(os.name == "nt", reason="names there are text")
def test_a_name_that_is_no_utf8_is_found(tree: Path) -> None:
    (tree / os.fsdecode(b"caf\xe9.wav")).touch()
    assert os.fsdecode(b"caf\xe9.wav") in names(tree)

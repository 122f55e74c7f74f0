"""``retake demo``, with one short piece: what it writes, and that it writes all or nothing."""

from __future__ import annotations

import json
import signal
from collections import namedtuple

import pytest
import soundfile

from engine.commands import demo
from engine.commands.demo import Piece

FILES = [
    "measures.json",
    "report.html",
    "speech-p286-011-after-gain.wav",
    "speech-p286-011-after-griffinlim.wav",
    "speech-p286-011-before.wav",
]


@pytest.fixture
def short_pieces(monkeypatch):
    """Two short pieces instead of all of the demo."""
    name = "speech-p286-011.wav"
    pieces = (Piece(name, "gain", 1.0, 1.3), Piece(name, "griffinlim", 1.0, 1.1))
    monkeypatch.setattr(demo, "PIECES", pieces)


@pytest.fixture
def no_plots(monkeypatch):
    """A report in no time."""
    monkeypatch.setattr("engine.report.write_report", lambda path, *_, **__: path.write_text("report"))


@pytest.fixture
def run_demo(retake, whole_model, short_pieces):
    return lambda *arguments: retake("demo", *arguments, "--model", whole_model, "--device", "cpu")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def without_seconds(measures):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in measures["results"]]


def test_all_files_are_there_and_hold_what_they_should(run_demo, tmp_path):
    out = tmp_path / "new" / "demo"
    done = run_demo("--out", out).done()
    assert names(out) == FILES
    assert str(out / "report.html") in done.out
    assert done.said == []
    rows = json.loads((out / "measures.json").read_text())["results"]
    assert [row["renderer"] for row in rows] == ["gain", "griffinlim"]
    for row in rows:
        assert soundfile.info(row["output"]).frames == soundfile.info(row["input"]).frames
    before, _ = soundfile.read(out / "speech-p286-011-before.wav", dtype="int32")
    assert (before == soundfile.read(demo.demo_folder() / "speech-p286-011.wav", dtype="int32")[0]).all()
    page = (out / "report.html").read_text()
    assert page.lower().startswith("<!doctype html>")
    assert "http://" not in page.replace("http://www.w3.org/", "") and 'src="https:' not in page


@pytest.mark.thorough
def test_a_second_run_takes_the_folder_of_the_first_and_makes_the_same(run_demo, no_plots, tmp_path):
    first = run_demo("--out", tmp_path, "--json").done().json
    before = {name: (tmp_path / name).read_bytes() for name in FILES if name.endswith(".wav")}
    second = run_demo("--out", tmp_path, "--json").done().json
    assert names(tmp_path) == FILES
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert without_seconds(first) == without_seconds(second)
    assert second == json.loads((tmp_path / "measures.json").read_text())


@pytest.mark.parametrize("name", ["notes.txt", "report.html", "measures.json", "speech-p286-011-before.wav"])
def test_a_folder_with_other_files_is_refused_and_stays(run_demo, tmp_path, name):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text('{"mine": 1}')
    run_demo("--out", tmp_path / "out").refused("holds other files", "new or empty")
    assert names(tmp_path / "out") == [name]
    assert (tmp_path / "out" / name).read_text() == '{"mine": 1}'


def test_an_empty_name_is_not_the_current_folder(run_demo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_demo("--out", "").refused("--out", "empty")
    assert names(tmp_path) == []


def test_a_file_is_no_folder(run_demo, tmp_path):
    (tmp_path / "file").write_text("mine")
    run_demo("--out", tmp_path / "file").refused("is not a folder")
    run_demo("--out", tmp_path / "file" / "under").refused("file")


def test_a_place_where_no_folder_can_be_made_is_refused(run_demo):
    """For root too: nobody makes folders there."""
    assert run_demo("--out", "/proc/self/demo").code == 2


def test_a_missing_model_is_refused_and_makes_no_folder(retake, tmp_path):
    retake("demo", "--out", tmp_path / "out", "--model", "nosuch").refused("'nosuch'")
    assert not (tmp_path / "out").exists()


def test_stopped_half_way_it_leaves_nothing(run_demo, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.report.write_report", lambda *_, **__: signal.raise_signal(signal.SIGINT))
    run_demo("--out", tmp_path / "a" / "b").refused("stopped", code=130)
    assert names(tmp_path) == []


def test_stopped_half_way_it_leaves_an_earlier_demo_as_it_was(run_demo, no_plots, tmp_path, monkeypatch):
    run_demo("--out", tmp_path).done()
    before = {name: (tmp_path / name).read_bytes() for name in FILES}
    monkeypatch.setattr("engine.report.write_report", lambda *_, **__: signal.raise_signal(signal.SIGINT))
    run_demo("--out", tmp_path).refused("stopped", code=130)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_a_full_disk_is_told_with_the_folder_that_was_asked_for(run_demo, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: namedtuple("Usage", "free")(1000))
    done = run_demo("--out", tmp_path / "out")
    done.refused(f"{tmp_path / 'out' / 'speech-p286-011-before.wav'}: no space", "1000 are free", code=1)
    assert names(tmp_path) == []


def test_what_a_killed_demo_left_does_not_hinder_the_next(run_demo, no_plots, tmp_path):
    (tmp_path / ".retake-0123").mkdir()
    run_demo("--out", tmp_path).done()
    assert set(FILES) < set(names(tmp_path))

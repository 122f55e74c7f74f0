import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from engine.errors import DiskFullError, OutputError
from engine.metrics import compare
from engine.report import ReportItem, write_report
from tests.engine.page import Page

RATE = 8000
NAME = "<script>alert(1)</script> & \"quoted\" 'too' 録音"


def item(name: str = "a recording", *, channels: int = 1, seconds: float = 0.5, level: float = 0.1) -> ReportItem:
    rng = np.random.default_rng(0)
    shape = (channels, round(seconds * RATE))
    reference = np.clip(level * rng.standard_normal(shape), -4, 4).astype(np.float32)
    result = reference * np.float32(0.5)
    measures = compare(reference[:, :RATE], result[:, :RATE], RATE)
    return ReportItem(name, "Somebody, CC0", reference, result, RATE, measures, {"method": "vae", "seed": "0"})


def write(path: Path, *items: ReportItem, title: str = "Report") -> Page:
    write_report(path, items, title=title, settings={"model": "bundled"})
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Page:
    path = tmp_path_factory.mktemp("report") / "report.html"
    return write(path, item(NAME, channels=2), item("b"), title=NAME)


@pytest.fixture
def undrawn(monkeypatch) -> None:
    """For tests of what is heard: draws nothing, which takes most of a report's time."""
    monkeypatch.setattr("engine.report.comparison_figure", lambda *_, **__: b"a picture")


def test_the_players_hold_original_and_result(page):
    (original, rate), (result, _) = page.sounds()[:2]
    shown = item(channels=2)
    assert rate == RATE
    np.testing.assert_allclose(original.T, shown.reference, atol=2**-15)
    np.testing.assert_allclose(result.T, shown.result, atol=2**-15)


def test_a_loud_recording_is_turned_down_together_with_its_result(tmp_path, undrawn):
    page = write(tmp_path / "report.html", item(level=1.0))
    (original, _), (result, _) = page.sounds()
    assert np.abs(original).max() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(result, 0.5 * original, atol=2**-14)
    assert "turned down" in page.told()


def test_nothing_is_fetched_from_elsewhere_and_all_is_described(page):
    page.assert_whole()
    assert not page.all("script")
    assert "url(" not in page.told()


def test_names_are_escaped(page):
    assert not page.all("script")
    assert page.text.count(NAME) == 4  # title, heading, overview, heading of the recording
    assert any(NAME in attributes["alt"] for attributes in page.all("img"))


def test_attribution_settings_measures_and_versions_are_told(page):
    text = page.told()
    for part in ("Somebody, CC0", "vae", "bundled", "SI-SDR", "6.02", "LUFS", "n/a", "numpy", np.__version__):
        assert part in text


def test_more_than_eight_channels_are_played_as_two(tmp_path, undrawn):
    page = write(tmp_path / "report.html", item(channels=9))
    assert page.sounds()[0][0].shape[1] == 2
    assert "channels 1 and 2 of 9" in page.told()


def test_a_long_recording_is_shown_for_a_minute(tmp_path, undrawn):
    page = write(tmp_path / "report.html", item(seconds=61))
    assert len(page.sounds()[0][0]) == 60 * RATE
    assert "first 60 s of 61 s" in page.told()


def test_an_empty_recording_is_said_to_be_empty(tmp_path):
    page = write(tmp_path / "report.html", item(seconds=0))
    assert "empty" in page.told()
    assert not page.all("audio")


def test_a_report_without_recordings_is_a_page(tmp_path):
    assert "0 recordings" in write(tmp_path / "report.html").told()


def test_a_missing_folder_is_refused_and_named(tmp_path):
    with pytest.raises(OutputError, match=r"report\.html: can't be written"):
        write(tmp_path / "missing" / "report.html", item())


def test_a_failure_leaves_the_old_report_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError, match="No space left"):
        write_report(path, [], title="t", settings={})
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    assert path.read_text() == "old"


def test_levels_of_bands_tell_what_was_kept(page):
    rows = page.tables["Energy by band"]
    assert [row[0] for row in rows[1:]] == ["Below 500 Hz", "500 to 4000 Hz", "Above 4000 Hz"]
    for _, before_db, after_db, change_db, kept in rows[1:3]:
        assert (change_db, kept) == ("\N{MINUS SIGN}6.02", "25.0")
        level_db = [float(value.replace("\N{MINUS SIGN}", "-")) for value in (before_db, after_db)]
        assert level_db[1] - level_db[0] == pytest.approx(-6.02, abs=0.11)


def test_measures_that_say_nothing_of_invented_phase_are_not_shown(tmp_path, undrawn):
    shown = write(tmp_path / "a.html", dataclasses.replace(item(), renderer="gain"))
    hidden = write(tmp_path / "b.html", dataclasses.replace(item(), renderer="griffinlim"))
    values = [{row[0]: row[1] for row in page.tables["Measures against the original"]} for page in (shown, hidden)]
    changed = {name for name in values[0] if values[0][name] != values[1][name]}
    assert changed == {"SNR", "SI-SDR", "Mean squared error", "Mean absolute error", "Correlation"}
    assert {values[1][name] for name in changed} == {"\N{EN DASH}"}
    assert "makes the phase up" in hidden.told() and "makes the phase up" not in shown.told()
    assert "SI-SDR" not in hidden.all("img")[0]["alt"]

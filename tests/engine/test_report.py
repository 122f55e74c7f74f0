import base64
import io
import os
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import DiskFullError, OutputError
from engine.metrics import compare
from engine.report import ReportItem, write_report

RATE = 8000
NAME = "<script>alert(1)</script> & \"quoted\" 'too' 録音"


class Page(HTMLParser):
    """Tags with their attributes, ids, and the text of the page; complains of a tag left open."""

    VOID = frozenset({"meta", "img", "link", "br"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


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
    monkeypatch.setattr("engine.report.comparison_figure", lambda *_: b"a picture")


def players(page: Page) -> list[tuple[np.ndarray, int]]:
    prefix = "data:audio/flac;base64,"
    sources = [attributes["src"] for attributes in page.all("audio")]
    assert all(source.startswith(prefix) for source in sources)
    return [soundfile.read(io.BytesIO(base64.b64decode(source[len(prefix) :])), always_2d=True) for source in sources]


def test_the_players_hold_original_and_result(page):
    (original, rate), (result, _) = players(page)[:2]
    shown = item(channels=2)
    assert rate == RATE
    np.testing.assert_allclose(original.T, shown.reference, atol=2**-15)
    np.testing.assert_allclose(result.T, shown.result, atol=2**-15)


def test_a_loud_recording_is_turned_down_together_with_its_result(tmp_path, undrawn):
    page = write(tmp_path / "report.html", item(level=1.0))
    (original, _), (result, _) = players(page)
    assert np.abs(original).max() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(result, 0.5 * original, atol=2**-14)
    assert "turned down" in " ".join(page.text)


def test_nothing_is_fetched_from_elsewhere(page):
    for _, attributes in page.tags:
        for name in ("src", "href"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
    assert not page.all("script")
    assert not page.all("link")
    assert "url(" not in " ".join(page.text)


def test_names_are_escaped(page):
    assert not page.all("script")
    assert page.text.count(NAME) == 4  # title, heading, overview, heading of the recording
    assert any(NAME in attributes["alt"] for attributes in page.all("img"))


def test_pictures_are_described_and_tables_have_headers(page):
    assert page.all("html")[0]["lang"] == "en"
    assert all(len(attributes["alt"]) > 40 for attributes in page.all("img"))
    assert all(attributes["aria-label"] for attributes in page.all("audio"))
    assert all(attributes.get("scope") in ("row", "col") for attributes in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["href"][1:] for attributes in page.all("a")} <= set(ids)


def test_attribution_settings_measures_and_versions_are_told(page):
    text = " ".join(page.text)
    for part in ("Somebody, CC0", "vae", "bundled", "SI-SDR", "6.02", "LUFS", "n/a", "numpy", np.__version__):
        assert part in text


def test_more_than_eight_channels_are_played_as_two(tmp_path, undrawn):
    page = write(tmp_path / "report.html", item(channels=9))
    assert players(page)[0][0].shape[1] == 2
    assert "channels 1 and 2 of 9" in " ".join(page.text)


def test_a_long_recording_is_shown_for_a_minute(tmp_path, undrawn):
    page = write(tmp_path / "report.html", item(seconds=61))
    assert len(players(page)[0][0]) == 60 * RATE
    assert "first 60 s of 61 s" in " ".join(page.text)


def test_an_empty_recording_is_said_to_be_empty(tmp_path):
    page = write(tmp_path / "report.html", item(seconds=0))
    assert "empty" in " ".join(page.text)
    assert not page.all("audio")


def test_a_report_without_recordings_is_a_page(tmp_path):
    assert "0 recordings" in " ".join(write(tmp_path / "report.html").text)


def test_a_missing_folder_is_refused_and_named(tmp_path):
    with pytest.raises(OutputError, match=r"report\.html can't be written"):
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

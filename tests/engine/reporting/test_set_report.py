"""The report of a set: what is in each file, what is told where something is missing, how large it gets."""

import csv
import dataclasses
import io
import json
import math
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import Cancelled, OutputError
from engine.progress import Control
from engine.reporting import tables, worst
from engine.reporting.set_report import write_set_report
from tests.engine.page import Page
from tests.engine.reporting.sets import AWKWARD, RATE, done, failed, made_up, sound

ALL = "A row a result, the greatest mel error first; a column's name sorts by it"
QUARTILES = "Median and quartiles of each measure"
FILES = ["report.html", "report.json", "report.csv", "report.png"]
N_A, DASH = "n/a", "\N{EN DASH}"


def write(folder: Path, outcomes, title: str = "A set") -> Page:
    """Write a report and read its page."""
    written = write_set_report(folder, outcomes, title=title, settings={"task": "reconstruct"}, control=Control())
    assert [path.name for path in written] == FILES
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    page.assert_whole()
    return page


def table_of(folder: Path) -> list[dict[str, str]]:
    """The rows of report.csv."""
    return list(csv.DictReader(io.StringIO((folder / "report.csv").read_text(encoding="utf-8"), newline="")))


def number(text: str) -> float | None:
    return None if text in (N_A, DASH) else float(text.replace("\N{MINUS SIGN}", "-"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A set of three results, one of them identical to its original, and a failure: folder, outcomes, page."""
    folder = tmp_path_factory.mktemp("plain")
    before = sound(2)
    outcomes = [
        done(folder, "sub/mild.wav", before, before + 0.002 * sound(2, 1), notes=["a <note>"]),
        failed("broken.wav", "broken.wav: 3 samples are NaN <or> Inf"),
        done(folder, AWKWARD, before, 0.5 * before + 0.05 * sound(2, 2), notes=["a <note>", "another"]),
        done(folder, "same.wav", before, before),
    ]
    return folder, outcomes, write(folder, outcomes, AWKWARD)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Two recordings in three variants, one of which invents phase and one of which failed once."""
    folder = tmp_path_factory.mktemp("compared")
    outcomes = []
    for place, name in enumerate(["one.wav", "two.wav"]):
        before = sound(1, place)
        for variant, amount, renderer in (("a", 0.05, "gain"), ("b", 0.01, "gain"), ("c", 0.02, "griffinlim")):
            after = before + np.float32(amount) * sound(1, 7)
            outcomes.append(done(folder, name, before, after, variant=variant, renderer=renderer))
    outcomes.append(failed("three.wav", "why", "a"))
    return folder, outcomes, write(folder, outcomes)


def test_counts_and_all_failures_are_told(plain):
    _, _, page = plain
    assert "3 of 4 done" in page.text and "1 failed" in page.text
    assert page.tables["Recordings without a result, and why"][1:] == [
        ["broken.wav", "broken.wav: 3 samples are NaN <or> Inf"]
    ]


def test_any_name_is_shown_as_it_is(plain):
    _, _, page = plain
    assert len(page.all("script")) == 1  # the page's own
    assert page.tables[ALL][1][0] == AWKWARD
    assert page.text.count(AWKWARD) >= 3


def test_the_worst_stand_first_and_failures_last(plain):
    _, outcomes, page = plain
    head, *rows = page.tables[ALL]
    assert head[:3] == ["Recording", "Result", "Mel error (dB)"]
    assert [row[0] for row in rows] == [AWKWARD, "sub/mild.wav", "same.wav", "broken.wav"]
    shown = [number(row[2]) for row in rows]
    expected = [outcomes[2].facts["measures"]["mel_db"], outcomes[0].facts["measures"]["mel_db"], 0]
    assert shown[:3] == pytest.approx(expected, abs=0.005) and shown[3] is None
    assert rows[3][1] == "failed" and set(rows[3][2:]) == {N_A}


def test_the_order_is_told_to_those_who_do_not_see_it(plain):
    _, _, page = plain
    sorted_by = [attributes for attributes in page.all("th") if "aria-sort" in attributes]
    assert [attributes["aria-sort"] for attributes in sorted_by] == ["descending"]


def test_every_number_carries_its_exact_value_for_sorting(plain):
    _, outcomes, page = plain
    values = [float(attributes["data-v"]) for attributes in page.all("td") if "data-v" in attributes]
    mel_db = outcomes[0].facts["measures"]["mel_db"]
    assert any(value == pytest.approx(mel_db, rel=1e-6) and value != round(value, 2) for value in values)
    assert math.inf in values  # of the identical one


def test_quartiles_are_those_of_the_measures(plain):
    _, outcomes, page = plain
    rows = {row[0]: row[1:] for row in page.tables[QUARTILES][1:]}
    mel = [outcome.facts["measures"]["mel_db"] for outcome in outcomes if outcome.facts]
    count, *numbers = rows["Mel error (dB)"][:6]
    assert count == "3"
    assert [number(text) for text in numbers] == pytest.approx(np.percentile(mel, [0, 25, 50, 75, 100]), abs=0.0051)
    assert rows["SI-SDR (dB)"][5] == "inf"


def test_the_worst_are_heard_as_they_are(plain):
    _, _, page = plain
    cases = [attributes["id"] for attributes in page.all("article")]
    assert cases == ["case-1", "case-2"]  # the identical one is none
    (original, rate), (result, _) = page.sounds()[:2]
    assert rate == RATE
    before = sound(2)
    after = 0.5 * before + 0.05 * sound(2, 2)
    np.testing.assert_allclose(original.T, before, atol=2**-15)
    np.testing.assert_allclose(result.T, after, atol=2**-15)
    assert "All 2 results that differ from their originals" in page.told()


def test_notes_are_counted(plain):
    _, _, page = plain
    assert page.tables["What is to be said, and of how many results"][1:] == [["2", "a <note>"], ["1", "another"]]


def test_settings_and_versions_are_told(plain):
    _, _, page = plain
    assert page.tables["Settings"] == [["task", "reconstruct"]]
    assert dict(page.tables["Versions"])["numpy"] == np.__version__
    assert ["seed", "7"] in page.tables["How it was made"]


def test_json_holds_every_outcome_and_is_strict(plain):
    folder, outcomes, _ = plain

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    told = json.loads((folder / "report.json").read_text(), parse_constant=refuse)
    assert told["counts"] == {"recordings": 4, "variants": 1, "done": 3, "failed": 1}
    assert [outcome["name"] for outcome in told["outcomes"]] == [outcome.name for outcome in outcomes]
    assert told["outcomes"][0]["facts"] == outcomes[0].facts
    assert told["statistics"][""]["mel_db"]["count"] == 3
    assert told["settings"] == {"task": "reconstruct"} and told["versions"]["numpy"] == np.__version__


def test_csv_has_a_line_a_result_and_failures_too(plain):
    folder, outcomes, _ = plain
    rows = table_of(folder)
    assert [row["name"] for row in rows] == [outcome.name for outcome in outcomes]
    assert [row["state"] for row in rows] == ["done", "failed", "done", "done"]
    assert float(rows[0]["mel_db"]) == outcomes[0].facts["measures"]["mel_db"]
    assert rows[1]["mel_db"] == "" and rows[1]["error"] == outcomes[1].error
    assert rows[3]["snr_db"] == "inf" and rows[0]["pesq"] in ("", str(outcomes[0].facts["measures"]["pesq"]))


@pytest.mark.parametrize("start", "=+-@")
def test_a_name_that_a_spreadsheet_would_run_is_not_run(tmp_path, start):
    write(tmp_path, [made_up(f"{start}cmd|' /C calc'!A0.wav", 1.0)])
    assert table_of(tmp_path)[0]["name"].startswith(f"'{start}cmd")


def test_the_picture_is_1400_px_wide(plain):
    folder, _, _ = plain
    png = (folder / "report.png").read_bytes()
    assert Image.open(io.BytesIO(png)).width == 1400
    assert np.asarray(Image.open(io.BytesIO(png)).convert("L")).std() > 10


def test_variants_are_compared_and_the_best_is_marked(compared):
    _, _, page = compared
    head, *rows = page.tables["Variants compared"]
    assert [row[0] for row in rows] == ["a", "b", "c"]
    mel = [number(row[1]) for row in rows]
    assert mel[1] == min(mel)
    assert page.all("strong")
    assert "Medians over the 2 recordings of which every variant with results has one" in page.told()
    assert head[3].startswith("SI-SDR") and rows[2][3] == DASH and number(rows[0][3]) is not None


def test_the_best_of_a_column_is_bold(compared):
    folder, _, page = compared
    medians = [number(row[1]) for row in page.tables["Variants compared"][1:]]
    source = (folder / "report.html").read_text()
    section = source[source.index("Variants compared") : source.index("Medians over")]
    bold = section.split("<strong>")[1].split("</strong>")[0]
    assert number(bold) == min(medians)


def test_differences_are_recording_by_recording(compared):
    _, outcomes, page = compared
    rows = page.tables["Change against a, recording by recording"]
    mel = next(row for row in rows if row[:2] == ["Mel error (dB)", "b"])
    assert mel[2:5] == ["2", "2", "0"]
    by_name = {row[0]: row[1:] for row in page.tables["Mel error (dB) by recording; the least in bold"][1:]}
    value = {(outcome.name, outcome.variant): outcome.facts["measures"]["mel_db"] for outcome in outcomes[:-1]}
    assert number(by_name["two.wav"][3]) == pytest.approx(value["two.wav", "b"] - value["two.wav", "a"], abs=0.006)
    assert by_name["three.wav"] == [N_A] * 5


def test_what_says_nothing_of_a_renderer_is_nowhere_a_number(compared):
    folder, _, page = compared
    assert "Where a renderer makes the phase up" in page.told()
    for row in page.tables[ALL][1:]:
        assert (row[5] == DASH) == (row[6] == DASH) == (row[1] == "c" and row[2] == "done")
    for row in table_of(folder):
        hidden = row["variant"] == "c"
        assert (row["si_sdr_db"] == "" and row["mse"] == "") == (hidden or row["state"] == "failed")
    told = json.loads((folder / "report.json").read_text())
    assert "snr_db" in told["outcomes"][2]["meaningless"] and told["outcomes"][0]["meaningless"] == []
    assert told["statistics"]["c"]["si_sdr_db"]["count"] == 0


def test_a_result_that_is_gone_is_told_in_the_page(tmp_path):
    before = sound(0.5)
    outcome = done(tmp_path, "a.wav", before, before * np.float32(0.5))
    Path(outcome.output).unlink()
    page = write(tmp_path, [outcome])
    assert "Nothing can be shown or played" in page.told() and "No such file" in page.told()
    assert not page.all("audio")


@pytest.mark.parametrize(
    "outcomes",
    [
        [],
        [failed("a.wav", "why")],
        [failed("a.wav", "why", variant) for variant in "vw"],
        [made_up("a.wav", None)],
        [made_up("a.wav", math.nan, si_sdr_db=math.inf, lsd_db=-math.inf)],
        [made_up("a.wav", 1.0, variant="v" * 300), made_up("b.wav", 1.0, variant="w")],
        [dataclasses.replace(made_up("a.wav", 1.0), facts={})],
        [made_up("bytes \udcff that are no text.wav", 2.0)],
        [made_up("a $b$ \\c.wav", 2.0, variant="$x"), made_up("a $b$ \\c.wav", 2.0, variant="y")],
    ],
    ids=["none", "failed", "all failed", "undefined", "not finite", "long", "empty", "no text", "mathematics"],
)
def test_whatever_is_missing_there_is_a_page(tmp_path, outcomes):
    page = write(tmp_path, outcomes)
    assert f"{sum(outcome.is_done for outcome in outcomes)} of {len(outcomes)} done" in page.text
    assert len(table_of(tmp_path)) == len(outcomes)
    assert len(json.loads((tmp_path / "report.json").read_text())["outcomes"]) == len(outcomes)


def test_as_many_are_shown_as_fit_and_it_is_said(tmp_path, monkeypatch):
    before = sound(6)
    outcomes = [done(tmp_path, f"{n}.wav", before, before + np.float32(0.01 * n) * sound(6, 9)) for n in range(1, 5)]
    monkeypatch.setattr("engine.reporting.set_page.MOST_BYTES", 1_500_000)
    page = write(tmp_path, outcomes)
    count = len(page.all("article"))
    assert 0 < count < 4
    assert (tmp_path / "report.html").stat().st_size < 1_500_000 + 50_000
    assert f"the {count} with the greatest mel error are shown; more would make" in page.told()


def test_no_more_than_a_few_are_shown_however_small(tmp_path, monkeypatch):
    monkeypatch.setattr(worst, "MOST_CASES", 2)
    page = write(tmp_path, [made_up(f"{n}.wav", float(n)) for n in range(5)])
    assert [attributes["id"] for attributes in page.all("article")] == ["case-1", "case-2"]
    assert "Of 4 results that differ from their originals, the 2 with" in page.told()


def test_two_thousand_results_make_a_page_of_a_few_megabytes_in_seconds(tmp_path):
    outcomes = [made_up(f"folder/{n:04d}.wav", 1 + n % 7, si_sdr_db=20.0, variant="ab"[n % 2]) for n in range(2000)]
    began = time.process_time()
    page = write(tmp_path, outcomes)
    assert time.process_time() - began < 30
    assert len(page.tables[ALL]) == 2001
    assert (tmp_path / "report.html").stat().st_size < 5e6


def test_of_more_rows_than_a_browser_likes_the_worst_are_in_the_page_and_all_in_the_csv(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 20)
    page = write(tmp_path, [made_up(f"{n:02}.wav", 1.0 + n) for n in range(50)])
    assert [row[0] for row in page.tables[ALL][1:]] == [f"{n:02}.wav" for n in range(49, 29, -1)]
    assert "The first 20 of 50 rows; report.csv has all results." in page.told()
    assert len(table_of(tmp_path)) == 50


def test_stopped_before_the_end_nothing_is_written(tmp_path):
    stopping = Control(cancelled=lambda: True)
    with pytest.raises(Cancelled):
        write_set_report(tmp_path, [made_up("a.wav", 1.0)], title="t", settings={}, control=stopping)
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_is_replaced_and_nothing_else_is_left(tmp_path):
    for name in FILES:
        (tmp_path / name).write_text("old")
    write(tmp_path, [made_up("a.wav", 1.0)])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    assert all((tmp_path / name).read_bytes() != b"old" for name in FILES)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(OutputError, match=r"report\.html"):
        write_set_report(tmp_path / "none", [], title="t", settings={}, control=Control())

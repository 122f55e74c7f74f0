"""``retake compare``: what it measures, draws and tells, and how it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from engine import take_report
from tests.engine.page import Page

KEYS = [
    "snr_db",
    "si_sdr_db",
    "mse",
    "mae",
    "correlation",
    "mel_db",
    "lsd_db",
    "mrstft",
    "band_retention",
    "lufs_reference",
    "lufs_result",
    "true_peak_dbtp",
]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def pair(recording):
    """A reference and the same with noise at -40 dB from 0.1 s on."""
    sound = 0.1 * np.random.default_rng(0).standard_normal((1, 16000))
    off = sound + 1e-3 * np.random.default_rng(1).standard_normal(sound.shape) * (np.arange(16000) >= 1600)
    return recording("reference.wav", sound, subtype="FLOAT"), recording("result.wav", off, subtype="FLOAT")


def test_json_has_the_keys_of_the_contract_in_their_order(retake, pair):
    row = retake("compare", *pair, "--json").done().json
    assert list(row)[: len(KEYS)] == KEYS
    assert set(row) - set(KEYS) <= {"pesq", "stoi", "meaningless"}
    assert row["meaningless"] == []
    assert list(row["band_retention"]) == ["low", "mid", "high"]
    assert row["snr_db"] == pytest.approx(40.5, abs=0.3)


def test_a_person_gets_a_summary_and_a_table(retake, pair):
    out = retake("compare", *pair).done().out
    assert "SI-SDR" in out and len(out.splitlines()) > 5


def test_what_means_nothing_for_the_renderer_is_said(retake, pair):
    told = retake("compare", *pair, "--renderer", "vocoder").done().out.splitlines()
    assert "SI-SDR" not in told[0] and "mel error" in told[0]
    assert sum("means nothing here" in line for line in told) == 5
    assert told[-1].endswith("mean nothing here: the renderer vocoder makes up the phase")
    row = retake("compare", *pair, "--renderer", "vocoder", "--json").done().json
    assert row["meaningless"] == ["snr_db", "si_sdr_db", "mse", "mae", "correlation"]
    assert row["snr_db"] is not None
    assert "nothing" not in retake("compare", *pair, "--renderer", "gain").done().out
    refused = retake("compare", *pair, "--renderer", "loud")
    assert refused.code == 2 and "griffinlim" in refused.err


def test_another_phase_is_found_in_the_figures_themselves(retake, recording):
    sound = 0.1 * np.random.default_rng(0).standard_normal((1, 16000))
    late = np.roll(sound, 3, axis=1)  # noise three samples late: as loud in every band, and uncorrelated
    told = retake("compare", recording("a.wav", sound), recording("b.wav", late)).done().out.splitlines()
    assert "SI-SDR" not in told[0]
    assert "its phase was made up, or it is shifted in time" in told[-1]


@pytest.mark.parametrize("sound", ["noise", "silence"])
def test_identical_recordings_differ_in_nothing(retake, recording, sound):
    path = recording(sound=np.zeros((2, 9000)) if sound == "silence" else None)
    row = retake("compare", path, path, "--json").done().json
    assert row["mse"] == row["mae"] == row["mel_db"] == 0
    assert row["lsd_db"] == (None if sound == "silence" else 0)
    assert row["snr_db"] is None and row["si_sdr_db"] is None  # infinite, or of nothing
    assert row["correlation"] == (None if sound == "silence" else pytest.approx(1))


def test_only_the_region_is_measured(retake, pair):
    before = retake("compare", *pair, "--end", 0.1, "--json").done().json
    after = retake("compare", *pair, "--start", 0.1, "--json").done().json
    assert before["mse"] == 0
    assert after["mse"] == pytest.approx(1e-6, rel=0.05)


def test_only_the_band_is_measured(retake, recording):
    time_s = np.arange(16000) / 16000
    low, high = np.sin(2 * np.pi * 300 * time_s), np.sin(2 * np.pi * 5000 * time_s)
    reference = recording("a.wav", 0.3 * (low + high)[None], subtype="FLOAT")
    result = recording("b.wav", 0.3 * low[None], subtype="FLOAT")
    inside = retake("compare", reference, result, "--low", 4000, "--json").done().json
    outside = retake("compare", reference, result, "--high", 2000, "--json").done().json
    assert inside["snr_db"] < 1
    assert outside["snr_db"] > 40


@pytest.mark.parametrize("frames", [1, 7, 160])
def test_the_shortest_recordings_can_be_compared(retake, recording, tmp_path, frames):
    first, second = recording("a.wav", frames=frames), recording("b.wav", frames=frames, seed=1)
    row = retake("compare", first, second, "--json", "--plot", tmp_path / "p.png").done().json
    assert row["mse"] > 0
    assert (tmp_path / "p.png").read_bytes().startswith(PNG)


def test_different_lengths_are_compared_as_far_as_both_go_and_said(retake, recording):
    first, second = recording("a.wav", frames=4000), recording("b.wav", frames=3000)
    done = retake("compare", first, second, "--json").done()
    (note,) = done.said
    assert "4000" in note and "3000" in note


@pytest.mark.parametrize(
    ("how", "words"), [({"rate": 44100}, ["rate", "44100", "16000"]), ({"channels": 2}, ["channels", "is 2", "has 1"])]
)
def test_what_cannot_be_compared_is_refused(retake, recording, how, words):
    retake("compare", recording("a.wav"), recording("b.wav", **how)).refused(*words)


@pytest.mark.parametrize("which", [0, 1])
def test_a_missing_recording_is_refused_by_name(retake, recording, tmp_path, which):
    paths = [recording("a.wav"), recording("b.wav")]
    paths[which] = tmp_path / "none.wav"
    retake("compare", *paths).refused("none.wav", "no such file")


@pytest.mark.parametrize("which", [0, 1])
def test_nan_is_refused_or_zeroed(retake, recording, which):
    sound = 0.1 * np.ones((1, 4000))
    sound[0, 700] = np.nan
    paths = [recording("a.wav"), recording("b.wav")]
    paths[which] = recording("nan.wav", sound, subtype="FLOAT")
    retake("compare", *paths).refused("nan.wav", "frame 700")
    done = retake("compare", *paths, "--repair-nonfinite", "--json").done()
    assert done.json["mse"] is not None and "1 non-finite sample zeroed" in done.said[0]


def test_a_truncated_recording_is_refused_or_read_as_far_as_it_goes(retake, recording):
    first, second = recording("a.wav"), recording("b.wav")
    second.write_bytes(second.read_bytes()[:-1000])
    retake("compare", first, second).refused("b.wav", "truncated", "--allow-truncated")
    retake("compare", first, second, "--allow-truncated").done()


@pytest.mark.parametrize(
    ("region", "words"),
    [(["--start", "1"], ["1 s"]), (["--end", "2"], ["2 s"]), (["--high", "9000"], ["9000", "8000"])],
)
def test_a_region_outside_is_refused(retake, pair, region, words):
    retake("compare", *pair, *region).refused(*words)


def test_the_plot_is_a_png_and_the_only_new_file(retake, pair, tmp_path):
    (tmp_path / "out").mkdir()
    retake("compare", *pair, "--plot", tmp_path / "out" / "p.png").done()
    assert (tmp_path / "out" / "p.png").read_bytes().startswith(PNG)
    assert len(list((tmp_path / "out").iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [("p.jpg", [".png"]), ("p", [".png"]), ("none/p.png", ["no directory"]), ("folder.png", ["is a directory"])],
)
def test_a_plot_that_cannot_be_is_refused_before_the_work(retake, pair, tmp_path, name, words):
    (tmp_path / "folder.png").mkdir()
    done = retake("compare", *pair, "--plot", tmp_path / name)
    done.refused(*words)
    assert done.err.count("\n") == 1


def test_a_plot_over_a_recording_is_refused(retake, recording, pair, tmp_path):
    (tmp_path / "link.png").symlink_to(pair[1])
    before = pair[1].read_bytes()
    retake("compare", *pair, "--plot", tmp_path / "link.png").refused("is the input")
    assert pair[1].read_bytes() == before


def test_the_report_is_a_page_with_both_sounds_and_the_only_new_file(retake, pair, tmp_path):
    (tmp_path / "out").mkdir()
    retake("compare", *pair, "--start", 0.2, "--end", 0.6, "--report", tmp_path / "out" / "r.html").done()
    (path,) = (tmp_path / "out").iterdir()
    page = Page(path.read_text())
    assert len(page.sounds()) == 2
    assert "0.20 to 0.60 s" in page.told() and "reference.wav and result.wav" in page.text


def test_two_names_of_one_file_are_refused(retake, pair, tmp_path):
    (tmp_path / "link.html").symlink_to(tmp_path / "r.png")
    for names in (["--plot", "r.png", "--report", "r.png"], ["--report", "r.png", "--report", "link.html"]):
        words = [word if word.startswith("--") else tmp_path / word for word in names]
        retake("compare", *pair, *words).refused("are the same file")
    assert not (tmp_path / "r.png").exists()


def test_a_report_that_fails_takes_no_measures_along(retake, pair, tmp_path, monkeypatch):
    """Its folder goes away meanwhile; of two reports the other is written."""
    (tmp_path / "gone").mkdir()
    levels = take_report.levels_of_region

    def meanwhile(*given):
        (tmp_path / "gone").rmdir()
        return levels(*given)

    monkeypatch.setattr(take_report, "levels_of_region", meanwhile)
    reports = ["--report", tmp_path / "gone" / "r.html", "--report", tmp_path / "r.csv"]
    done = retake("compare", *pair, "--json", *reports)
    assert done.code == 2 and done.json["mel_db"] is not None
    assert "gone" in done.err and (tmp_path / "r.csv").exists()


@pytest.mark.parametrize(
    ("name", "words"), [("r.txt", [".html"]), ("none/r.html", ["no directory"]), ("in/link.html", ["is the input"])]
)
def test_a_report_that_cannot_be_is_refused_before_the_work(retake, pair, tmp_path, name, words):
    (tmp_path / "in" / "link.html").symlink_to(pair[0])
    retake("compare", *pair, "--report", tmp_path / name).refused(*words)

"""The report of a take: a region of a recording with what is around it, as a page, a picture or numbers."""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.audio import Patch, open_clip
from engine.errors import InputError, OutputError
from engine.metrics import compare
from engine.patched import Patched
from engine.region import Region
from engine.take_report import write_take_report
from tests.engine.page import Page

RATE = 8000
SECONDS = 10


@pytest.fixture
def clip(write_sound):
    sound = 0.1 * np.random.default_rng(0).standard_normal((2, SECONDS * RATE))
    with open_clip(write_sound(sound, RATE)) as opened:
        yield opened


def take(clip, start_s: float, end_s: float, low_hz: float = 0, high_hz: float = RATE / 2):
    """A region, its samples at half their level laid over the recording, and their measures."""
    region = Region(round(start_s * RATE), round(end_s * RATE), low_hz, high_hz)
    recorded = clip.read(region.start_frame, region.end_frame)
    patch = Patch(region.start_frame, recorded * np.float32(0.5))
    return clip, Patched(clip, patch), region, compare(recorded, patch.samples, RATE)


def write(path: Path, *made, **how) -> Page:
    write_take_report([path], *made, title="a <take>", settings={"seed": "7"}, **how)
    return Page(path.read_text(encoding="utf-8"))


def test_a_region_is_shown_with_two_seconds_around_it(clip, tmp_path):
    page = write(tmp_path / "r.html", *take(clip, 4, 5))
    (original, rate), (result, _) = page.sounds()
    assert rate == RATE
    np.testing.assert_allclose(original.T, clip.read(2 * RATE, 7 * RATE), atol=2**-15)
    expected = original.copy()
    expected[2 * RATE : 3 * RATE] /= 2
    np.testing.assert_allclose(result, expected, atol=2**-14)
    assert "the region from 4.00 to 5.00 s, between dashed lines, with up to 2 s" in page.told()
    assert "of the region alone" in page.told()
    page.assert_whole()


def test_a_whole_recording_has_nothing_around_it(clip, tmp_path):
    page = write(tmp_path / "r.html", *take(clip, 0, SECONDS))
    assert len(page.sounds()[0][0]) == SECONDS * RATE
    assert "around it" not in page.told()


def test_levels_are_of_the_region_alone(clip, tmp_path):
    page = write(tmp_path / "r.html", *take(clip, 4, 5))
    low, mid, _ = page.tables["Energy by band"][1:]
    assert [low[4], mid[4]] == ["25.0", "25.0"]
    assert mid[3] == "\N{MINUS SIGN}6.02"


def test_the_band_is_told(clip, tmp_path):
    assert "the band from 500 to 2000 Hz" in write(tmp_path / "r.html", *take(clip, 4, 5, 500, 2000)).told()


def test_settings_notes_and_names_are_told(clip, tmp_path):
    page = write(tmp_path / "r.html", *take(clip, 4, 5), notes=["made with <less>"], renderer="vocoder")
    assert "made with <less>" in page.told() and "a <take>" in page.text
    assert page.tables["Settings"] == [["seed", "7"]]
    assert "makes the phase up" in page.told()


def test_each_file_is_what_its_name_says(clip, tmp_path):
    made = take(clip, 4, 5)
    names = ["r.HTM", "r.png", "r.json", "r.csv"]
    write_take_report([tmp_path / name for name in names], *made, title="t", settings={"seed": "7"}, renderer="vocoder")
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith("r.")} == set(names)
    Page((tmp_path / "r.HTM").read_text()).assert_whole()
    assert Image.open(io.BytesIO((tmp_path / "r.png").read_bytes())).width == 1400
    told = json.loads((tmp_path / "r.json").read_text())
    assert told["measures"] == made[3].as_json()
    assert told["region"]["start_s"] == 4 and told["settings"] == {"seed": "7"}
    assert told["meaningless"] == ["correlation", "mae", "mse", "si_sdr_db", "snr_db"]
    rows = {row[0]: row[1] for row in csv.reader(io.StringIO((tmp_path / "r.csv").read_text()))}
    assert float(rows["mel_db"]) == made[3].mel_db
    assert rows["snr_db"] == ""


def test_any_other_kind_is_refused_before_a_file_is_written(clip, tmp_path):
    paths = [tmp_path / "r.html", tmp_path / "r.pdf"]
    with pytest.raises(InputError, match=r"r\.pdf.*\.html.*\.png, \.json, \.csv"):
        write_take_report(paths, *take(clip, 4, 5), title="t", settings={})
    assert not paths[0].exists()


def test_a_missing_folder_is_refused(clip, tmp_path):
    with pytest.raises(OutputError, match="none"):
        write(tmp_path / "none" / "r.html", *take(clip, 4, 5))


@dataclass
class Hours:
    """A recording of three hours, made up as it is read; counts how much is asked for at once."""

    rate: int = RATE
    channels: int = 1
    frames: int = 3 * 3600 * RATE
    subtype: str = "FLOAT"
    longest: int = 0

    def read(self, start: int, stop: int) -> np.ndarray:
        self.longest = max(self.longest, stop - start)
        return (0.1 * np.sin(np.arange(start, stop) * 0.3))[None].astype(np.float32)


def test_of_a_long_region_a_minute_is_shown_and_never_more_is_read_at_once(tmp_path):
    sound = Hours()
    region = Region(100 * RATE, 4000 * RATE, 0, RATE / 2)
    short = sound.read(0, RATE)
    page = write(tmp_path / "r.html", sound, sound, region, compare(short, short, RATE))
    assert len(page.sounds()[0][0]) == 60 * RATE
    assert "98.00 to 158.00 s of 10800.00 s" in page.told()
    assert "Of the region they hold the first 58 s" in page.told()
    assert sound.longest <= max(60 * RATE, 1 << 18)

"""Times and frequencies are read back as they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.panels.time_text import TIME_UNITS, TimeUnit, hz_text, parsed_hz, parsed_time, time_text

RATE = 48000


@pytest.mark.parametrize(
    ("frames", "unit", "text"),
    [
        (90000, "samples", "90000"),
        (90000, "seconds", "1.8750"),
        (90000, "clock", "0:01.875"),
        (RATE * 3723, "clock", "1:02:03.000"),
        (RATE * 60 - 1, "clock", "1:00.000"),
    ],
)
def test_a_time_is_written_in_its_unit(frames: int, unit: TimeUnit, text: str) -> None:
    assert time_text(frames, RATE, unit) == text


@pytest.mark.parametrize(
    ("text", "unit", "frames"),
    [
        ("1.5", "clock", 72000),
        ("1,5", "seconds", 72000),
        ("2:03", "clock", 123 * RATE),
        ("2:03", "samples", 123 * RATE),
        ("1:00:00", "seconds", 3600 * RATE),
        (" 12 000 ", "samples", 12000),
        (".5 s", "seconds", 24000),
        ("90", "clock", 90 * RATE),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, unit: TimeUnit, frames: int) -> None:
    assert parsed_time(text, RATE, unit) == frames


@pytest.mark.parametrize("text", ["", ".", "-1", "one", "1:2:3:4", "1.2.3", "1e5", "nan", "inf", "1:", "٣x"])
@pytest.mark.parametrize("unit", TIME_UNITS)
def test_what_is_no_time_is_refused(text: str, unit: TimeUnit) -> None:
    with pytest.raises(ValueError, match="no"):
        parsed_time(text, RATE, unit)


@given(st.integers(0, 10**9), st.sampled_from(TIME_UNITS), st.sampled_from([8000, 44100, 48000, 192000]))
def test_a_written_time_is_read_back_within_what_its_digits_hold(frames: int, unit: TimeUnit, rate: int) -> None:
    digits_s = {"samples": 0.0, "seconds": 0.00005, "clock": 0.0005}[unit]
    assert abs(parsed_time(time_text(frames, rate, unit), rate, unit) - frames) <= digits_s * rate + 1


@pytest.mark.parametrize(("text", "hz"), [("440", 440), ("12.5k", 12500), ("8 kHz", 8000), ("0 Hz", 0), ("1,5k", 1500)])
def test_a_frequency_is_read_as_people_write_it(text: str, hz: float) -> None:
    assert parsed_hz(text) == hz


@pytest.mark.parametrize("text", ["", "high", "k", "1 2", "nan", "inf"])
def test_what_is_no_frequency_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parsed_hz(text)


@pytest.mark.parametrize(("hz", "text"), [(440.0, "440"), (22050.0, "22050"), (440.25, "440.25"), (0.1, "0.1")])
def test_a_frequency_is_written_without_needless_digits(hz: float, text: str) -> None:
    assert hz_text(hz) == text

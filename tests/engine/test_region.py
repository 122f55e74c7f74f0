from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.region import Region, region_of, renderer_of, stretch_frames
from engine.settings import RestoreSettings, described


def test_times_are_half_open_and_rounded_to_frames() -> None:
    region = region_of(44100, 44100, start_s=0.1, end_s=0.25001)
    assert (region.start_frame, region.end_frame) == (4410, 11025)
    assert region.frames == 6615


def test_nothing_given_means_the_whole_recording_and_band() -> None:
    region = region_of(1000, 48000)
    assert (region.start_frame, region.end_frame, region.low_hz, region.high_hz) == (0, 1000, 0.0, 24000.0)


def test_an_end_that_rounds_to_the_last_frame_is_inside() -> None:
    assert region_of(44100, 44100, end_s=1.000004).end_frame == 44100


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"start_s": -0.5}, r"region starts at -0.5 s; the recording lasts from 0 to 2.000 s"),
        ({"start_s": 2.0}, r"region starts at 2 s; the recording lasts from 0 to 2.000 s"),
        ({"end_s": 2.5}, r"region ends at 2.5 s; the recording lasts from 0 to 2.000 s"),
        ({"end_s": 0.0}, r"region ends at 0 s"),
        ({"start_s": 1.5, "end_s": 1.0}, r"region from 1.5 to 1 s is empty"),
        ({"start_s": 1.0, "end_s": 1.0}, r"is empty"),
        ({"low_hz": -1.0}, r"band is -1 to 4000 Hz; it must rise, within 0 to 4000 Hz"),
        ({"high_hz": 4001.0}, r"band is 0 to 4001 Hz; it must rise, within 0 to 4000 Hz"),
        ({"low_hz": 3000.0, "high_hz": 3000.0}, r"it must rise"),
    ],
)
def test_what_lies_outside_is_refused_with_what_is_accepted(choice: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        region_of(16000, 8000, **choice)


def test_a_stretch_of_noise_is_rounded_to_frames_and_may_reach_the_end() -> None:
    assert stretch_frames(16000, 16000, (0.25, 1.0)) == (4000, 16000)


@pytest.mark.parametrize(
    ("stretch_s", "said"), [((0.5, 1.1), "lasts from 0 to 1.000 s"), ((0.5, 0.55), "of 0.1 s or more is accepted")]
)
def test_a_stretch_that_is_not_there_or_too_short_is_refused(stretch_s, said) -> None:
    with pytest.raises(InputError, match=said):
        stretch_frames(16000, 16000, stretch_s)


def test_no_renderer_made_what_was_interpolated() -> None:
    settings = described(RestoreSettings(task="fill", renderer="griffinlim"))
    short, long = Region(0, 100, 0.0, 24000.0), Region(0, 48000, 0.0, 24000.0)
    assert renderer_of(short, 96000, 48000, settings) == ""
    assert renderer_of(long, 96000, 48000, settings) == "griffinlim"
    assert renderer_of(short, 96000, 48000, {**settings, "task": "reconstruct"}) == "griffinlim"
    assert renderer_of(short, 96000, 48000, {**settings, "task": "of-tomorrow"}) == "griffinlim"
    assert renderer_of(long, 96000, 48000, {"task": "fill"}) == ""

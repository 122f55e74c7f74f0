"""Ticks: round, in order, and never touching."""

from __future__ import annotations

import itertools

import pytest

from desktop.views.frequency_scale import SCALES, FrequencyAxis, Scale
from desktop.views.level_axis import LevelAxis
from desktop.views.ticks import (
    LEVEL_UNITS,
    TIME_UNITS,
    LevelUnit,
    TimeUnit,
    frequency_ticks,
    level_ticks,
    time_text,
    time_ticks,
)

LETTER = 7.0


def measure(text: str) -> float:
    return LETTER * len(text)


@pytest.mark.parametrize("unit", TIME_UNITS)
@pytest.mark.parametrize("span", [10, 333, 4_800, 100_000, 2_880_000, 172_800_000])
@pytest.mark.parametrize("start", [0, 47_999.5, 86_400_000])
def test_time_labels_never_touch_and_there_are_some(unit: TimeUnit, span: int, start: float) -> None:
    ticks = time_ticks(start, start + span, 48000, unit, 1000, measure, 10)
    labelled = sorted((tick for tick in ticks if tick.label), key=lambda tick: tick.at)
    assert 1 <= len(labelled) <= 40
    for one, other in itertools.pairwise(labelled):
        assert (other.at - one.at) / span * 1000 >= measure(one.label) + 10
        assert one.label != other.label


@pytest.mark.parametrize("unit", TIME_UNITS)
def test_a_time_label_says_exactly_where_its_tick_is(unit: TimeUnit) -> None:
    for tick in time_ticks(1000, 60_000, 48000, unit, 1200, measure, 10):
        if not tick.label:
            continue
        parts = [float(part) for part in tick.label.split(":")]
        value = parts[0] if len(parts) == 1 else 60 * parts[0] + parts[1]
        assert value * (1 if unit == "samples" else 48000) == pytest.approx(tick.at, abs=1e-6)


def test_times_are_written_with_hours_only_where_there_are_some() -> None:
    assert time_text(48000 * 3723.5, 48000, "clock", 3) == "1:02:03.500"
    assert time_text(48000 * 59.9996, 48000, "clock", 3) == "1:00.000"
    assert time_text(48000 * 7, 48000, "clock", 0) == "0:07"
    assert time_text(90_000, 48000, "seconds", 3) == "1.875"
    assert time_text(90_000, 48000, "samples", 0) == "90000"


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("band", [(0, 24000), (0, 4000), (950, 1050), (12000, 24000), (40, 90)])
@pytest.mark.parametrize("height", [60, 200, 900])
def test_frequency_labels_never_touch(scale: Scale, band: tuple[float, float], height: int) -> None:
    axis = FrequencyAxis(24000.0, scale)
    axis.show(*band)
    ticks = frequency_ticks(axis, height, 20)
    places = sorted(axis.y_at(tick.at, height) for tick in ticks)
    assert all(b - a >= 20 - 1e-6 for a, b in itertools.pairwise(places))
    assert len(ticks) >= (2 if height >= 200 else 1)
    assert len({tick.label for tick in ticks}) == len(ticks)


@pytest.mark.parametrize("unit", LEVEL_UNITS)
@pytest.mark.parametrize("top", [4.0, 1.0, 0.3, 0.001])
@pytest.mark.parametrize("height", [40, 120, 700])
def test_level_labels_never_touch_and_stand_on_both_sides_of_zero(unit: LevelUnit, top: float, height: int) -> None:
    axis = LevelAxis()
    axis.show(top)
    ticks = level_ticks(axis, unit, height, 16)
    places = sorted(axis.y_at(tick.at, height) for tick in ticks)
    assert all(b - a >= 16 - 1e-6 for a, b in itertools.pairwise(places))
    assert sum(tick.at > 0 for tick in ticks) == sum(tick.at < 0 for tick in ticks)
    assert any(tick.at == 0 for tick in ticks)
    if height == 700:
        assert len(ticks) > 5


def test_a_level_in_db_stands_at_its_amplitude() -> None:
    axis = LevelAxis()
    by_label = {tick.label: tick.at for tick in level_ticks(axis, "dBFS", 600, 14) if tick.at > 0}
    assert by_label["\N{MINUS SIGN}6"] == pytest.approx(10 ** (-6 / 20))

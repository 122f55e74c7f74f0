"""The axes that all views of one editor share."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.frequency_scale import FrequencyAxis
from desktop.views.level_axis import LevelAxis
from desktop.views.time_axis import TimeAxis


@dataclass(frozen=True)
class Axes:
    """Time, frequency and level: what is visible of each."""

    time: TimeAxis
    frequency: FrequencyAxis
    level: LevelAxis

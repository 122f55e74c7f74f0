"""The spectrogram's picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from desktop.views.colour_maps import ranged
from desktop.views.frequency_scale import FrequencyAxis
from desktop.views.lanes import Lanes
from desktop.views.spectrogram import SpectrogramLayer, SpectrogramLook, levels_image
from desktop.views.time_axis import TimeAxis

LANES = Lanes(2, 81, 1)


class MadeSpectrum:
    """Levels that depend on frame, row and channel alone; remembers how many columns it was asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.complete = True

    def image(
        self, start: float, stop: float, columns: int, edges_hz: NDArray[np.float64]
    ) -> tuple[NDArray[np.uint8], bool]:
        self.asked.append(columns)
        frames = np.round(start + (np.arange(columns) + 0.5) * (stop - start) / columns).astype(int)
        rows = np.arange(len(edges_hz) - 1)[:, None]
        levels = np.stack([(frames // 50 + 3 * rows + 40 * channel) % 256 for channel in range(2)])
        return levels.astype(np.uint8), self.complete


def test_the_lowest_row_lies_at_the_bottom_of_its_lane(qapp: QApplication) -> None:
    levels = np.zeros((2, LANES.lane_height, 5), np.uint8)
    levels[0, 0, 2], levels[1, 3, 4] = 255, 255
    image = levels_image(levels, LANES, SpectrogramLook())
    loud = int(ranged("viridis", -110.0, -15.0)[255])
    bright = {(x, y) for x in range(5) for y in range(81) if image.pixel(x, y) == loud}
    assert bright == {(2, LANES.lane_height - 1), (4, LANES.tops[1] + LANES.lane_height - 4)}


def test_panning_asks_only_for_what_comes_into_view_and_draws_what_a_fresh_view_would(qapp: QApplication) -> None:
    spectrum, frequency, time = MadeSpectrum(), FrequencyAxis(8000.0), TimeAxis(100_000, 16000)
    time.show(20_000, 40_000)
    layer = SpectrogramLayer(spectrum)  # type: ignore[arg-type]
    layer.image(time, frequency, LANES, 160)
    for step in (12, -50):
        time.pan(step * time.span / 160)
        panned = layer.image(time, frequency, LANES, 160)
        assert spectrum.asked[-1] == abs(step)
        assert panned == SpectrogramLayer(MadeSpectrum()).image(time, frequency, LANES, 160)  # type: ignore[arg-type]


def test_another_band_or_scale_is_asked_for_as_a_whole(qapp: QApplication) -> None:
    spectrum, frequency, time = MadeSpectrum(), FrequencyAxis(8000.0), TimeAxis(100_000, 16000)
    layer = SpectrogramLayer(spectrum)  # type: ignore[arg-type]
    layer.image(time, frequency, LANES, 160)
    frequency.set_scale("log")
    layer.image(time, frequency, LANES, 160)
    frequency.show(100, 2000)
    layer.image(time, frequency, LANES, 160)
    assert spectrum.asked == [160, 160, 160]


def test_colours_and_range_change_without_asking_again(qapp: QApplication) -> None:
    spectrum, frequency, time = MadeSpectrum(), FrequencyAxis(8000.0), TimeAxis(100_000, 16000)
    layer = SpectrogramLayer(spectrum)  # type: ignore[arg-type]
    before = layer.image(time, frequency, LANES, 160)
    layer.look = SpectrogramLook("magma", -90.0, -30.0)
    assert layer.image(time, frequency, LANES, 160) != before
    assert spectrum.asked == [160]


def test_an_incomplete_picture_is_asked_for_again_until_it_is_complete(qapp: QApplication) -> None:
    spectrum, frequency, time = MadeSpectrum(), FrequencyAxis(8000.0), TimeAxis(100_000, 16000)
    layer = SpectrogramLayer(spectrum)  # type: ignore[arg-type]
    spectrum.complete = False
    layer.image(time, frequency, LANES, 160)
    layer.forget()
    layer.image(time, frequency, LANES, 160)
    assert not layer.complete
    spectrum.complete = True
    layer.forget()
    layer.image(time, frequency, LANES, 160)
    layer.image(time, frequency, LANES, 160)
    assert layer.complete and spectrum.asked == [160] * 3


def test_the_level_at_a_place_is_that_of_its_cell(qapp: QApplication) -> None:
    layer = SpectrogramLayer(MadeSpectrum())  # type: ignore[arg-type]
    assert layer.level_at(0, 0.5, 0.5) is None
    layer.image(TimeAxis(50, 16000), FrequencyAxis(8000.0), LANES, 160)
    assert layer.level_at(0, 0.0, 1.0) is None  # byte 0: nothing known
    level_db = layer.level_at(1, 0.0, 1.0)  # byte 40
    assert level_db is not None and abs(level_db - (-150 + 150 * 40 / 255)) < 1e-9

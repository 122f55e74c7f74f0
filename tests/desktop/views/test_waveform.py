"""The waveform's picture, pixel by pixel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import QApplication

from desktop.views.colours import colours_of
from desktop.views.curve import band_limited
from desktop.views.lanes import Lanes
from desktop.views.level_axis import LevelAxis
from desktop.views.time_axis import TimeAxis
from desktop.views.traces import Look
from desktop.views.waveform import WaveformLayer, columns_image

HEIGHT = 100


class CountedPeaks:
    """Peaks straight from samples; remembers how many columns it was asked for."""

    def __init__(self, samples: NDArray[np.float32]) -> None:
        self.data = samples
        self.asked: list[int] = []

    def columns(self, start: float, stop: float, columns: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        self.asked.append(columns)
        edges = np.linspace(start, stop, columns + 1).round().astype(int)
        parts = [
            self.data[:, min(a, self.data.shape[1] - 1) : max(b, a + 1)] for a, b in itertools.pairwise(edges.tolist())
        ]
        return np.stack([p.min(axis=1) for p in parts], 1), np.stack([p.max(axis=1) for p in parts], 1)

    def samples(self, start: int, stop: int) -> NDArray[np.float32]:
        return self.data[:, start:stop]


@pytest.fixture
def look(qapp: QApplication) -> Look:
    return Look(colours_of(QPalette()), 1.0)


def drawn(low: list[float], high: list[float], look: Look, top: float = 1.0) -> QImage:
    level = LevelAxis()
    level.show(top)
    columns = np.array([low], np.float32), np.array([high], np.float32)
    return columns_image(columns, level, Lanes(1, HEIGHT, 1), look)


def rows_of(image: QImage, x: int, colour: object) -> list[int]:
    return [y for y in range(image.height()) if image.pixelColor(x, y) == colour]


def test_a_column_reaches_from_its_low_to_its_high(look: Look) -> None:
    image = drawn([-0.5] * 3, [0.8] * 3, look)
    rows = rows_of(image, 1, look.colours.wave)
    assert (rows[0], rows[-1]) == (10, 74)
    assert len(rows) == 65


def test_silence_is_a_line_of_one_pixel(look: Look) -> None:
    image = drawn([0.0] * 3, [0.0] * 3, look)
    changed = [y for y in range(HEIGHT) if image.pixelColor(1, y) != look.colours.ground]
    assert changed in ([49], [50], [49, 50])


def test_a_steep_wave_has_no_holes(look: Look) -> None:
    image = drawn([0.6, -0.7, 0.6], [0.7, -0.6, 0.7], look)
    for x in (1, 2):
        assert rows_of(image, x, look.colours.wave)[0] <= 20
        assert rows_of(image, x, look.colours.wave)[-1] >= 79


def test_zooming_the_level_draws_higher(look: Look) -> None:
    plain, zoomed = (rows_of(drawn([-0.1] * 3, [0.1] * 3, look, top), 1, look.colours.wave) for top in (1.0, 0.2))
    assert len(zoomed) == pytest.approx(5 * len(plain), abs=5)


def test_clipped_columns_are_marked_at_the_side_where_they_clip(look: Look) -> None:
    image = drawn([-0.2, -0.2, -1.0], [1.0, 0.2, 0.3], look)
    clipped = look.colours.clipped
    assert image.pixelColor(0, 0) == clipped and image.pixelColor(0, HEIGHT - 1) != clipped
    assert clipped not in (image.pixelColor(1, 0), image.pixelColor(1, HEIGHT - 1))
    assert image.pixelColor(2, HEIGHT - 1) == clipped and image.pixelColor(2, 0) != clipped


def test_what_is_not_known_is_shown_as_pending(look: Look) -> None:
    image = drawn([np.nan, -0.5, np.nan], [np.nan, 0.5, np.nan], look)
    assert rows_of(image, 0, look.colours.pending) == list(range(HEIGHT))
    assert rows_of(image, 1, look.colours.pending) == []


def test_panning_reads_only_what_comes_into_view_and_draws_what_a_fresh_view_would(look: Look) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (2, 50_000)).astype(np.float32)
    peaks, lanes, level = CountedPeaks(samples), Lanes(2, HEIGHT, 1), LevelAxis()
    time = TimeAxis(50_000, 8000)
    time.show(10_000, 20_000)
    layer = WaveformLayer(peaks)  # type: ignore[arg-type]
    layer.image(time, level, lanes, 200, look)
    for step in (30, -75, 3):
        time.pan(step * time.span / 200)
        panned = layer.image(time, level, lanes, 200, look)
        assert peaks.asked[-1] == abs(step)
        fresh = WaveformLayer(CountedPeaks(samples)).image(time, level, lanes, 200, look)  # type: ignore[arg-type]
        assert panned == fresh


def test_the_same_view_is_not_drawn_twice(look: Look) -> None:
    peaks = CountedPeaks(np.zeros((1, 9000), np.float32))
    layer, time = WaveformLayer(peaks), TimeAxis(9000, 8000)  # type: ignore[arg-type]
    first = layer.image(time, LevelAxis(), Lanes(1, HEIGHT, 1), 100, look)
    second = layer.image(time, LevelAxis(), Lanes(1, HEIGHT, 1), 100, look)
    assert first is second and peaks.asked == [100]


def test_zoomed_in_each_sample_has_a_dot_at_its_level(look: Look) -> None:
    values = np.array([[0.5, -0.5] * 20], np.float32)
    layer, time = WaveformLayer(CountedPeaks(values)), TimeAxis(40, 8000)  # type: ignore[arg-type]
    time.show(10, 20)
    image = layer.image(time, LevelAxis(), Lanes(1, HEIGHT, 1), 200, look)
    for frame in range(10, 20):
        x = round((frame + 0.5 - 10) * 20)
        assert image.pixelColor(x, 25 if frame % 2 == 0 else 75) == look.colours.wave


def test_the_curve_has_no_holes_and_ends_with_the_file(look: Look) -> None:
    values = np.array([[0.9, -0.9] * 6], np.float32)
    layer, time = WaveformLayer(CountedPeaks(values)), TimeAxis(12, 8000)  # type: ignore[arg-type]
    image = layer.image(time, LevelAxis(), Lanes(1, HEIGHT, 1), 240, look)
    first, last = 0.5 * 20, 11.5 * 20
    for x in range(240):
        drawn_rows = [
            y for y in range(HEIGHT) if image.pixelColor(x, y) not in (look.colours.ground, look.colours.line)
        ]
        by_a_dot = abs((x - first + 10) % 20 - 10) <= 5
        if first + 4 < x < last - 4 and not by_a_dot:
            assert drawn_rows == list(range(drawn_rows[0], drawn_rows[-1] + 1))
        elif x < first - 4 or x > last + 4:
            assert drawn_rows == []


def test_a_peak_of_one_sample_is_drawn_as_high_as_it_is(look: Look) -> None:
    values = np.zeros((1, 900), np.float32)
    values[0, 450] = 0.8
    layer, time = WaveformLayer(CountedPeaks(values)), TimeAxis(900, 8000)  # type: ignore[arg-type]
    image = layer.image(time, LevelAxis(), Lanes(1, HEIGHT, 1), 1000, look)  # 1.1 pixels a sample
    tops = [y for y in range(HEIGHT) if any(image.pixelColor(x, y) == look.colours.wave for x in range(490, 510))]
    assert abs(tops[0] - 10) <= 1


def test_the_curve_passes_through_the_samples_and_is_the_sine_between_them() -> None:
    frames, pixels = np.arange(200), 12.0
    sine = np.sin(2 * np.pi * 0.21 * frames + 0.3)
    xs, ys = band_limited(frames * pixels, sine.astype(np.float32), pixels)
    at_samples = np.interp(frames * pixels, xs, ys)
    assert at_samples == pytest.approx(sine, abs=1e-5)
    inside = (xs > 20 * pixels) & (xs < 180 * pixels)
    assert ys[inside] == pytest.approx(np.sin(2 * np.pi * 0.21 * xs[inside] / pixels + 0.3), abs=0.01)

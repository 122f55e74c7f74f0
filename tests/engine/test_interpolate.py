from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from engine.interpolate import context_frames, continued, extrapolated, interpolated

RATE = 44100
START = 20000


def tones(channels: int = 1) -> np.ndarray:
    """Three sines and an offset; the second channel is others."""
    time_s = np.arange(RATE) / RATE
    one = sum(a * np.sin(2 * np.pi * f * time_s) for a, f in ((0.3, 440), (0.2, 1234.5), (0.05, 5000)))
    other = 0.2 * np.sin(2 * np.pi * 777 * time_s)
    return (np.array([one, other])[:channels] + 0.1).astype(np.float32)


def around(sound: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both sides of a gap, and what is in it."""
    context = context_frames(RATE)
    end = START + frames
    return sound[:, START - context : START], sound[:, end : end + context], sound[:, START:end]


@pytest.mark.parametrize("gap_ms", [1, 5, 20])
def test_tones_come_back_in_every_channel(gap_ms) -> None:
    before, after, truth = around(tones(2), RATE * gap_ms // 1000)
    np.testing.assert_allclose(interpolated(before, after, truth.shape[1]), truth, atol=1e-3)


def test_a_click_in_noise_is_closer_than_a_straight_line(made_noise) -> None:
    coloured = signal.lfilter([1], [1, -1.6, 0.9], made_noise(rate=RATE)).astype(np.float32)
    before, after, truth = around(coloured, 40)
    line = np.linspace(before[:, -1], after[:, 0], 42)[1:-1].T
    ours = interpolated(before, after, 40)
    assert np.square(ours - truth).sum() < 0.9 * np.square(line - truth).sum()


def test_extrapolation_follows_tones_a_twentieth_of_a_second() -> None:
    before, after, truth = around(tones(), RATE // 20)
    error = np.square(extrapolated(before, after, truth.shape[1]) - truth).mean()
    assert error < 0.05 * np.square(truth).mean()


@pytest.mark.parametrize("sides", [(True, False), (False, True)])
def test_one_side_is_enough(sides) -> None:
    before, after, truth = around(tones(), 200)
    before, after = before if sides[0] else before[:, :0], after if sides[1] else after[:, :0]
    for found in (interpolated(before, after, 200), extrapolated(before, after, 200)):
        assert np.square(found - truth).mean() < 0.05 * np.square(truth).mean()


def test_nothing_around_gives_silence() -> None:
    nothing = np.zeros((2, 0), np.float32)
    assert np.array_equal(interpolated(nothing, nothing, 7), np.zeros((2, 7)))
    assert np.array_equal(extrapolated(nothing, nothing, 7), np.zeros((2, 7)))


@pytest.mark.parametrize("level", [0.0, 0.7])
def test_silence_and_an_offset_stay_what_they_are(level) -> None:
    side = np.full((1, 4000), level, np.float32)
    np.testing.assert_allclose(interpolated(side, side, 300), np.full((1, 300), level), atol=1e-6)
    np.testing.assert_allclose(continued(side, 300), np.full((1, 300), level), atol=1e-6)


def test_a_full_scale_square_stays_bounded() -> None:
    square = np.sign(np.sin(2 * np.pi * 100.5 * np.arange(RATE) / RATE)).astype(np.float32)[None]
    before, after, truth = around(square, 441)
    found = interpolated(before, after, 441)
    assert np.abs(found).max() <= 2.1
    assert np.sqrt(np.square(found - truth).mean()) < 0.3


def test_sound_of_a_few_samples_is_no_error() -> None:
    side = np.array([[0.5]], np.float32)
    assert np.isfinite(interpolated(side, side, 3)).all()
    assert np.isfinite(continued(side, 3)).all()

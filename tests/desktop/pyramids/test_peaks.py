"""Peaks of sounds that are read in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.pyramids.peaks import BLOCK_FRAMES, Peaks
from tests.desktop.pyramids.sound import Sound, noise

PeaksOf = Callable[..., Peaks]
FRAMES = 1_000_003


def test_answers_at_once_with_what_is_known(peaks_of: PeaksOf) -> None:
    sound = Sound(noise(FRAMES), delay_s=0.2)
    peaks = peaks_of(sound, wait=False)
    lows, highs = peaks.columns(0, FRAMES, 400)
    assert lows.shape == highs.shape == (1, 400)
    assert lows.dtype == np.float32
    assert np.isnan(lows).all()


def test_says_how_much_is_known(peaks_of: PeaksOf, qtbot: QtBot) -> None:
    peaks = peaks_of(Sound(noise(FRAMES)), wait=False)
    shares: list[float] = []
    peaks.grown.connect(shares.append)
    with qtbot.waitSignal(peaks.finished):
        peaks.start()
    assert shares[-1] == peaks.share == 1.0
    assert shares == sorted(shares)


def test_the_visible_stretch_comes_first(peaks_of: PeaksOf, qtbot: QtBot) -> None:
    sound = Sound(noise(6 * BLOCK_FRAMES))
    peaks = peaks_of(sound, wait=False)
    peaks.columns(4.2 * BLOCK_FRAMES, 4.8 * BLOCK_FRAMES, 100)
    qtbot.waitUntil(lambda: peaks.share == 1.0)
    order = [start // BLOCK_FRAMES for start, _ in sound.readers[0].reads]
    assert order == [4, 0, 1, 2, 3, 5]


@pytest.mark.parametrize(("start", "stop"), [(0, FRAMES), (1.5, FRAMES - 1.5), (3e5, 3.1e5), (500.2, 600.7)])
@pytest.mark.parametrize("columns", [1, 7, 1600])
def test_columns_hold_all_that_they_touch(peaks_of: PeaksOf, start: float, stop: float, columns: int) -> None:
    sound = Sound(noise(FRAMES, channels=2))
    peaks = peaks_of(sound)
    lows, highs = peaks.columns(start, stop, columns)
    edges = np.linspace(start, stop, columns + 1)
    for column in range(0, columns, max(1, columns // 50)):
        touched = sound.samples[:, int(edges[column] + 1e-6) : int(np.ceil(edges[column + 1] - 1e-6))]
        assert (lows[:, column] <= touched.min(axis=1)).all()
        assert (highs[:, column] >= touched.max(axis=1)).all()


@pytest.mark.parametrize("span", [2, 50, 1000, 20_000, 204_800, 500_000, FRAMES])
def test_a_click_of_one_sample_is_visible_at_every_zoom(peaks_of: PeaksOf, span: int) -> None:
    samples = noise(FRAMES, level=0.001)
    samples[0, 654_321] = 0.9
    peaks = peaks_of(Sound(samples))
    start = min(654_321.3 - span / 3, FRAMES - span)
    _, highs = peaks.columns(start, start + span, 800)
    shown = np.flatnonzero(highs[0] == np.float32(0.9))
    assert shown.size
    place = (654_321.5 - start) * 800 / span
    assert np.abs(shown + 0.5 - place).max() <= max(2.0, 800 / span)


def test_close_in_only_what_is_visible_is_read(peaks_of: PeaksOf) -> None:
    sound = Sound(noise(FRAMES))
    peaks = peaks_of(sound)
    lows, highs = peaks.columns(1000, 1100, 50)
    np.testing.assert_array_equal(lows[0], sound.samples[0, 1000:1100].reshape(50, 2).min(axis=1))
    np.testing.assert_array_equal(highs[0], sound.samples[0, 1000:1100].reshape(50, 2).max(axis=1))
    assert sound.reads == [(1000, 1100)] * len(sound.reads)


def test_slow_sounds_are_read_in_the_background_only(peaks_of: PeaksOf, qtbot: QtBot) -> None:
    sound = Sound(noise(FRAMES), delay_s=0.03)
    peaks = peaks_of(sound)
    sound.reads.clear()
    peaks.columns(0, 100_000, 1000)
    assert not sound.reads

    def exact() -> bool:
        return bool(
            (peaks.columns(0, 100_000, 1000)[1][0] == sound.samples[0, :100_000].reshape(1000, 100).max(1)).all()
        )

    qtbot.waitUntil(exact)
    assert not sound.reads


def test_outside_the_sound_there_is_nothing(peaks_of: PeaksOf) -> None:
    peaks = peaks_of(Sound(noise(1000)))
    lows, _ = peaks.columns(-500, 1500, 20)
    assert np.isnan(lows[0]).tolist() == [True] * 5 + [False] * 10 + [True] * 5
    assert np.isnan(peaks.columns(2000, 3000, 20)[0]).all()


def test_samples_are_those_of_the_sound(peaks_of: PeaksOf) -> None:
    sound = Sound(noise(1000, channels=2))
    samples = peaks_of(sound).samples(-10, 20)
    assert np.isnan(samples[:, :10]).all()
    np.testing.assert_array_equal(samples[:, 10:], sound.samples[:, :20])


@pytest.mark.parametrize("length", [1, 100, 300_000])
@pytest.mark.parametrize("start", [0, 127, 128, 400_001])
def test_refreshed_peaks_equal_fresh_ones(peaks_of: PeaksOf, qtbot: QtBot, start: int, length: int) -> None:
    sound = Sound(noise(FRAMES))
    peaks = peaks_of(sound)
    sound.samples[:, start : start + length] *= 4
    with qtbot.waitSignal(peaks.finished):
        peaks.refresh(start, start + length)
    fresh = peaks_of(sound)
    for level in range(len(fresh.pyramid.lows)):
        np.testing.assert_array_equal(peaks.pyramid.lows[level], fresh.pyramid.lows[level])
        np.testing.assert_array_equal(peaks.pyramid.highs[level], fresh.pyramid.highs[level])


def test_small_changes_show_at_once(peaks_of: PeaksOf) -> None:
    sound = Sound(noise(FRAMES))
    peaks = peaks_of(sound)
    sound.samples[0, 500_000] = 0.9
    peaks.refresh(500_000, 500_001)
    assert peaks.columns(0, FRAMES, 100)[1].max() == np.float32(0.9)


def test_changes_while_the_pyramid_is_built_are_not_lost(peaks_of: PeaksOf, qtbot: QtBot) -> None:
    sound = Sound(noise(6 * BLOCK_FRAMES), delay_s=0.02)
    peaks = peaks_of(sound, wait=False)
    peaks.start()
    for part in range(30):
        at = part * 50_000 % sound.frames
        sound.samples[:, at : at + 40_000] = noise(40_000, seed=part)
        peaks.refresh(at, at + 40_000)
        qtbot.wait(3)
    qtbot.waitUntil(lambda: peaks.share == 1.0 and not peaks._outdated)
    qtbot.wait(100)
    fresh = peaks_of(sound)
    np.testing.assert_array_equal(peaks.pyramid.lows[0], fresh.pyramid.lows[0])
    np.testing.assert_array_equal(peaks.pyramid.highs[-1], fresh.pyramid.highs[-1])


def test_close_in_changes_show_at_once_even_of_slow_sounds(peaks_of: PeaksOf, qtbot: QtBot) -> None:
    sound = Sound(noise(FRAMES), delay_s=0.03)
    peaks = peaks_of(sound)
    peaks.columns(0, 50_000, 1000)
    qtbot.waitUntil(lambda: peaks._near is not None)
    sound.samples[0, 25_000] = 0.9
    peaks.refresh(25_000, 25_001)
    qtbot.waitUntil(lambda: bool(np.nanmax(peaks.columns(0, 50_000, 1000)[1]) == np.float32(0.9)))


def test_what_cannot_be_read_is_not_known_and_the_rest_is(peaks_of: PeaksOf) -> None:
    samples = noise(FRAMES)
    samples[0, 500_000] = np.nan
    peaks = peaks_of(Sound(samples))
    lows, _ = peaks.columns(0, FRAMES, 1000)
    unknown = np.flatnonzero(np.isnan(lows[0]))
    assert 0 < unknown.size < 10
    assert unknown.min() > 494 and unknown.max() < 506
    assert np.isnan(peaks.columns(499_900, 500_100, 200)[0]).any()


@pytest.mark.parametrize(
    ("channels", "frames", "rate"), [(1, 1, 48000), (2, 336, 48000), (32, 9000, 8000), (1, 0, 8000)]
)
def test_tiny_and_odd_sounds_are_drawn(peaks_of: PeaksOf, channels: int, frames: int, rate: int) -> None:
    sound = Sound(noise(frames, channels), rate)
    peaks = peaks_of(sound)
    for columns in (0, 1, 3, 1600):
        lows, highs = peaks.columns(0, max(frames, 1), columns)
        assert lows.shape == (channels, columns)
        if frames and columns:
            assert np.nanmax(highs) == sound.samples.max()
            assert np.nanmin(lows) == sound.samples.min()
    peaks.refresh(0, frames)


def test_closing_ends_the_thread_within_a_block(peaks_of: PeaksOf, qtbot: QtBot) -> None:
    sound = Sound(noise(40 * BLOCK_FRAMES), delay_s=0.01)
    peaks = peaks_of(sound, wait=False)
    peaks.start()
    qtbot.waitUntil(lambda: bool(sound.readers and sound.readers[0].reads))
    reads = len(sound.readers[0].reads)
    peaks.close()
    assert len(sound.readers[0].reads) <= reads + 2
    assert "peaks" not in {thread.name for thread in threading.enumerate()}
    assert sound.readers[0].closed
    peaks.close()


def test_a_source_that_is_gone_is_told_of(peaks_of: PeaksOf, qtbot: QtBot) -> None:
    sound = Sound(noise(FRAMES))
    peaks = peaks_of(sound, wait=False)

    def gone() -> Sound:
        raise FileNotFoundError("sound.wav is gone")

    peaks._builder._make_reader = gone
    with qtbot.waitSignal(peaks.failed) as told:
        peaks.start()
    assert told.args == ["sound.wav is gone"]
    assert np.isnan(peaks.columns(0, FRAMES, 10)[0]).all()

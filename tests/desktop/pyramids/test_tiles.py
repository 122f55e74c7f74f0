"""Levels of tiles."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.pyramids.tiles import TILE_COLUMNS, Tile, TileJob, TileKey
from tests.desktop.pyramids.sound import Sound, noise, sine

WINDOW = 2048
STEP_DB = 150 / 255


def made(sound: Sound, key: TileKey, *, draft: bool = False, old: Tile | None = None) -> Tile:
    job = TileJob(key, sound.channels, draft, old)
    while not job.done:
        job.advance(sound)
    return job.finished()


def db(values: np.ndarray) -> np.ndarray:
    return -150 + values.astype(float) * STEP_DB


@pytest.mark.parametrize("draft", [False, True])
@pytest.mark.parametrize("level", [6, 9, 11, 13])
@pytest.mark.parametrize("hz", [1000.0, 1003.7, 7011.0, 15555.5])
def test_a_full_scale_sine_is_at_0_db_wherever_it_lies_between_bins(hz: float, level: int, draft: bool) -> None:
    sound = Sound(sine(hz, 40 * 2**13, peak=0.999))
    tile = made(sound, TileKey(WINDOW, level, 0), draft=draft)
    column = (sound.frames >> level) // 2 if level == 13 else 128
    assert abs(db(tile.values[0, :, column]).max()) <= 0.5
    assert abs(int(tile.values[0, :, column].argmax()) - hz * WINDOW / 48000) <= 0.6


@pytest.mark.parametrize("peak_db", [-20.0, -60.0, -100.0])
def test_levels_are_linear_in_db(peak_db: float) -> None:
    sound = Sound(sine(1500.0, 1 << 16, peak=10 ** (peak_db / 20)))
    tile = made(sound, TileKey(WINDOW, 8, 0))
    assert abs(db(tile.values[0, 64, 128]) - peak_db) <= 0.5


def test_noise_keeps_its_level_at_every_zoom() -> None:
    """Within 1.5 dB of the mean power, from 1 window in a column to 64."""
    sound = Sound(noise(1 << 22))
    expected_db = 10 * np.log10(0.1**2 * 4 * 0.375 / (WINDOW * 0.25))
    for level in range(8, 17):
        values = made(sound, TileKey(WINDOW, level, 0)).values[0, 100:900, : (1 << 22) >> level]
        mean_db = 10 * np.log10(np.mean(10 ** (db(values) / 10)))
        assert abs(mean_db - expected_db) < 1.5, level


@pytest.mark.parametrize("level", range(6, 18))
def test_a_click_stands_out_at_every_zoom(level: int) -> None:
    """A click of full scale in noise at -60 dB: at least 12 dB above what is around it."""
    samples = noise(1 << 21, level=0.001)
    place = 1_234_567
    samples[0, place] = 1.0
    column = place >> level
    tile = made(Sound(samples), TileKey(WINDOW, level, column // TILE_COLUMNS))
    levels_db = np.median(db(tile.values[0, 50:1000]), axis=0)
    other = np.median(levels_db[levels_db > -149])
    assert levels_db[max(column % TILE_COLUMNS - 1, 0) : column % TILE_COLUMNS + 2].max() > other + 12


def test_a_draft_reads_less_than_the_final_tile() -> None:
    sound = Sound(noise(1 << 22))
    key = TileKey(WINDOW, 15, 0)
    made(sound, key, draft=True)
    drafted = sum(stop - start for start, stop in sound.reads)
    sound.reads.clear()
    made(sound, key)
    assert drafted < 0.6 * sum(stop - start for start, stop in sound.reads)


def test_outdated_columns_are_made_anew_and_equal_a_fresh_tile() -> None:
    sound = Sound(noise(1 << 20, channels=2))
    key = TileKey(WINDOW, 11, 0)
    tile = made(sound, key)
    sound.samples[:, 300_000:310_000] *= 10
    tile.touch(key.columns_of(300_000, 310_000))
    sound.reads.clear()
    again = made(sound, key, old=tile)
    assert sum(stop - start for start, stop in sound.reads) < 40_000
    assert again.final
    np.testing.assert_array_equal(again.values, made(sound, key).values)


@pytest.mark.parametrize("channels", [1, 3, 32])
@pytest.mark.parametrize("window", [256, 8192])
@pytest.mark.parametrize("level", [3, 12, 19])
def test_tiles_made_in_any_portions_agree_with_their_definition(channels: int, window: int, level: int) -> None:
    """The mean over the windows' powers of one column, by the definition; 1 dB for loud windows and maxima."""
    sound = Sound(noise(1 << 18, channels))
    key = TileKey(window, level, 0)
    column = min(20, (sound.frames >> level) // 2)
    tile = made(sound, key)
    count = max(1, 2 * key.hop // window)
    step = key.hop // count
    padded = np.pad(sound.samples[0], (window, window + key.hop))
    starts = window + column * key.hop + step // 2 - window // 2 + step * np.arange(count)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    spectra = np.fft.rfft([padded[s : s + window] * hann for s in starts if s + window <= len(padded)])
    powers = (np.abs(spectra) * 2 / hann.sum()) ** 2
    mean_db = 10 * np.log10(powers.sum(axis=0) / count)
    shown = db(tile.values[0, :, column])
    assert (shown >= mean_db - STEP_DB).all()
    loudest_db = 10 * np.log10(powers.max(axis=0) / np.sum(1 / np.arange(1, count + 1)))
    assert (shown <= np.maximum(mean_db, loudest_db) + 1.42 + STEP_DB).all()


def test_what_cannot_be_read_is_silence_and_the_rest_is_shown() -> None:
    samples = noise(1 << 18)
    samples[0, 1000] = np.nan
    tile = made(Sound(samples), TileKey(WINDOW, 10, 0))
    assert tile.values[0, 100, 200:].min() > 0
    assert tile.values[0, :, 1].max() == 1


def test_nothing_overflows_in_sounds_far_above_full_scale() -> None:
    tile = made(Sound(noise(1 << 16, level=1e30)), TileKey(WINDOW, 8, 0))
    assert (tile.values[0, :, 100] == 255).all()

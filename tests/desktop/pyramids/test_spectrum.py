"""Spectrogram pictures of sounds that are read in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.pyramids.spectrum import TILES, WINDOWS, Spectrum, to_db
from tests.desktop.pyramids.sound import Sound, noise, sine

SpectrumOf = Callable[..., Spectrum]
WholeImage = Callable[..., Any]
FRAMES = 2_000_000
SCALES = {
    "linear": np.linspace(0, 24000, 401),
    "log": np.geomspace(20, 24000, 401),
    "mel": 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 24000 / 700), 401) / 2595) - 1),
}


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("span", [300, 5000, 400_000, FRAMES])
def test_a_full_scale_sine_reads_0_db_at_its_frequency(
    spectrum_of: SpectrumOf, whole_image: WholeImage, scale: str, span: int
) -> None:
    edges_hz, hz = SCALES[scale], 3010.0
    spectrum = spectrum_of(Sound(sine(hz, FRAMES, peak=0.999)))
    start = (FRAMES - span) / 2
    levels_db = to_db(whole_image(spectrum, start, start + span, 200, edges_hz))[0, :, 100]
    row = int(np.searchsorted(edges_hz, hz)) - 1
    near = slice(max(row - 2, 0), row + 3)
    assert abs(levels_db[near].max()) <= 0.5
    assert levels_db.max() == levels_db[near].max()
    assert levels_db[edges_hz[:-1] > 2 * hz].max() < -80


def test_answers_at_once_with_nothing_and_asks_for_the_rest(spectrum_of: SpectrumOf, qtbot: QtBot) -> None:
    sound = Sound(noise(FRAMES), delay_s=0.1)
    spectrum = spectrum_of(sound)
    image, complete = spectrum.image(0, FRAMES, 300, SCALES["linear"])
    assert not sound.reads
    assert image.shape == (1, 400, 300) and image.dtype == np.uint8
    assert not image.any() and not complete


def test_says_when_there_is_more(spectrum_of: SpectrumOf, qtbot: QtBot) -> None:
    spectrum = spectrum_of(Sound(noise(FRAMES)))
    with qtbot.waitSignal(spectrum.ready):
        spectrum.image(0, FRAMES, 300, SCALES["linear"])
    assert spectrum.image(0, FRAMES, 300, SCALES["linear"])[0].any()


@pytest.mark.parametrize("window", WINDOWS)
def test_the_window_sets_how_close_tones_may_be(spectrum_of: SpectrumOf, whole_image: WholeImage, window: int) -> None:
    spectrum = spectrum_of(Sound(sine(6000, FRAMES, peak=0.9)), window=256)
    spectrum.set_window(window)
    image = whole_image(spectrum, 0, FRAMES, 50, np.linspace(0, 24000, 4801))
    wide = np.count_nonzero(to_db(image)[0, :, 25] > -6) * 5.0
    assert wide < 3 * 48000 / window + 10
    assert wide > 0.5 * 48000 / window


def test_other_windows_are_refused(spectrum_of: SpectrumOf) -> None:
    with pytest.raises(ValueError, match="1000"):
        spectrum_of(Sound(noise(10))).set_window(1000)


def test_a_coarser_or_finer_picture_stands_in_until_the_right_one_comes(
    spectrum_of: SpectrumOf, whole_image: WholeImage
) -> None:
    sound = Sound(sine(3000, FRAMES))
    spectrum = spectrum_of(sound)
    edges_hz = SCALES["linear"]
    whole_image(spectrum, 0, 400_000, 800, edges_hz)
    for readers in sound.readers:
        readers.delay_s = 0.5
    for start, stop in ((100_000, 200_000), (150_000, 160_000), (0, 1_000_000)):
        image, complete = spectrum.image(start, stop, 800, edges_hz)
        assert not complete
        shown = to_db(image)[0, 50, : 800 * (400_000 - start) // (stop - start) - 4]
        assert shown.min() > -1


def test_the_picture_of_another_window_stands_in(spectrum_of: SpectrumOf, whole_image: WholeImage) -> None:
    sound = Sound(sine(3000, FRAMES))
    spectrum = spectrum_of(sound)
    whole_image(spectrum, 0, 400_000, 800, SCALES["linear"])
    sound.readers[0].delay_s = 0.5
    spectrum.set_window(4096)
    image, complete = spectrum.image(0, 400_000, 800, SCALES["linear"])
    assert not complete
    assert to_db(image)[0, 50].min() > -7


@pytest.mark.parametrize("span", [20_000, 400_000, FRAMES])
def test_a_refreshed_picture_equals_a_fresh_one(
    spectrum_of: SpectrumOf, whole_image: WholeImage, qtbot: QtBot, span: int
) -> None:
    sound = Sound(noise(FRAMES))
    spectrum = spectrum_of(sound)
    view = (0, span, 500, SCALES["log"])
    before = whole_image(spectrum, *view)
    sound.samples[:, 5000:15_000] *= 8
    spectrum.refresh(5000, 15_000)
    shown, complete = spectrum.image(*view)
    assert not complete
    assert shown.any()
    after = whole_image(spectrum, *view)
    assert (after != before).any()
    np.testing.assert_array_equal(after, whole_image(spectrum_of(sound), *view))


def test_changes_while_tiles_are_made_are_not_lost(
    spectrum_of: SpectrumOf, whole_image: WholeImage, qtbot: QtBot
) -> None:
    sound = Sound(noise(FRAMES), delay_s=0.002)
    spectrum = spectrum_of(sound)
    view = (0, FRAMES, 1000, SCALES["linear"])
    for part in range(20):
        spectrum.image(*view)
        at = part * 90_000
        sound.samples[:, at : at + 30_000] = noise(30_000, seed=part)
        spectrum.refresh(at, at + 30_000)
        qtbot.wait(5)
    np.testing.assert_array_equal(whole_image(spectrum, *view), whole_image(spectrum_of(sound), *view))


def test_what_is_no_longer_visible_is_not_made(spectrum_of: SpectrumOf, qtbot: QtBot) -> None:
    sound = Sound(noise(8_000_000), delay_s=0.005)
    spectrum = spectrum_of(sound)
    edges_hz = SCALES["linear"]
    for start in range(0, 6_000_000, 500_000):
        spectrum.image(start, start + 200_000, 1600, edges_hz)
        qtbot.wait(10)
    qtbot.waitUntil(lambda: spectrum.image(5_500_000, 5_700_000, 1600, edges_hz)[1])
    covered = sum(stop - start for start, stop in sound.readers[0].reads)
    assert covered < 3_000_000


def test_two_viewers_are_both_served(spectrum_of: SpectrumOf, qtbot: QtBot) -> None:
    spectrum = spectrum_of(Sound(noise(FRAMES)))
    views = {"left": (0, 300_000), "right": (1_000_000, 1_300_000)}
    done: dict[str, bool] = {}

    def paint() -> None:
        for viewer, span in views.items():
            done[viewer] = spectrum.image(*span, 800, SCALES["linear"], viewer=viewer)[1]

    spectrum.ready.connect(paint)
    paint()
    qtbot.waitUntil(lambda: all(done.values()))


def test_outside_the_sound_there_is_nothing(spectrum_of: SpectrumOf, whole_image: WholeImage) -> None:
    spectrum = spectrum_of(Sound(noise(100_000)))
    image = whole_image(spectrum, -100_000, 200_000, 300, SCALES["linear"])
    assert not image[:, :, :100].any() and not image[:, :, 200:].any()
    assert image[:, 10:, 101:199].min() > 0
    assert spectrum.image(200_000, 300_000, 10, SCALES["linear"])[1]


def test_above_the_highest_frequency_there_is_nothing(spectrum_of: SpectrumOf, whole_image: WholeImage) -> None:
    image = whole_image(spectrum_of(Sound(noise(100_000), rate=8000)), 0, 100_000, 30, np.linspace(0, 8000, 81))
    assert image[:, :40].min() > 0
    assert not image[:, 42:].any()


@pytest.mark.parametrize(
    ("channels", "frames", "rate"), [(1, 1, 48000), (2, 336, 48000), (32, 9000, 8000), (1, 5000, 192000), (1, 0, 8000)]
)
def test_tiny_and_odd_sounds_are_drawn(
    spectrum_of: SpectrumOf, whole_image: WholeImage, channels: int, frames: int, rate: int
) -> None:
    spectrum = spectrum_of(Sound(noise(frames, channels), rate))
    for columns in (0, 1, 1600):
        image = whole_image(spectrum, 0, max(frames, 1), columns, np.linspace(0, rate / 2, 101))
        assert image.shape == (channels, 100, columns)
        assert image.any() == bool(frames and columns)
    spectrum.refresh(0, frames)


def test_many_channels_become_coarse_before_they_pass_the_memory(
    spectrum_of: SpectrumOf, whole_image: WholeImage
) -> None:
    spectrum = spectrum_of(Sound(noise(100_000, channels=32)), window=8192)
    whole_image(spectrum, 0, 100_000, 1600, np.linspace(0, 24000, 26))
    assert 0 < TILES.bytes <= TILES.limit_bytes


def test_tiles_long_unseen_make_room_and_closing_lets_go_of_the_rest(
    spectrum_of: SpectrumOf, whole_image: WholeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TILES, "limit_bytes", 4 << 20)
    spectra = [spectrum_of(Sound(noise(FRAMES, seed=seed))) for seed in (1, 2)]
    for start in range(0, FRAMES - 100_000, 100_000):
        for spectrum in spectra:
            whole_image(spectrum, start, start + 100_000, 400, SCALES["linear"])
            assert TILES.bytes <= 4 << 20
    assert len({owner for (owner, _), _ in TILES.items()}) == 2
    for spectrum in spectra:
        spectrum.close()
    assert TILES.bytes == len(TILES.items()) == 0


def test_closing_ends_the_thread_before_all_is_read(spectrum_of: SpectrumOf, qtbot: QtBot) -> None:
    sound = Sound(noise(FRAMES, channels=8))
    spectrum = spectrum_of(sound, window=8192)
    spectrum.image(0, FRAMES, 1600, SCALES["linear"])
    qtbot.waitUntil(lambda: bool(sound.readers and sound.readers[0].reads))
    reads = len(sound.readers[0].reads)
    spectrum.close()
    assert len(sound.readers[0].reads) <= reads + 2
    assert "spectrum" not in {thread.name for thread in threading.enumerate()}
    assert sound.readers[0].closed
    spectrum.close()

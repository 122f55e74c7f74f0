"""Peaks kept on disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.pyramids.cache import PeakCache, key_of
from desktop.pyramids.peaks import Peaks
from desktop.pyramids.readable import Origin
from tests.desktop.pyramids.sound import Sound, noise

PeaksOf = Callable[..., Peaks]
FRAMES = 600_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sound.wav"
    path.write_bytes(b"some sound")
    return path


def kept(cache: PeakCache) -> list[Path]:
    return sorted(cache.folder.glob("*")) if cache.folder.exists() else []


def built(peaks_of: PeaksOf, qtbot: QtBot, cache: PeakCache, sound: Sound, origin: Origin) -> Peaks:
    peaks = peaks_of(sound, origin=origin)
    qtbot.waitUntil(lambda: len(kept(cache)) == 1 and kept(cache)[0].suffix == ".peaks")
    return peaks


def test_what_was_kept_is_drawn_without_reading_the_sound(
    peaks_of: PeaksOf, qtbot: QtBot, cache: PeakCache, file: Path
) -> None:
    sound = Sound(noise(FRAMES, channels=2))
    origin = Origin(file, sound.reader)
    first = built(peaks_of, qtbot, cache, sound, origin)
    sound.readers.clear()
    again = peaks_of(sound, origin=origin)
    assert [reader.reads for reader in sound.readers] == [[]]
    for level in range(len(first.pyramid.lows)):
        np.testing.assert_array_equal(again.pyramid.lows[level], first.pyramid.lows[level])
        np.testing.assert_array_equal(again.pyramid.highs[level], first.pyramid.highs[level])


def test_changed_stretches_of_a_kept_sound_are_read_anew(
    peaks_of: PeaksOf, qtbot: QtBot, cache: PeakCache, file: Path
) -> None:
    source = Sound(noise(FRAMES))
    origin = Origin(file, source.reader)
    built(peaks_of, qtbot, cache, source, origin)
    document = Sound(source.samples.copy())
    document.samples[0, 300_000:310_000] *= 5
    opened = peaks_of(document, origin=origin, changed=[(300_000, 310_000)])
    fresh = peaks_of(document)
    np.testing.assert_array_equal(opened.pyramid.lows[0], fresh.pyramid.lows[0])


def test_takes_are_not_kept_with_the_source(peaks_of: PeaksOf, qtbot: QtBot, cache: PeakCache, file: Path) -> None:
    source = Sound(noise(FRAMES))
    document = Sound(source.samples.copy())
    document.samples[0, 1000:400_000] *= 5
    origin = Origin(file, source.reader)
    peaks = peaks_of(document, origin=origin, changed=[(1000, 400_000)])
    qtbot.waitUntil(lambda: len(kept(cache)) == 1)
    assert np.nanmax(peaks.pyramid.highs[0]) == document.samples.max()
    opened = peaks_of(source, origin=origin)
    np.testing.assert_array_equal(opened.pyramid.highs[0], peaks_of(source).pyramid.highs[0])


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-100], lambda b: b[:5000] + b"x" + b[5001:], lambda b: b"", lambda b: b"\xff\n" + b]
)
def test_damaged_peaks_are_made_anew(
    peaks_of: PeaksOf, qtbot: QtBot, cache: PeakCache, file: Path, damage: Callable[[bytes], bytes]
) -> None:
    sound = Sound(noise(FRAMES))
    origin = Origin(file, sound.reader)
    first = built(peaks_of, qtbot, cache, sound, origin)
    whole = kept(cache)[0].read_bytes()
    kept(cache)[0].write_bytes(damage(whole))
    again = peaks_of(sound, origin=origin)
    np.testing.assert_array_equal(again.pyramid.lows[0], first.pyramid.lows[0])
    qtbot.waitUntil(lambda: kept(cache)[0].read_bytes() == whole)


def test_another_file_of_the_same_name_has_other_peaks(file: Path) -> None:
    origin = Origin(file, lambda: Sound(noise(1)))
    before = key_of(origin, 1, 2)
    assert key_of(origin, 1, 2) == before
    assert key_of(origin, 2, 2) != before
    assert key_of(Origin(file, origin.make_reader, repaired=True), 1, 2) != before
    os.utime(file, ns=(1, 1))
    assert key_of(origin, 1, 2) != before
    file.unlink()
    assert key_of(origin, 1, 2) is None


def test_the_least_recently_used_are_removed_over_the_limit(tmp_path: Path) -> None:
    cache = PeakCache(tmp_path, limit_bytes=3 * 8200)
    one = np.zeros((2, 1, 1000), np.float32)
    for age, name in enumerate(("a.peaks", "b.peaks", "c.peaks")):
        cache.save(name, one)
        os.utime(tmp_path / name, (age, age))
    assert cache.load("a.peaks", (1, 1000)) is not None  # used: now the youngest
    cache.save("d.peaks", one)
    assert {path.name for path in tmp_path.iterdir()} == {"a.peaks", "c.peaks", "d.peaks"}


def test_files_of_a_program_that_was_killed_are_removed(tmp_path: Path) -> None:
    (tmp_path / "a.peaks.0.part").write_bytes(b"half")
    os.utime(tmp_path / "a.peaks.0.part", (1, 1))
    (tmp_path / "b.peaks.0.part").write_bytes(b"another program's, being written")
    PeakCache(tmp_path).save("c.peaks", np.zeros((2, 1, 10), np.float32))
    assert {path.name for path in tmp_path.iterdir()} == {"b.peaks.0.part", "c.peaks"}


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(
    peaks_of: PeaksOf, qtbot: QtBot, tmp_path: Path, file: Path, cache: PeakCache
) -> None:
    cache.folder.write_bytes(b"a file where the folder should be")
    sound = Sound(noise(FRAMES))
    peaks = peaks_of(sound, origin=Origin(file, sound.reader))
    assert peaks.share == 1.0
    assert cache.folder.read_bytes() == b"a file where the folder should be"

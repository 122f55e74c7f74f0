"""Pyramids of real files, through the engine's clips."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from desktop.pyramids.cache import PeakCache
from desktop.pyramids.peaks import Peaks
from desktop.pyramids.readable import Origin
from desktop.pyramids.spectrum import Spectrum
from engine.audio import open_clip
from tests.desktop.pyramids.sound import noise


@pytest.mark.parametrize(
    ("name", "subtype", "channels", "rate", "frames"),
    [
        ("a.wav", "PCM_16", 2, 48000, 700_000),
        ("a.wav", "FLOAT", 32, 192000, 40_000),
        ("a.flac", "PCM_24", 1, 8000, 300_000),
        ("a.ogg", "VORBIS", 2, 44100, 300_000),
        ("a.mp3", "MPEG_LAYER_III", 1, 44100, 300_000),
        ("a.wav", "PCM_16", 1, 48000, 1),
        ("a.wav", "PCM_16", 2, 48000, 336),
    ],
)
def test_recordings_of_any_kind_are_drawn_as_they_are_read(
    qtbot: QtBot, cache: PeakCache, tmp_path: Path, name: str, subtype: str, channels: int, rate: int, frames: int
) -> None:
    path = tmp_path / name
    soundfile.write(path, noise(frames, channels).T, rate, subtype)
    origin = Origin(path, lambda: open_clip(path))
    with (
        open_clip(path) as clip,
        closing(Peaks(clip, origin.make_reader, origin=origin, cache=cache)) as peaks,
        closing(Spectrum(clip, origin.make_reader)) as spectrum,
    ):
        sound = clip.read(0, clip.frames)
        with qtbot.waitSignal(peaks.finished):
            peaks.start()
        lows, highs = peaks.columns(0, clip.frames, 100)
        np.testing.assert_array_equal(lows.min(axis=1), sound.min(axis=1))
        np.testing.assert_array_equal(highs.max(axis=1), sound.max(axis=1))
        edges_hz = np.linspace(0, rate / 2, 101)
        qtbot.waitUntil(lambda: spectrum.image(0, clip.frames, 100, edges_hz)[1])
        assert spectrum.image(0, clip.frames, 100, edges_hz)[0].any(axis=(1, 2)).all()


def test_a_recording_that_is_not_finite_shows_what_is(qtbot: QtBot, cache: PeakCache, tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    sound = noise(100_000)
    sound[0, 50_000] = np.nan
    soundfile.write(path, sound.T, 48000, "FLOAT")
    origin = Origin(path, lambda: open_clip(path))
    with open_clip(path) as clip, closing(Peaks(clip, origin.make_reader, origin=origin, cache=cache)) as peaks:
        with qtbot.waitSignal(peaks.finished):
            peaks.start()
        unknown = np.isnan(peaks.columns(0, 100_000, 100)[0][0])
        assert np.flatnonzero(unknown).tolist() == [50, 51, 52]  # whole columns of the unreadable 4096 frames
    assert not cache.folder.exists()


def test_a_window_without_pictures_loads_no_scipy(run_python: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    code = (
        "import sys, desktop.pyramids.peaks, desktop.pyramids.spectrum; print({'scipy', 'torch'} & sys.modules.keys())"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "set()"

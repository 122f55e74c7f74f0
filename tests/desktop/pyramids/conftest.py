"""Pyramids that are closed after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.pyramids.cache import PeakCache
from desktop.pyramids.peaks import Peaks
from desktop.pyramids.spectrum import Spectrum
from tests.desktop.pyramids.sound import Sound


@pytest.fixture
def cache(tmp_path: Path) -> PeakCache:
    return PeakCache(tmp_path / "peaks")


@pytest.fixture
def peaks_of(qtbot: QtBot, cache: PeakCache) -> Iterator[Callable[..., Peaks]]:
    """A function that makes the peaks of a sound, and waits until they are whole unless told otherwise."""
    made: list[Peaks] = []

    def make(sound: Sound, *, wait: bool = True, **arguments: Any) -> Peaks:
        peaks = Peaks(sound, sound.reader, cache=cache, **arguments)
        made.append(peaks)
        if wait:
            with qtbot.waitSignal(peaks.finished, timeout=10000):
                peaks.start()
        return peaks

    yield make
    for peaks in made:
        peaks.close()


@pytest.fixture
def spectrum_of() -> Iterator[Callable[..., Spectrum]]:
    """A function that makes the spectrum of a sound."""
    made: list[Spectrum] = []

    def make(sound: Sound, **arguments: Any) -> Spectrum:
        made.append(Spectrum(sound, sound.reader, **arguments))
        return made[-1]

    yield make
    for spectrum in made:
        spectrum.close()


@pytest.fixture
def whole_image(qtbot: QtBot) -> Callable[..., Any]:
    """A function that asks for an image until it is complete."""

    def ask(spectrum: Spectrum, *view: Any) -> Any:
        found = []

        def complete() -> bool:
            image, done = spectrum.image(*view)
            found.append(image)
            return done

        qtbot.waitUntil(complete, timeout=10000)
        return found[-1]

    return ask

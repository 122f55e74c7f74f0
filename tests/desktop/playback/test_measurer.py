"""Loudness that is measured ahead: at first of the beginning, then of all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from desktop.playback import measurer as module
from desktop.playback.matching import level_of
from desktop.playback.measurer import Measurer, Question
from engine.errors import RecordingError
from tests.desktop.playback.conftest import RATE, Sound, Tape, noise

KEYS = ("a", "b", "c")
FRAMES = 6 * RATE


class Torn(Tape):
    """A voice that can be read for three seconds."""

    def read(self, start: int, stop: int) -> Sound:
        if stop > 3 * RATE:
            raise RecordingError("torn")
        return super().read(start, stop)


@pytest.fixture
def measurer(qapp) -> Iterator[Measurer]:
    made = Measurer()
    yield made
    made.close()
    made.deleteLater()


def louder_later(seed: int, by: float) -> Sound:
    """Noise that is ``by`` times as loud from the third second on."""
    sound = noise(seed, FRAMES)
    sound[:, 2 * RATE :] *= by
    return sound


def test_the_beginning_stands_for_all_until_all_is_measured(qtbot, measurer, monkeypatch) -> None:
    monkeypatch.setattr(module, "FIRST_S", 1.0)
    voices = tuple(Tape(louder_later(seed, by)) for seed, by in enumerate((1.0, 4.0, 0.5)))
    seen = []
    measurer.measured.connect(lambda: seen.append(measurer.known(KEYS)))
    measurer.ask(Question(voices, KEYS, 0, FRAMES))
    qtbot.waitUntil(lambda: len(seen) == 2, timeout=10000)
    assert seen[-1].is_whole
    whole = [level_of(voice, 0, FRAMES).lufs for voice in voices]
    assert [level.lufs for level in seen[-1].levels] == whole
    assert seen[-1].relative_db(1) == pytest.approx(whole[0] - whole[1])
    assert abs(seen[-1].relative_db(1)) > 8  # of the beginning alone it is 0
    qtbot.waitUntil(lambda: all(voice.closed for voice in voices), timeout=5000)


def test_a_short_stretch_is_measured_once(qtbot, measurer, monkeypatch) -> None:
    read = []
    monkeypatch.setattr(module, "level_of", lambda *question: read.append(question) or level_of(*question))
    voices = tuple(Tape(noise(seed, RATE)) for seed in range(3))
    with qtbot.waitSignal(measurer.measured, timeout=10000):
        measurer.ask(Question(voices, KEYS, 0, RATE))
    assert len(read) == 3 and measurer.known(KEYS).is_whole


def test_what_cannot_be_read_to_its_end_is_known_by_its_beginning(qtbot, measurer, monkeypatch) -> None:
    monkeypatch.setattr(module, "FIRST_S", 1.0)
    voices = (Tape(noise(0, FRAMES)), Torn(noise(1, FRAMES)), Tape(noise(2, FRAMES)))
    measurer.ask(Question(voices, KEYS, 0, FRAMES))
    qtbot.waitUntil(lambda: (known := measurer.known(KEYS)) is not None and known.is_whole, timeout=10000)
    assert measurer.known(KEYS).levels[1].lufs == level_of(voices[1], 0, RATE).lufs


def test_one_that_cannot_be_read_takes_none_of_the_others_along(qtbot, measurer) -> None:
    voices = (Tape(noise(0, FRAMES)), Torn(noise(1, FRAMES)), Tape(noise(2, FRAMES)))
    with qtbot.waitSignal(measurer.measured, timeout=10000):
        measurer.ask(Question(voices, KEYS, 0, FRAMES))
    assert measurer.known(("a", "c", "c")).levels[1].lufs == level_of(voices[2], 0, FRAMES).lufs


def test_the_same_question_does_not_begin_anew(qtbot, measurer, monkeypatch) -> None:
    """As each seek asks it: a long stretch would never be known whole."""
    monkeypatch.setattr(module, "FIRST_S", 1.0)
    voices = tuple(Tape(noise(seed, FRAMES)) for seed in range(3))
    again = [tuple(Tape(noise(seed, FRAMES)) for seed in range(3)) for _ in range(20)]
    read = []
    monkeypatch.setattr(module, "level_of", lambda *question: read.append(question) or level_of(*question))
    for each in (voices, *again):
        measurer.ask(Question(each, KEYS, 0, FRAMES))
    qtbot.waitUntil(lambda: (known := measurer.known(KEYS)) is not None and known.is_whole, timeout=10000)
    assert len(read) == 6  # three voices, their beginning and all of them
    assert all(voice.closed for each in again for voice in each)


def test_what_cannot_be_read_at_all_is_not_matched(qtbot, measurer) -> None:
    voices = (Tape(noise(0, FRAMES)), Torn(noise(1, FRAMES)), Tape(noise(2, FRAMES)))
    with qtbot.waitSignal(measurer.measured, timeout=10000):
        measurer.ask(Question(voices, KEYS, 0, FRAMES))
    known = measurer.known(KEYS)
    assert known.is_whole and known.relative_db(1) == 0


def test_a_newer_question_ends_an_older_one_and_what_was_begun_is_finished_when_asked_again(
    qtbot, measurer, monkeypatch
) -> None:
    monkeypatch.setattr(module, "FIRST_S", 1.0)
    asked: list[int] = []

    class Slow(Tape):
        def read(self, start: int, stop: int) -> Sound:
            if start >= RATE and not asked:  # in the midst of measuring all: something else is wanted
                asked.append(start)
                measurer.ask(
                    Question(tuple(Tape(np.zeros((2, RATE), np.float32)) for _ in KEYS), ("x", "y", "z"), 0, RATE)
                )
            return super().read(start, stop)

    voices = tuple(Slow(noise(seed, FRAMES)) for seed in range(3))
    measurer.ask(Question(voices, KEYS, 0, FRAMES))
    qtbot.waitUntil(lambda: measurer.known(("x", "y", "z")) is not None, timeout=10000)
    assert measurer.known(KEYS) is not None and not measurer.known(KEYS).is_whole
    measurer.ask(Question(voices, KEYS, 0, FRAMES))
    qtbot.waitUntil(lambda: measurer.known(KEYS).is_whole, timeout=10000)

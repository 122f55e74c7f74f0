"""When speech is scored, and what is handed to the packages that do it."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

from engine.measuring.speech import Speech
from engine.metrics import compare
from tests.engine.signals import RATE, noise


def test_speech_measures_come_from_the_packages_at_16_khz(monkeypatch):
    calls = []

    def score(name, value):
        def inner(*arguments):
            calls.append((name, *(a if np.isscalar(a) else a.shape for a in arguments)))
            return value

        return inner

    fake_packages(monkeypatch, pesq=score("pesq", 3.5), stoi=score("stoi", np.float64(0.9)))
    sound = noise(channels=2, seconds=1)
    measures = compare(sound, sound, RATE)
    assert (measures.pesq, measures.stoi) == (3.5, 0.9)
    assert calls == [("pesq", 16000, (16000,), (16000,), "wb"), ("stoi", (16000,), (16000,), 16000)]


def test_a_package_that_refuses_gives_no_score(monkeypatch):
    def refuse(*_arguments):
        raise RuntimeError("No utterances detected")

    fake_packages(monkeypatch, pesq=refuse, stoi=refuse)
    measures = compare(noise(), noise(), RATE)
    assert (measures.pesq, measures.stoi) == (None, None)


def test_silence_is_no_speech(monkeypatch):
    fake_packages(monkeypatch, pesq=lambda *_: 1.0, stoi=lambda *_: 0.0)
    silence = np.zeros((1, 8000), np.float32)
    measures = compare(silence, noise(seconds=1, rate=8000), 8000)
    assert (measures.pesq, measures.stoi) == (None, None)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("seconds", [0.4, 61])
def test_speech_is_not_scored_below_half_a_second_nor_above_a_minute(monkeypatch, seconds, known):
    fake_packages(monkeypatch, pesq=lambda *_: 1.0, stoi=lambda *_: 1.0)
    speech = Speech(seconds if known else None)
    for block in np.array_split(noise(channels=2, seconds=seconds, rate=16000), 8, axis=1):
        speech.push(block)
    assert (speech.pesq(), speech.stoi()) == (None, None)


def test_a_recording_of_less_than_half_a_second_has_no_speech_measures(monkeypatch):
    fake_packages(monkeypatch, pesq=lambda *_: 1.0, stoi=lambda *_: 1.0)
    sound = noise(seconds=0.4, rate=8000)
    assert compare(sound, sound, 8000).pesq is None


def fake_packages(monkeypatch, *, pesq, stoi):
    import importlib.machinery

    for name, function, value in (("pesq", "pesq", pesq), ("pystoi", "stoi", stoi)):
        module = types.ModuleType(name)
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
        setattr(module, function, value)
        monkeypatch.setitem(sys.modules, name, module)

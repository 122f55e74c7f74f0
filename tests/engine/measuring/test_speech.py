"""Scores of speech, against the packages that make them, and when there is none."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from engine.commands.demo import demo_folder
from engine.measuring.speech import Speech
from engine.metrics import compare
from tests.engine.signals import RATE, noise


@pytest.fixture(scope="module")
def talk() -> tuple[np.ndarray, int]:
    """Somebody speaking, (1, frames) at 48 kHz."""
    sound, rate = soundfile.read(demo_folder() / "speech-p286-011.wav", dtype="float32", always_2d=True)
    return sound.T, rate


@pytest.mark.parametrize("snr_db", [0, 10, 25])
def test_scores_are_those_of_the_packages_for_the_channels_mean_at_16_khz(talk, snr_db):
    """Resampled by another library; STOI resamples to 10 kHz itself, from the recording's own rate too."""
    pesq, pystoi = pytest.importorskip("pesq"), pytest.importorskip("pystoi")
    sound, rate = talk
    level = float(np.sqrt(np.mean(sound**2))) * 10 ** (-snr_db / 20)
    both = np.concatenate([sound, sound])
    damaged = both + noise(channels=2, seconds=sound.shape[1] / rate, rate=rate, level=level)
    measures = compare(both, damaged, rate)
    one, other = sound[0].astype(float), damaged.mean(axis=0).astype(float)
    at_16k = [resample_poly(each, 1, 3) for each in (one, other)]
    assert measures.pesq == pytest.approx(pesq.pesq(16000, *at_16k, "wb"), abs=0.03)
    assert measures.stoi == pytest.approx(pystoi.stoi(one, other, rate), abs=0.005)


def test_speech_that_is_unharmed_has_the_greatest_scores(talk):
    """P.862.2 maps the greatest raw score of 4.5 to 0.999 + 4 / (1 + exp(-1.3669 * 4.5 + 3.8224)) = 4.644."""
    pytest.importorskip("pesq")
    pytest.importorskip("pystoi")
    measures = compare(*[talk[0]] * 2, talk[1])
    assert measures.pesq == pytest.approx(0.999 + 4 / (1 + np.exp(-1.3669 * 4.5 + 3.8224)), abs=1e-3)
    assert measures.stoi == pytest.approx(1, abs=1e-6)


def test_a_click_holds_too_little_speech_for_stoi():
    pytest.importorskip("pystoi")
    click = np.zeros((1, RATE), np.float32)
    click[0, 1000] = 1e-4
    assert compare(click, click + noise(seconds=1, level=1e-3), RATE).stoi is None


def test_without_the_packages_there_are_no_scores(talk, monkeypatch):
    for name in ("pesq", "pystoi"):
        monkeypatch.setitem(sys.modules, name, None)
    measures = compare(*[talk[0]] * 2, talk[1])
    assert (measures.pesq, measures.stoi) == (None, None)


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

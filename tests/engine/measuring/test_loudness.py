"""Loudness and true peak, against pyloudnorm and EBU Tech 3341."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from scipy.signal import filtfilt, firwin

from engine.measuring.loudness import Loudness, TruePeak
from engine.metrics import compare
from tests.engine.signals import RATE, noise, programme, sine


def loudness(sound: np.ndarray, rate: int, result: np.ndarray | None = None) -> tuple[float | None, float | None]:
    """Of reference and result, without the costly measures."""
    meter = Loudness(rate, len(sound))
    pair = np.concatenate([sound, sound if result is None else result])
    for start in range(0, pair.shape[1], 65537):
        meter.push(pair[:, start : start + 65537])
    return meter.integrated()


def pyloudnorms(sound: np.ndarray, rate: int) -> float:
    """With the filters of the Recommendation; its own are 0.04 dB below them."""
    return pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(sound.T.astype(np.float64))


@pytest.mark.parametrize(
    ("channels", "seconds", "rate"),
    [(1, 0.4, 48000), (1, 2.539, 44100), (2, 6.5, 48000), (2, 5.01, 44100), (5, 2, 48000)],
)
def test_loudness_equals_pyloudnorm_within_a_hundredth(channels, seconds, rate):
    sound = programme(channels, seconds, rate)
    half = np.float32(0.5) * sound
    assert loudness(sound, rate, half) == pytest.approx([pyloudnorms(sound, rate), pyloudnorms(half, rate)], abs=0.01)


def test_a_full_scale_sine_in_one_channel_reads_what_the_recommendation_says():
    tone = sine(997, dbfs=0, seconds=5, rate=48000)
    assert loudness(tone, 48000)[0] == pytest.approx(-3.01, abs=0.005)  # BS.1770-5, Annex 1, note after eq. 7


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 32000, 44100, 88200, 192000])
def test_the_same_sound_is_as_loud_at_every_rate(rate):
    tones = [sine(hz, dbfs=-20, seconds=3, rate=rate) for hz in (60, 400, 997, 1900)]
    there = [sine(hz, dbfs=-20, seconds=3, rate=48000) for hz in (60, 400, 997, 1900)]
    expected = loudness(np.float32(sum(there)), 48000)[0]
    assert loudness(np.float32(sum(tones)), rate)[0] == pytest.approx(expected, abs=0.03)


def test_a_block_that_was_cut_short_does_not_count():
    quiet, loud = (sine(1000, dbfs=level, seconds=s, rate=48000) for level, s in ((-30, 4.0), (-10, 0.099)))
    without = loudness(quiet, 48000)[0]
    assert loudness(np.concatenate([quiet, loud], axis=1), 48000)[0] == pytest.approx(without, abs=1e-6)
    whole = np.concatenate([quiet, loud, loud[:, :48]], axis=1)
    assert loudness(whole, 48000)[0] > without + 1


def test_reference_and_result_have_their_own_loudness():
    sound = programme(2, 1, 48000)
    measures = compare(sound, sound * np.float32(0.5), 48000)
    expected = pyloudnorms(sound, 48000)
    assert measures.lufs_reference == pytest.approx(expected, abs=0.01)
    assert measures.lufs_result == pytest.approx(expected - 6.02, abs=0.01)


@pytest.mark.parametrize(
    ("sections", "lufs"),
    [
        ([(-23, 20)], -23.0),  # EBU Tech 3341, case 1
        ([(-33, 20)], -33.0),  # case 2
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),  # case 3
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),  # case 4
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),  # case 5
    ],
)
def test_loudness_of_the_vectors_of_ebu_tech_3341(sections, lufs):
    rate = 48000
    sound = np.concatenate(
        [sine(1000, dbfs=level, seconds=seconds, rate=rate, channels=2) for level, seconds in sections],
        axis=1,
    )
    assert loudness(sound, rate)[0] == pytest.approx(lufs, abs=0.1)


SURROUND = (-28, -28, -24, -30, -30)  # dBFS of L R C Ls Rs


@pytest.mark.parametrize("levels", [SURROUND, (*SURROUND[:3], -5, *SURROUND[3:])])
def test_loudness_of_the_surround_vector_of_ebu_tech_3341(levels):
    """Case 6; in its form with six channels the fourth, for low frequencies, counts nothing, loud as it may be."""
    sound = np.concatenate([sine(1000, dbfs=level, seconds=20, rate=48000) for level in levels])
    assert loudness(sound, 48000)[0] == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(
    ("channels", "weights"),
    [
        (1, [1]),
        (4, [1, 1, 1, 1]),
        (5, [1, 1, 1, 1.41, 1.41]),
        (6, [1, 1, 1, 0, 1.41, 1.41]),
        (7, [1, 1, 1, 1, 1, 1, 1]),
        (8, [1, 1, 1, 0, 1, 1, 1.41, 1.41]),
    ],
)
def test_each_channel_counts_by_its_place(channels, weights):
    alone = noise(seconds=1)
    expected = loudness(alone, RATE)[0]
    for place, weight in enumerate(weights):
        sound = np.zeros((channels, alone.shape[1]), np.float32)
        sound[place] = alone[0]
        value = loudness(sound, RATE)[0]
        if weight == 0:
            assert value is None
        else:
            assert value == pytest.approx(expected + 10 * np.log10(weight), abs=1e-6)


def test_loudness_needs_400_ms():
    short = noise(seconds=0.39)
    assert compare(short, short, RATE).lufs_result is None


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
def test_true_peak_finds_what_lies_between_the_samples(rate):
    # fs/4 at 45 degrees: every sample is at -3 dB, the wave reaches 0 dBTP between them.
    hz = rate / 4 if rate < 192000 else rate / 8
    sound = (
        sine(hz, dbfs=0, seconds=0.2, rate=rate, phase=np.pi / 4)
        * np.hanning(round(0.2 * rate)).astype(np.float32) ** 0.1
    )
    measures = compare(sound, sound, rate)
    if rate == 44100:
        assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-3.01, abs=0.01)
    tolerance_db = 0.1 if rate < 96000 else 0.7  # the worst of 2x and 1x at these frequencies
    assert measures.true_peak_dbtp == pytest.approx(0, abs=tolerance_db)


def faded(tone: np.ndarray) -> np.ndarray:
    """Without the jump at either end, whose overshoot would be the greatest peak."""
    ramp = np.sin(np.linspace(0, np.pi / 2, 4800)) ** 2
    tone[:, :4800] *= ramp
    tone[:, -4800:] *= ramp[::-1]
    return tone


def true_peak(sound: np.ndarray, rate: int) -> float | None:
    meter = TruePeak(rate, len(sound))
    meter.push(sound, last=True)
    return meter.dbtp()


@pytest.mark.parametrize(
    ("divisor", "degrees", "level", "dbtp"),
    [
        (4, 0, 0.5, -6.0),  # case 15
        (4, 45, 0.5, -6.0),  # case 16
        (6, 60, 0.5, -6.0),  # case 17
        (8, 67.5, 0.5, -6.0),  # case 18
        (4, 45, 1.41, 3.0),  # case 19
    ],
)
def test_true_peak_of_the_tones_of_ebu_tech_3341(divisor, degrees, level, dbtp):
    phase = np.radians(degrees)
    tone = sine(48000 / divisor, dbfs=20 * np.log10(level), seconds=1, rate=48000, channels=2, phase=phase)
    assert dbtp - 0.4 <= true_peak(faded(tone), 48000) <= dbtp + 0.2


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_true_peak_of_one_period_between_the_samples(offset):
    """Cases 20 to 23 of EBU Tech 3341: a tone of fs/6 at half scale with one period of fs/4 at full scale, made at
    4 fs, low-passed, and every fourth sample taken from ``offset`` on."""
    fine = 192000
    tone = 0.5 * np.sin(2 * np.pi * 8000 * np.arange(fine) / fine)
    at = 24 * 4000  # where a period of 24 samples ends
    tone[at : at + 16] = np.sin(2 * np.pi * np.arange(16) / 16)
    tone[at + 16 :] = 0.5 * np.sin(2 * np.pi * np.arange(fine - at - 16) / 24)
    limited = filtfilt(firwin(257, 22000, fs=fine), 1, tone)
    coarse = faded(np.tile(limited[offset::4], (2, 1)).astype(np.float32))
    assert -0.4 <= true_peak(coarse, 48000) <= 0.2


def test_true_peak_is_the_results_and_never_below_its_samples():
    reference = noise(level=0.01)
    result = reference.copy()
    result[0, 5000] = 0.5
    assert compare(reference, result, RATE).true_peak_dbtp >= 20 * np.log10(0.5)

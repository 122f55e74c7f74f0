"""Deck, feed, mixer, loudness, meters and blind test, without a device."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pyloudnorm
import pytest
import soxr
from numpy.typing import NDArray

from desktop.playback.abx import Trial
from desktop.playback.deck import Deck
from desktop.playback.feeding import Feed, folded
from desktop.playback.matching import Level, Matching, gains, level_of
from desktop.playback.meters import Meters
from desktop.playback.mixing import CHUNK, EDGE_S, Mixer
from desktop.playback.route import Route
from engine.errors import InputError
from tests.desktop.playback.conftest import Tape

RATE = 48000
Sound = NDArray[np.float32]


def noise(frames: int, channels: int = 2, seed: int = 0) -> Sound:
    return (0.1 * np.random.default_rng(seed).standard_normal((channels, frames))).astype(np.float32)


def played(feed: Feed, frames: int, block: int = 480) -> Sound:
    """What a mixer makes of a feed: ``(channels, frames)`` of its first voice."""
    mixer = Mixer(feed.rate, feed.channels)
    feed.step()
    mixer.offer(feed.deck)
    mixer.set_gains(gains("A", matched=False))
    parts = []
    for _ in range(-(-frames // block)):
        while feed.step():
            pass
        parts.append(np.empty((block, feed.channels), np.float32))
        mixer.fill(parts[-1])
    assert mixer.starved == 0
    return np.concatenate(parts).T[:, :frames]


@pytest.mark.parametrize("block", [64, 480, CHUNK, 1000, 4096])
def test_all_frames_come_out_whatever_the_device_asks_for(block: int) -> None:
    tape = Tape(noise(RATE))
    heard = played(Feed((tape, tape, tape), Route(100, RATE), RATE, 2), RATE - 100, block)
    edge = round(EDGE_S * RATE)
    np.testing.assert_array_equal(heard[:, edge:], tape.sound[:, 100 + edge :])


def test_another_rate_is_resampled_in_place_and_looped() -> None:
    tape = Tape(noise(44100), 44100)
    feed = Feed((tape, tape, tape), Route(0, 44100, 0), RATE, 2)
    heard = played(feed, RATE * 2)
    whole = soxr.resample(np.tile(tape.sound, 3).T, 44100, RATE).T[:, : RATE * 2]
    np.testing.assert_allclose(heard[:, 200:], whole[:, 200:], atol=2e-4)
    assert feed.deck.place(RATE * 1.5) == pytest.approx(22050, abs=2)


def test_a_deck_says_where_each_frame_comes_from() -> None:
    tape = Tape(noise(10_000))
    feed = Feed((tape, tape, tape), Route(500, 2500, 1000), RATE, 2)
    while feed.step():
        pass
    expected = np.concatenate([np.arange(500, 2500), *[np.arange(1000, 2500)] * 20])
    assert [feed.deck.place(count) for count in range(0, 20_000, 37)] == list(expected[:20_000:37])


@pytest.mark.parametrize(("have", "want"), [(1, 2), (2, 2), (3, 2), (32, 2), (2, 1), (2, 8)])
def test_channels_are_folded_for_the_device(have: int, want: int) -> None:
    sound = noise(1000, have)
    heard = folded(sound, want)
    assert heard.shape == (want, 1000)
    if have == 1:
        assert (heard == sound).all()
    elif have > want:
        np.testing.assert_allclose(heard[0], sound[::want].mean(axis=0), atol=1e-7)
    else:
        np.testing.assert_array_equal(heard[:have], sound)


def test_a_file_that_ends_is_not_faded_but_a_stretch_within_is() -> None:
    tape = Tape(np.ones((1, 4800), np.float32))
    to_the_end = played(Feed((tape, tape, tape), Route(0, 4800), RATE, 1), 4800)
    within = played(Feed((tape, tape, tape), Route(0, 2400), RATE, 1), 4800)
    assert to_the_end[0, -1] == 1
    assert within[0, 2399] < 0.02 and not within[0, 2400:].any()
    assert (np.abs(np.diff(within[0])) < 0.02).all()


@pytest.mark.parametrize(("start", "stop", "loop"), [(5, 5, None), (-1, 5, None), (5, 4, None), (0, 5, 5), (0, 5, -1)])
def test_routes_that_lead_nowhere_are_refused(start: int, stop: int, loop: int | None) -> None:
    with pytest.raises(InputError, match="can't be played"):
        Route(start, stop, loop)


def test_a_full_deck_refuses_more() -> None:
    deck = Deck(1, 100)
    deck.push(np.zeros((3, 100, 1), np.float32))
    with pytest.raises(AssertionError):
        deck.push(np.zeros((3, 1, 1), np.float32))


@pytest.mark.parametrize("seconds", [0.4, 0.54, 3.0, 10.0])
def test_loudness_is_that_of_the_reference(seconds: float) -> None:
    sound = noise(round(seconds * RATE)) * np.linspace(0.1, 1, round(seconds * RATE), dtype=np.float32)
    meter = pyloudnorm.Meter(RATE, filter_class="DeMan")
    assert level_of(Tape(sound), 0, sound.shape[1]).lufs == pytest.approx(
        meter.integrated_loudness(sound.T.astype(float)), abs=0.01
    )


def test_short_and_silent_stretches_have_a_loudness_or_none() -> None:
    assert level_of(Tape(np.zeros((2, 1000), np.float32)), 0, 1000) == Level(None, 0.0)
    steady = level_of(Tape(noise(RATE)), 0, RATE).lufs
    assert level_of(Tape(noise(RATE // 4)), 0, RATE // 4).lufs == pytest.approx(steady, abs=0.5)


def test_long_stretches_are_measured_in_parts_and_can_be_cancelled() -> None:
    tape = Tape(noise(5 * RATE))
    assert level_of(tape, 0, 5 * RATE).peak == float(np.abs(tape.sound).max())
    asked = iter([False, False, True])
    assert level_of(tape, 0, 5 * RATE, lambda: next(asked)) is None


def test_gains_make_voices_equal_and_leave_the_difference_alone() -> None:
    matching = Matching((Level(-20.0, 0.5), Level(-26.0, 0.25), Level(None, 0.0)))
    np.testing.assert_allclose(matching.gains(), [1, 10 ** (6 / 20), 1], rtol=1e-6)
    np.testing.assert_array_equal(gains("C", matched=True), [[0, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(gains("B", matched=False), [[0, 1, 0], [0, 0, 0]])
    np.testing.assert_allclose(
        gains("D", matched=True, difference_db=6, volume_db=-6), [[-1, 1, 0], [0, 0, 0]], rtol=1e-6
    )
    assert Matching((Level(-10.0, 0), Level(-69.0, 0), Level(-69.0, 0))).relative_db(1) == 24


def test_nothing_is_raised_above_full_scale() -> None:
    """What would clip stays equally loud: all the others are lowered."""
    matching = Matching((Level(-14.0, 0.9), Level(-26.0, 0.8), Level(-14.0, 0.5)))
    assert matching.relative_db(1) == 12
    assert (matching.gains() * [0.9, 0.8, 0.5] <= 1 + 1e-6).all()
    assert 20 * math.log10(matching.gains()[1] / matching.gains()[0]) == pytest.approx(12, abs=1e-4)


def test_decks_that_are_offered_in_one_cross_fade_wait_for_its_end() -> None:
    mixer = Mixer(RATE, 1)
    mixer.set_gains(gains("A", matched=False))
    decks = []
    for level in (0.5, -0.5, 0.5):
        decks.append(Deck(1, RATE))
        decks[-1].push(np.full((3, 20_000, 1), level, np.float32))
    out = []
    for block in range(40):
        if block in (10, 11):
            mixer.offer(decks[block - 9])
        elif not block:
            mixer.offer(decks[0])
        out.append(np.empty((64, 1), np.float32))
        mixer.fill(out[-1])
    assert np.abs(np.diff(np.concatenate(out)[:, 0])).max() < 0.01


def test_a_rest_takes_back_what_was_offered() -> None:
    mixer, deck = Mixer(RATE, 1), Deck(1, 1000)
    deck.push(np.ones((3, 1000, 1), np.float32))
    mixer.offer(deck, mixer.turn)
    mixer.rest()
    mixer.fill(out := np.empty((500, 1), np.float32))
    assert not out.any() and not mixer.playing


def test_meters_show_what_is_known_of_a_tone() -> None:
    """EBU Tech 3341, case 1: 1 kHz in stereo at -23 dBFS is -23 LUFS in every window."""
    meters = Meters(RATE, 2)
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * np.arange(20 * RATE) / RATE)
    both = np.stack([tone, tone], axis=1).astype(np.float32)
    for start in range(0, len(both), 1237):
        meters.push(both[start : start + 1237])
    levels = meters.levels()
    for value in (levels.momentary, levels.short_term, levels.integrated):
        assert value == pytest.approx(-23, abs=0.1)
    assert levels.true_peak_db == pytest.approx(-23, abs=0.2)
    assert levels.peak_db == pytest.approx((-23, -23), abs=0.1)
    assert levels.correlation == pytest.approx(1)


def test_true_peak_finds_what_lies_between_samples() -> None:
    """A sine of a quarter of the rate, sampled at 45 degrees: its samples lie 3 dB below its peak."""
    meters = Meters(RATE, 1)
    meters.push(np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4).astype(np.float32)[:, None])
    levels = meters.levels()
    assert levels.peak_db[0] == pytest.approx(-3.01, abs=0.01)
    assert levels.true_peak_db == pytest.approx(0, abs=0.4)


def test_opposite_channels_and_silence() -> None:
    meters = Meters(RATE, 2)
    sound = noise(RATE, 1)[0]
    meters.push(np.stack([sound, -sound], axis=1))
    assert meters.levels().correlation == pytest.approx(-1)
    meters.reset()
    meters.push(np.zeros((RATE, 2), np.float32))
    levels = meters.levels()
    assert levels.peak_db == (-math.inf, -math.inf)
    assert levels.momentary is levels.integrated is levels.correlation is levels.true_peak_db is None


@pytest.mark.parametrize(
    ("right", "of", "p"), [(10, 10, 0.000977), (9, 10, 0.010742), (5, 10, 0.623047), (12, 16, 0.038406)]
)
def test_the_chance_of_guessing_is_the_binomial_one(right: int, of: int, p: float) -> None:
    trial = Trial(1, 2, of)
    for number in range(of):
        hidden = trial.hidden
        trial.answer(hidden if number < right else "AB".replace(hidden, ""))  # type: ignore[arg-type]
    assert trial.is_over and trial.right == right
    assert trial.p_value() == pytest.approx(p, abs=1e-6)
    with pytest.raises(InputError, match="answered"):
        trial.answer("A")


def test_x_is_drawn_evenly_and_never_kept_from_the_last_question() -> None:
    drawn = []
    for _ in range(60):
        trial = Trial(1, 2, 16)
        while not trial.is_over:
            drawn.append(trial.hidden)
            trial.answer("A")
    assert 0.44 < drawn.count("A") / len(drawn) < 0.56
    same = sum(one == other for one, other in itertools.pairwise(drawn)) / len(drawn)
    assert 0.44 < same < 0.56


def test_other_numbers_of_trials_are_refused() -> None:
    with pytest.raises(InputError, match="10, 16"):
        Trial(1, 2, 12)

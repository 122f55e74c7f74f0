"""What is really played, recorded from the sound server and compared sample by sample."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy

from desktop.document import actions
from desktop.document.document import Document
from desktop.playback import measurer
from desktop.playback.choices import Stretch
from desktop.playback.matching import level_of
from desktop.playback.mixing import EDGE_S, SWITCH_S
from desktop.playback.player import Player
from tests.desktop.playback.conftest import FRAMES, RATE, Recording, Room, Sound, Tape, found

Listen = Callable[[], Recording]
pytestmark = pytest.mark.alone
EDGE, SWITCH = round(EDGE_S * RATE), round(SWITCH_S * RATE)


def heard_frames(player: Player) -> int:
    return player._output.mixer.deck.read if player._output else 0


def wait_for_end(qtbot, player: Player) -> None:
    qtbot.waitUntil(lambda: not player.is_playing, timeout=10_000)


@pytest.mark.parametrize("heard", ["A", "B"])
def test_what_is_played_is_what_is_there(qtbot, player: Player, document: Document, listen: Listen, heard) -> None:
    player.choose(heard=heard)
    recording = listen()
    player.play(Stretch(RATE // 2, 2 * RATE))
    wait_for_end(qtbot, player)
    played = recording.stop()
    read = document.read_original if heard == "A" else document.read
    expected = read(RATE // 2, 2 * RATE)
    at = found(played, expected)
    inside = slice(EDGE, expected.shape[1] - EDGE)
    np.testing.assert_array_equal(played[:, at:][:, inside], expected[:, inside])
    outside = np.r_[0:at, at + expected.shape[1] : played.shape[1]]
    assert not played[:, outside].any()
    assert player.underruns == 0


def test_the_difference_is_take_minus_original(qtbot, player: Player, document: Document, listen: Listen) -> None:
    player.choose(heard="D", difference_db=6.0)
    recording = listen()
    player.play(Stretch(RATE, 2 * RATE))
    wait_for_end(qtbot, player)
    played = recording.stop()
    expected = document.read(RATE, 2 * RATE) - document.read_original(RATE, 2 * RATE)
    at = found(played, expected)
    inside = slice(EDGE, RATE - EDGE)
    np.testing.assert_allclose(played[:, at:][:, inside], 10 ** (6 / 20) * expected[:, inside], atol=1e-6)


def test_a_loop_is_exact(qtbot, player: Player, document: Document, listen: Listen) -> None:
    start, stop = RATE + 17, RATE + 17 + 12_345
    player.choose(heard="A", looped=True)
    recording = listen()
    player.play(Stretch(start, stop))
    rounds = 3
    qtbot.waitUntil(lambda: heard_frames(player) > (rounds + 1) * (stop - start), timeout=5000)
    player.pause()
    played = recording.stop()
    once = document.read_original(start, stop)
    at = found(played, once)
    expected = np.tile(once, rounds)
    assert played.shape[1] > at + expected.shape[1]
    np.testing.assert_array_equal(played[:, at + EDGE :][:, : expected.shape[1] - EDGE], expected[:, EDGE:])


def test_a_hundred_switches_are_aligned_and_without_clicks(
    qtbot, player: Player, document: Document, listen: Listen
) -> None:
    player.choose(heard="A", looped=True)
    chance = random.Random(7)
    recording = listen()
    player.play(Stretch(RATE, 3 * RATE))
    qtbot.waitUntil(lambda: player.place > RATE + 2000, timeout=5000)
    for _ in range(100):
        player.choose(heard="B" if player.choices.heard == "A" else "A")
        qtbot.wait(chance.randrange(15, 90))
    player.choose(heard="A")
    qtbot.wait(400)
    player.pause()
    played = recording.stop()
    original, take = document.read_original(RATE, 3 * RATE), document.read(RATE, 3 * RATE)
    at = found(played, original[:, : 4096 + 960])
    paused = np.flatnonzero(played.any(axis=0))[-1] - EDGE
    rounds = (paused - at) // (2 * RATE)
    assert rounds >= 1
    count = rounds * 2 * RATE
    played, a, b = played[:, at : at + count], np.tile(original, rounds), np.tile(take, rounds)
    is_a, is_b = (played == a).all(axis=0), (played == b).all(axis=0)
    share = np.where(is_a, 0.0, np.where(is_b, 1.0, blend(played, a, b)))
    np.testing.assert_allclose(played[:, EDGE:], (a + share * (b - a))[:, EDGE:], atol=2e-6)  # nothing else is heard
    assert (np.abs(np.diff(share[EDGE:])) < 1.5 / SWITCH).all()  # and no switch is faster than its cross-fade
    assert np.count_nonzero(np.diff(np.sign(share[EDGE:] - 0.5))) >= 50
    assert player.underruns == 0


def blend(played: Sound, a: Sound, b: Sound) -> Sound:
    """How much of ``b`` there is in each frame."""
    apart = b - a
    return np.asarray(((played - a) * apart).sum(axis=0) / np.maximum((apart**2).sum(axis=0), 1e-12))


def test_what_is_compared_is_equally_loud_from_the_first_frame_on(
    qtbot, player: Player, document: Document, listen: Listen
) -> None:
    first = next(iter(document.regions.values()))
    other = next(take for take in document.takes.values() if take.id != first.take_id)
    player.compare(other.id)
    player.choose(matched=True)
    player.play(Stretch(RATE, 3 * RATE, alone=True), first.region)
    qtbot.waitUntil(lambda: player.matching is not None, timeout=5000)
    player.stop()
    qtbot.wait(200)
    levels = {}
    for heard in ("A", "B", "C"):
        player.choose(heard=heard)
        recording = listen()
        player.play(Stretch(RATE, 3 * RATE, alone=True), first.region)
        wait_for_end(qtbot, player)
        played = recording.stop()
        sounding = np.flatnonzero(played.any(axis=0))
        assert len(sounding) == pytest.approx(2 * RATE, abs=10)
        levels[heard] = level_of(Tape(played[:, sounding[0] : sounding[-1]]), 0, 2 * RATE - 20).lufs
    assert player.matching is not None
    assert player.matching.relative_db(1) == pytest.approx(-6.0, abs=0.2)
    assert player.matching.relative_db(2) == pytest.approx(6.0, abs=0.2)
    assert levels["B"] == pytest.approx(levels["A"], abs=0.1)
    assert levels["C"] == pytest.approx(levels["A"], abs=0.1)


def test_a_long_region_is_matched_by_all_of_it(qtbot, player: Player, document: Document, monkeypatch) -> None:
    """A blind test waits for it; where what is compared here begins, nothing was taken again."""
    monkeypatch.setattr(measurer, "FIRST_S", 0.5)
    region = next(iter(document.regions.values())).region
    player.choose(matched=True, looped=True)
    player.set_blind(True)
    player.play(Stretch(RATE // 2, 3 * RATE, alone=True), region)
    qtbot.waitUntil(lambda: heard_frames(player) > 0, timeout=10000)
    assert player.matching is not None and player.matching.is_whole
    assert player.matching.relative_db(1) < -3  # of the first half second, before the take, it is 0


def test_levels_stay_matched_while_takes_are_compared_in_a_loop(
    qtbot, player: Player, document: Document, listen: Listen
) -> None:
    """No take is heard with the gain of another one, not for a moment."""
    first = next(iter(document.regions.values()))
    quiet = next(take for take in document.takes.values() if take.id != first.take_id)
    player.choose(matched=True, looped=True, heard="C")
    player.play(Stretch(RATE, 3 * RATE, alone=True), first.region)
    qtbot.waitUntil(lambda: player.matching is not None and heard_frames(player) > RATE // 4, timeout=5000)
    qtbot.wait(300)  # the first deck was begun unmatched
    recording = listen()
    for _ in range(6):
        player.compare(quiet.id)
        qtbot.wait(250)
        player.compare(None)
        qtbot.wait(250)
        player.choose(speed=1.0, band_only=not player.choices.band_only)
    player.pause()
    played = recording.stop()
    sounding = np.flatnonzero(played.any(axis=0))
    inside = played[:, sounding[0] + 480 : sounding[-1] - 480]
    frames = inside[:, : inside.shape[1] // 2400 * 2400].reshape(2, -1, 2400)
    level_db = 10 * np.log10(np.square(frames).mean(axis=(0, 2)))
    assert np.abs(level_db - np.median(level_db)).max() < 1.0  # 6 dB off, and 12, without


@pytest.mark.parametrize("wait_ms", [0, 1, 5, 20, 60])
def test_a_pause_right_after_play_is_one(qtbot, player: Player, document: Document, wait_ms: int) -> None:
    player.play(Stretch(0, FRAMES))
    qtbot.waitUntil(lambda: heard_frames(player) > 0, timeout=5000)
    player.stop()
    qtbot.wait(100)
    player.play(Stretch(0, FRAMES))
    if wait_ms:
        qtbot.wait(wait_ms)
    player.pause()
    qtbot.wait(200)
    assert not player.is_playing and not player._output.mixer.playing


def test_it_plays_again_after_the_end_and_a_loop_can_be_let_go(qtbot, player: Player, document: Document) -> None:
    for _ in range(3):
        player.play(Stretch(0, RATE // 4))
        wait_for_end(qtbot, player)
        assert player.stretch is None and player.place == 0
    player.play(Stretch(0, RATE // 4))
    player.choose(looped=True)
    qtbot.wait(700)
    assert player.is_playing
    player.pause()
    player.choose(looped=False)
    player.resume()
    wait_for_end(qtbot, player)


def test_seeking_to_the_end_stops_and_renewing_right_after_a_seek_keeps_the_place(
    qtbot, player: Player, document: Document
) -> None:
    player.play(Stretch(0, FRAMES))
    qtbot.waitUntil(lambda: player.place > 1000, timeout=5000)
    player.seek(3 * RATE)
    player.choose(speed=1.25)
    assert player.place >= 3 * RATE
    qtbot.waitUntil(lambda: player.place > 3 * RATE + 2000, timeout=2000)
    player.seek(FRAMES)
    assert not player.is_playing
    player.seek(FRAMES + 5)


@pytest.mark.parametrize("length", [1, 10, 100])
def test_tiny_loops_cost_little(qtbot, player: Player, document: Document, length: int) -> None:
    player.choose(looped=True)
    player.play(Stretch(RATE, RATE + length))
    qtbot.waitUntil(lambda: heard_frames(player) > RATE // 2, timeout=5000)
    assert RATE <= player.place < RATE + length
    assert player.underruns == 0


def test_no_file_stays_open_when_another_document_is_listened_to(player: Player, document: Document, qtbot) -> None:
    player.play(Stretch(0, FRAMES))
    qtbot.waitUntil(lambda: heard_frames(player) > 0, timeout=5000)
    player.set_document(None)
    qtbot.wait(100)
    document.close()
    opened = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert not [path for path in opened if str(document.source) in path or ".retake" in path]


def test_a_device_that_is_not_there_is_replaced_and_told(qtbot, player: Player, document: Document) -> None:
    said = QSignalSpy(player.said)
    player.choose(device="ALSA: elsewhere")
    player.play(Stretch(0, FRAMES))
    qtbot.waitUntil(lambda: heard_frames(player) > 0, timeout=5000)
    assert "elsewhere isn't there" in said.at(0)[1]


def test_a_take_chosen_while_playing_is_heard_at_the_same_place(
    qtbot, player: Player, document: Document, listen: Listen
) -> None:
    first = next(iter(document.regions.values()))
    other = next(take for take in document.takes.values() if take.id != first.take_id)
    recording = listen()
    player.play(Stretch(RATE, 3 * RATE))
    qtbot.waitUntil(lambda: player.place > RATE + RATE // 2, timeout=5000)
    before = document.read(RATE, 3 * RATE)
    actions.use_take(document, first.id, other.id)
    after = document.read(RATE, 3 * RATE)
    wait_for_end(qtbot, player)
    played = recording.stop()
    at = found(played, before)
    share = blend(played[:, at : at + 2 * RATE], before, after)
    np.testing.assert_allclose(
        played[:, at + EDGE : at + 2 * RATE - EDGE],
        (before + share * (after - before))[:, EDGE:-EDGE],
        atol=2e-6,
    )
    assert (np.diff(share[EDGE:-EDGE]) > -1e-3).all() and share[EDGE] < 1e-3 and share[-EDGE - 1] > 0.999
    assert player.underruns == 0


def test_edits_that_change_no_sound_leave_what_is_played_alone(qtbot, player: Player, document: Document) -> None:
    take = next(iter(document.takes))
    player.play(Stretch(0, FRAMES))
    qtbot.waitUntil(lambda: heard_frames(player) > 0, timeout=5000)
    deck = player._output.mixer.deck
    actions.rename_take(document, take, "better")
    actions.star_take(document, take, True)
    qtbot.wait(200)
    assert player._output.mixer.deck is deck
    actions.use_take(document, document.takes[take].region_id, None)
    qtbot.waitUntil(lambda: player._output.mixer.deck is not deck, timeout=1000)


def test_seeking_and_pausing_keep_the_place(qtbot, player: Player, document: Document) -> None:
    player.play(Stretch(0, FRAMES))
    qtbot.waitUntil(lambda: player.place > RATE // 10, timeout=5000)
    player.seek(3 * RATE)
    qtbot.waitUntil(lambda: player.place > 3 * RATE, timeout=1000)
    assert player.place < 3 * RATE + RATE // 2
    player.pause()
    paused = player.place
    qtbot.wait(200)
    assert player.place == paused and not player.is_playing
    player.resume()
    qtbot.waitUntil(lambda: player.place > paused, timeout=1000)
    wait_for_end(qtbot, player)


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_another_speed_keeps_the_pitch_and_the_place(
    qtbot, player: Player, document: Document, listen: Listen, speed: float
) -> None:
    player.choose(speed=speed, heard="A")
    recording = listen()
    player.play(Stretch(0, RATE))
    wait_for_end(qtbot, player)
    played = recording.stop()
    sounding = np.flatnonzero(np.abs(played).max(axis=0) > 1e-4)
    assert (sounding[-1] - sounding[0]) / RATE == pytest.approx(1 / speed, rel=0.1)


def test_a_device_that_goes_away_is_told_and_the_next_one_goes_on(
    qtbot, room: Room, player: Player, document: Document
) -> None:
    said = QSignalSpy(player.said)
    player.play(Stretch(0, FRAMES))
    qtbot.waitUntil(lambda: player.place > RATE // 2, timeout=5000)
    room.control("unload-module", room.module)
    try:
        qtbot.waitUntil(lambda: said.count() > 0, timeout=8000)
        assert "unplugged" in said.at(0)[1]
        assert not player.is_playing
        assert RATE // 2 < player.place < FRAMES
    finally:
        room.module = room.load_sink()
    place = player.place
    player.resume()
    qtbot.waitUntil(lambda: player.place > place + RATE // 4, timeout=8000)


def test_playing_starts_soon(qtbot, player: Player, document: Document) -> None:
    player.choose(latency="normal")
    qtbot.wait(300)  # as after opening a document
    began = time.monotonic()
    player.play(Stretch(0, 2 * RATE))
    qtbot.waitUntil(lambda: player._output is not None and player._output.mixer.playing, timeout=2000)
    assert time.monotonic() - began < 0.15
    wait_for_end(qtbot, player)

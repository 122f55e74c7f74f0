"""Sound read ahead, in a thread: from the files through the device's rate and the speed into a deck."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from desktop.playback.deck import VOICES, Block, Deck
from desktop.playback.mixing import EDGE_S, Mixer
from desktop.playback.route import Route
from desktop.playback.speed import Stretcher
from engine.errors import RetakeError

log = logging.getLogger(__name__)
AHEAD_S = 0.8  # of sound in a deck
FIRST_S = 0.06  # and before it is begun
BLOCK_S = 0.04
LOOK_S = 0.01
ENDS_WITHIN_S = 2.0
MOST_BYTES, BYTES_A_SAMPLE = 64 << 20, 4  # of a deck


class Voice(Protocol):
    """What is read: the recording, or the recording with takes."""

    rate: int
    channels: int
    frames: int

    def read(self, start: int, stop: int) -> NDArray[np.float32]: ...
    def close(self) -> None: ...


@dataclass(eq=False)
class Feed:
    """What a deck is filled with.

    Attributes:
        voices: original, take in use, compared take; the same object may stand for several, and is read once.
        route: which frames.
        rate, channels: of the device.
        speed: 1 as recorded; the pitch stays.
        match: what makes the voices equally loud, ``(voices,)``; None to leave them.
    """

    voices: tuple[Voice, Voice, Voice]
    route: Route
    rate: int
    channels: int
    speed: float = 1.0
    match: NDArray[np.float32] | None = None
    deck: Deck = field(init=False)

    def __post_init__(self) -> None:
        own = self.voices[0].rate
        ahead = min(round(AHEAD_S * self.rate), MOST_BYTES // (2 * VOICES * self.channels * BYTES_A_SAMPLE))
        self.deck = Deck(self.channels, ahead, self.route, own * self.speed / self.rate)
        if self.match is not None:
            self.deck.match = self.match
        self._distinct = list({id(voice): voice for voice in self.voices}.values())
        self._which = [next(n for n, one in enumerate(self._distinct) if one is voice) for voice in self.voices]
        self._place: int | None = None
        self._ended = False
        self._held: Block | None = None
        self._block = max(1, round(BLOCK_S * own))
        self._round: NDArray[np.float32] | None = None
        count = len(self._distinct) * self.channels
        self._stretcher = Stretcher(count, own, self.speed) if self.speed != 1 else None
        self._resampler = None if own == self.rate else soxr.ResampleStream(own, self.rate, count, dtype="float32")

    def step(self) -> bool:
        """Write a little, where there is room; whether anything was done.

        Raises:
            RetakeError: the sound can't be read.
        """
        if self._held is None:
            if self._ended:
                self.deck.ended = True
                return False
            self._held = self._next()
        frames = min(self._held.shape[1], self.deck.room)
        if not frames:
            return self._used_up()
        self.deck.push(self._held[:, :frames])
        self._held = self._held[:, frames:]
        self._used_up()
        return True

    def end(self) -> None:
        """Write nothing more."""
        self._held, self._ended, self.deck.ended = None, True, True

    def close(self) -> None:
        """Let go of the files."""
        for voice in self._distinct:
            voice.close()

    def _used_up(self) -> bool:
        if self._held is not None and not self._held.shape[1]:
            self._held = None
            return True
        return False

    def _next(self) -> Block:
        """The next block, ``(voices, n, channels)`` at the device's rate; n may be 0."""
        if self._rounds():
            return self._shaped(self._converted(self._whole_rounds().T, last=False))
        stretch = self.route.stretch(self._place, self._block)
        if stretch is None:
            self._ended = True
            rest = np.zeros((0, len(self._distinct) * self.channels), np.float32)
            return self._shaped(self._converted(rest, last=True))
        start, stop = stretch
        sound = self._read(start, stop)
        self._soften(sound, start, stop)
        self._place = stop
        return self._shaped(self._converted(sound.T, last=False))

    def _rounds(self) -> bool:
        """Whether a loop begins anew that is shorter than a block."""
        route = self.route
        again = self._place is not None and self._place >= route.stop
        return again and route.loop_start is not None and route.stop - route.loop_start < self._block

    def _whole_rounds(self) -> NDArray[np.float32]:
        """A short loop, so often that it is worth the while."""
        assert self.route.loop_start is not None
        if self._round is None:
            once = self._read(self.route.loop_start, self.route.stop)
            self._round = np.tile(once, -(-self._block // once.shape[1]))
        return self._round

    def _read(self, start: int, stop: int) -> NDArray[np.float32]:
        """``(distinct voices * channels, n)`` at the recording's rate."""
        return np.concatenate([folded(voice.read(start, stop), self.channels) for voice in self._distinct])

    def _soften(self, sound: NDArray[np.float32], start: int, stop: int) -> None:
        """Fade where playing ends before the recording does: a sound that is cut off clicks."""
        route, first = self.route, self.voices[0]
        edge = round(EDGE_S * first.rate)
        if route.loop_start is not None or route.stop >= first.frames or stop <= route.stop - edge:
            return
        fade = np.clip((route.stop - np.arange(start, stop)) / edge, 0, 1)
        sound *= fade.astype(np.float32)

    def _converted(self, sound: NDArray[np.float32], *, last: bool) -> NDArray[np.float32]:
        """``(n, distinct voices * channels)`` at the wanted speed and the device's rate."""
        if self._stretcher:
            sound = self._stretcher.push(sound, last=last)
        if self._resampler:
            sound = np.asarray(self._resampler.resample_chunk(np.ascontiguousarray(sound), last=last))
        return sound

    def _shaped(self, sound: NDArray[np.float32]) -> Block:
        shaped = sound.reshape(len(sound), len(self._distinct), self.channels).transpose(1, 0, 2)
        block: Block = shaped[self._which]
        return block


def folded(sound: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """A recording's channels for a device's: ``(c, n)`` to ``(channels, n)``.

    One channel is heard on all; where the device has too few, the means of every ``channels``-th are.
    """
    have = len(sound)
    if have == channels:
        return sound
    if have == 1:
        return np.repeat(sound, channels, axis=0)
    if have < channels:
        return np.concatenate([sound, np.zeros((channels - have, sound.shape[1]), np.float32)])
    return np.stack([sound[channel::channels].mean(axis=0) for channel in range(channels)])


class Feeder:
    """The thread that fills decks; the newest one is played as soon as it holds a little.

    ``failed`` is called from it with turn and sentence where sound can't be read.
    """

    def __init__(self, mixer: Mixer, failed: Callable[[int, str], None]) -> None:
        self._mixer, self._failed = mixer, failed
        self._asked: queue.SimpleQueue[tuple[Feed, int, int | None] | threading.Event | None] = queue.SimpleQueue()
        self._feeds: list[Feed] = []
        self._turn = 0
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)
        self._thread.start()

    def play(self, feed: Feed, turn: int, joins_at: int | None = None) -> None:
        """Fill the deck of a feed and hand it to the mixer; see `Mixer.offer`."""
        self._asked.put((feed, turn, joins_at))

    def let_go(self) -> None:
        """Close all files, and wait until they are, but not for a disk that hangs."""
        done = threading.Event()
        self._asked.put(done)
        done.wait(ENDS_WITHIN_S)

    def close(self) -> None:
        """End the thread and let go of all files; may be called twice."""
        self._asked.put(None)
        self._thread.join(ENDS_WITHIN_S)

    def _run(self) -> None:
        while True:
            try:
                asked = self._asked.get(timeout=None if not self._feeds else LOOK_S)
            except queue.Empty:
                self._go_on()
                continue
            if asked is None:
                break
            if isinstance(asked, threading.Event):
                self._close_feeds()
                asked.set()
            else:
                self._begin(*asked)
        self._close_feeds()

    def _close_feeds(self) -> None:
        for feed in self._feeds:
            feed.end()
            feed.close()
        self._feeds.clear()

    def _begin(self, feed: Feed, turn: int, joins_at: int | None) -> None:
        self._feeds.append(feed)
        self._turn = turn
        enough = round(FIRST_S * feed.rate)
        while feed.deck.waiting < enough and not feed.deck.ended and self._stepped(feed):
            pass
        self._mixer.offer(feed.deck, turn, joins_at)
        self._go_on()

    def _go_on(self) -> None:
        """Fill the deck that is played and the one that will be; forget those that were left."""
        newest = self._feeds[-1]
        kept = [feed for feed in self._feeds if feed is newest or feed.deck is self._mixer.deck]
        for feed in self._feeds:
            if feed not in kept:
                feed.close()
        self._feeds = kept
        for feed in self._feeds:
            while self._asked.empty() and self._stepped(feed):
                pass

    def _stepped(self, feed: Feed) -> bool:
        try:
            return feed.step()
        except (RetakeError, OSError) as error:
            log.warning("playing ends: %s", error)
            self._end(feed, str(error))
        except Exception as error:  # whatever it is: else the thread would end, and nothing play any more
            log.exception("playing ends")
            self._end(feed, f"{type(error).__name__}: {error}")
        return False

    def _end(self, feed: Feed, why: str) -> None:
        feed.end()
        if feed is self._feeds[-1]:
            self._failed(self._turn, why)

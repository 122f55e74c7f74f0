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


class Voice(Protocol):
    """What is read: the recording, or the recording with takes."""

    rate: int
    channels: int
    frames: int

    def read(self, start: int, stop: int) -> NDArray[np.float32]: ...
    def close(self) -> None: ...


@dataclass
class Feed:
    """What a deck is filled with.

    Attributes:
        voices: original, take in use, compared take; the same object may stand for several.
        route: which frames.
        rate: of the device.
        speed: 1 as recorded; the pitch stays.
    """

    voices: tuple[Voice, Voice, Voice]
    route: Route
    rate: int
    channels: int
    speed: float = 1.0
    deck: Deck = field(init=False)

    def __post_init__(self) -> None:
        first = self.voices[0]
        self.deck = Deck(self.channels, round(AHEAD_S * self.rate), first.rate * self.speed / self.rate)
        self._place: int | None = None
        self._passed = 0
        self._ended = False
        self._held: Block | None = None
        count = VOICES * self.channels
        self._stretcher = Stretcher(count, first.rate, self.speed) if self.speed != 1 else None
        same = first.rate == self.rate
        self._resampler = None if same else soxr.ResampleStream(first.rate, self.rate, count, dtype="float32")

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
        for voice in {id(voice): voice for voice in self.voices}.values():
            voice.close()

    def _used_up(self) -> bool:
        if self._held is not None and not self._held.shape[1]:
            self._held = None
            return True
        return False

    def _next(self) -> Block:
        """The next block, ``(voices, n, channels)`` at the device's rate; n may be 0."""
        rate = self.voices[0].rate
        stretch = self.route.stretch(self._place, max(1, round(BLOCK_S * rate)))
        if stretch is None:
            self._ended = True
            rest = np.zeros((0, VOICES * self.channels), np.float32)
            return self._shaped(self._converted(rest, last=True))
        start, stop = stretch
        if start != self._place:
            self.deck.begin_stretch(self._passed, start)
        sound = self._read(start, stop)
        self._soften(sound, start, stop)
        self._place = stop
        self._passed += stop - start
        return self._shaped(self._converted(sound.T, last=False))

    def _read(self, start: int, stop: int) -> NDArray[np.float32]:
        """``(voices * channels, n)`` at the recording's rate."""
        read: dict[int, NDArray[np.float32]] = {}
        for voice in self.voices:
            if id(voice) not in read:
                read[id(voice)] = folded(voice.read(start, stop), self.channels)
        return np.concatenate([read[id(voice)] for voice in self.voices])

    def _soften(self, sound: NDArray[np.float32], start: int, stop: int) -> None:
        """Fade where playing ends before the recording does: a sound that is cut off clicks."""
        route, first = self.route, self.voices[0]
        edge = round(EDGE_S * first.rate)
        if route.loop_start is not None or route.stop >= first.frames or stop <= route.stop - edge:
            return
        fade = np.clip((route.stop - np.arange(start, stop)) / edge, 0, 1)
        sound *= fade.astype(np.float32)

    def _converted(self, sound: NDArray[np.float32], *, last: bool) -> NDArray[np.float32]:
        """``(n, voices * channels)`` at the wanted speed and the device's rate."""
        if self._stretcher:
            sound = self._stretcher.push(sound, last=last)
        if self._resampler:
            sound = np.asarray(self._resampler.resample_chunk(np.ascontiguousarray(sound), last=last))
        return sound

    def _shaped(self, sound: NDArray[np.float32]) -> Block:
        shaped: Block = sound.reshape(len(sound), VOICES, self.channels).transpose(1, 0, 2)
        return shaped


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

    ``failed`` is called from it with a sentence where sound can't be read.
    """

    def __init__(self, mixer: Mixer, failed: Callable[[str], None]) -> None:
        self._mixer, self._failed = mixer, failed
        self._asked: queue.SimpleQueue[tuple[Feed, int | None] | None] = queue.SimpleQueue()
        self._feeds: list[Feed] = []
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)
        self._thread.start()

    def play(self, feed: Feed, joins_at: int | None = None) -> None:
        """Fill the deck of a feed and hand it to the mixer; see `Mixer.offer`."""
        self._asked.put((feed, joins_at))

    def close(self) -> None:
        """End the thread and let go of all files; may be called twice."""
        self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                asked = self._asked.get(timeout=None if not self._feeds else LOOK_S)
            except queue.Empty:
                self._go_on()
                continue
            if asked is None:
                break
            self._begin(*asked)
        for feed in self._feeds:
            feed.close()
        self._feeds.clear()

    def _begin(self, feed: Feed, joins_at: int | None) -> None:
        enough = round(FIRST_S * feed.rate)
        while feed.deck.waiting < enough and not feed.deck.ended and self._stepped(feed):
            pass
        self._mixer.offer(feed.deck, joins_at)
        self._feeds.append(feed)
        self._go_on()

    def _go_on(self) -> None:
        """Fill the deck that is played and the one that will be; forget those that were left."""
        newest = self._feeds[-1]
        if self._mixer.deck is newest.deck:
            for feed in self._feeds[:-1]:
                feed.close()
            self._feeds = [newest]
        for feed in self._feeds:
            while self._asked.empty() and self._stepped(feed):
                pass

    def _stepped(self, feed: Feed) -> bool:
        try:
            return feed.step()
        except (RetakeError, OSError) as error:
            log.warning("playing ends: %s", error)
            feed.end()
            self._failed(str(error))
            return False

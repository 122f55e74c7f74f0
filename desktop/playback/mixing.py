"""What the sound device calls: voices summed with gains that glide, into the device's own buffer.

Original, takes and difference are sums of the same three voices, so that switching between any two is a glide of
three gains and never stops the stream. `Mixer.fill` runs in the device's thread: it takes no lock, emits no signal,
writes no log, and computes in arrays that were made beforehand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.playback.deck import VOICES, Block, Deck

SWITCH_S = 0.008  # cross-fade between voices, and between decks
EDGE_S = 0.002  # fade where playing starts or stops in the middle of a sound
CHUNK = 512  # frames that are mixed at once
KEPT_S = 1.0  # of what was played, for meters
NOTHING = np.zeros((2, VOICES), np.float32)

Gains = NDArray[np.float32]


class Mixer:
    """Plays a deck.

    What the window's thread sets is set by binding one name, which is atomic; what it reads may be a block old.

    Attributes:
        deck: what is played.
        playing: whether frames of it are taken; False some milliseconds after `rest`.
        finished: the deck of which all was played, or None; ``finished_at_s`` is when the last of it is heard.
        turn: decks that are offered for another one are not taken any more.
        starved: how often the deck had too little.
        played: how many frames the device took so far.
        heard_from, heard_at_s: `Deck.read` at the start of the last call, and the device's time when that is heard.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.rate, self.channels = rate, channels
        self.deck = Deck(channels, CHUNK)
        self.playing = False
        self.finished: Deck | None = None
        self.turn = 0
        self.starved = self.played = self.heard_from = 0
        self.heard_at_s = self.finished_at_s = 0.0
        self._offer: tuple[Deck, int, int | None] | None = None
        self._wanted: Gains = NOTHING
        self._resting = True
        self._aim: Gains = NOTHING
        self._from, self._to, self._now = (np.zeros((2, VOICES), np.float32) for _ in range(3))
        self._begin, self._end = (np.zeros(VOICES, np.float32) for _ in range(2))
        self._switch, self._edge = Ramp(round(SWITCH_S * rate)), Ramp(round(EDGE_S * rate))
        self._ramp, self._along = self._edge, self._edge.frames
        self._leaving: Deck | None = None
        self._left = 0
        self._weights, self._sums = np.zeros((CHUNK, 1), np.float32), np.zeros((CHUNK, channels), np.float32)
        self._scratch = np.zeros((CHUNK, channels), np.float32)
        self._kept: Block = np.zeros((round(KEPT_S * rate), channels), np.float32)

    # From the window's thread

    def set_gains(self, gains: Gains) -> None:
        """Glide to other gains, ``(2, voices)``: of the voices as they are, and of the voices matched by their deck."""
        self._wanted = gains

    def offer(self, deck: Deck, turn: int = 0, joins_at: int | None = None) -> None:
        """Go on with another deck, cross-faded, as if it had begun when ``joins_at`` frames were read.

        Without that, play it from its beginning, now. Not if `turn` is another one by then.
        """
        self._offer = (deck, turn, joins_at)

    def rest(self) -> None:
        """Fade out and stand still; what was offered is not taken any more."""
        self.turn += 1  # first: else a deck might be taken in between, and played
        self._resting = True

    def recent(self, start: int) -> Block:
        """What was played from frame ``start`` on, as far as it is kept: ``(frames, channels)``, a copy."""
        stop, size = self.played, len(self._kept)
        start = max(start, stop - size // 2)
        places = np.arange(start, stop) % size
        return self._kept[places]

    # In the device's thread

    def fill(self, out: Block, heard_at_s: float = 0.0) -> None:
        """Write the next frames into ``out``, ``(frames, channels)``."""
        self.heard_at_s, self.heard_from = heard_at_s, self.deck.read
        self._take_offer()
        for start in range(0, len(out), CHUNK):
            part = out[start : start + CHUNK]
            self._aim_gains()
            if self.playing:
                self._mix(part)
            else:
                part.fill(0)
            self._keep(part)
        if self.playing and self.deck.ended and not self.deck.waiting:
            self.finished_at_s = heard_at_s + len(out) / self.rate
            self.playing, self.finished, self._resting = False, self.deck, True
            self._aim = NOTHING
            self._now.fill(0)

    def _take_offer(self) -> None:
        offer = self._offer
        if offer is None or self._leaving is not None:  # one cross-fade after the other
            return
        deck, turn, joins_at = offer
        if turn != self.turn:
            self._offer = None
            return
        if joins_at is not None and self.playing:
            late = self.deck.read - joins_at
            if late < 0:
                return
            deck.read = min(late, deck.written)  # what is passed already makes room for what comes
            if late >= deck.written:
                return
        if self.playing:
            self._leaving, self._left = self.deck, 0
        if joins_at is None:
            self._resting = False
        self.deck = deck
        self.heard_from = deck.read
        self._offer = None

    def _aim_gains(self) -> None:
        """Begin to glide where other gains are wanted; stand still where silence was reached."""
        wanted = NOTHING if self._resting else self._wanted
        if wanted is not self._aim:
            edge = self._resting or not self.playing
            np.copyto(self._from, self._now)
            np.copyto(self._to, wanted)
            self._ramp, self._along = self._edge if edge else self._switch, 0
            self._aim = wanted
            self.playing = self.playing or not self._resting
        elif self._resting and self._along >= self._ramp.frames:
            self.playing = False

    def _mix(self, out: Block) -> None:
        frames = len(out)
        sums, weights, scratch = self._sums[:frames], self._weights[:frames], self._scratch[:frames]
        glide = self._ramp.part(self._along, frames)
        out.fill(0)
        self._add(self.deck, out, glide, weights, scratch, counts=True)
        leaving = self._leaving
        if leaving is not None:
            self._cross(leaving, out, glide, sums, weights, scratch)
        self._along += frames
        share = min(1.0, self._along / self._ramp.frames)
        np.subtract(self._to, self._from, out=self._now)
        self._now *= share
        self._now += self._from

    def _cross(
        self, leaving: Deck, out: Block, glide: NDArray[np.float32], sums: Block, weights: Block, scratch: Block
    ) -> None:
        """Fade from the deck before to this one."""
        fade = self._switch.part(self._left, len(out))
        sums.fill(0)
        self._add(leaving, sums, glide, weights, scratch, counts=False)
        out -= sums
        out *= fade[:, None]
        out += sums
        self._left += len(out)
        if self._left >= self._switch.frames:
            self._leaving = None

    def _add(
        self, deck: Deck, out: Block, glide: NDArray[np.float32], weights: Block, scratch: Block, *, counts: bool
    ) -> None:
        """Add the voices of a deck and take their frames."""
        frames = min(len(out), deck.waiting)
        if counts and frames < len(out) and not deck.ended:
            self.starved += 1
        for gains, sums in ((self._from, self._begin), (self._to, self._end)):
            np.multiply(gains[1], deck.match, out=sums)
            sums += gains[0]
        for voice in range(VOICES):
            if self._begin[voice] == 0 and self._end[voice] == 0:
                continue
            np.multiply(glide[:frames], self._end[voice] - self._begin[voice], out=weights[:frames, 0])
            weights[:frames] += self._begin[voice]
            np.multiply(deck.voice(voice, frames), weights[:frames], out=scratch[:frames])
            out[:frames] += scratch[:frames]
        deck.read += frames

    def _keep(self, part: Block) -> None:
        at, size = self.played % len(self._kept), len(self._kept)
        first = min(len(part), size - at)
        self._kept[at : at + first] = part[:first]
        self._kept[: len(part) - first] = part[first:]
        self.played += len(part)


class Ramp:
    """A straight rise to 1 over ``frames``, and 1 from there on."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        rise = np.arange(1, frames + 1) / frames
        self._shares = np.concatenate([rise, np.ones(CHUNK)]).astype(np.float32)

    def part(self, start: int, frames: int) -> NDArray[np.float32]:
        """The next ``frames``, at most `CHUNK`, from ``start`` on."""
        start = min(start, self.frames)
        return self._shares[start : start + frames]

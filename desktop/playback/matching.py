"""How loud the voices are where they are compared, and the gains that make them equal: ITU-R BS.1770-5."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desktop.playback.deck import VOICES
from desktop.playback.feeding import Voice
from engine.measuring.k_weighting import KWeighting
from engine.measuring.loudness import Loudness, channel_weights, gated_lufs

Heard = Literal["A", "B", "C", "D"]
HEARD: tuple[Heard, ...] = ("A", "B", "C", "D")
SHORTEST_S = 0.4  # of a block of the standard; what is shorter is measured as one block
MOST_DB = 24.0  # nothing is made louder by more: what is almost silent would become noise


@dataclass(frozen=True)
class Level:
    """How loud a voice is over some frames.

    Attributes:
        lufs: integrated loudness; None for silence.
        peak: greatest sample.
        is_whole: whether all of the frames were measured; otherwise the first of them stand for all so far.
    """

    lufs: float | None
    peak: float
    is_whole: bool = True


@dataclass(frozen=True)
class Matching:
    """Levels of original, take in use and compared take over the same frames."""

    levels: tuple[Level, Level, Level]

    @property
    def is_whole(self) -> bool:
        """Whether all of the frames were measured."""
        return all(level.is_whole for level in self.levels)

    def relative_db(self, voice: int) -> float:
        """What makes a voice as loud as the original; 0 where either is silent."""
        original, other = self.levels[0].lufs, self.levels[voice].lufs
        if original is None or other is None:
            return 0.0
        return max(-MOST_DB, min(original - other, MOST_DB))

    @property
    def offset_db(self) -> float:
        """By how much all must be softer, so that none that is made louder exceeds full scale."""
        raised = [voice for voice in range(VOICES) if self.relative_db(voice) > 0]
        most = max((self.levels[voice].peak * db(self.relative_db(voice)) for voice in raised), default=0.0)
        return -20 * math.log10(most) if most > 1 else 0.0

    def gains(self) -> NDArray[np.float32]:
        """Factors of the voices, ``(voices,)``."""
        return np.array([db(self.relative_db(voice) + self.offset_db) for voice in range(VOICES)], np.float32)


def level_of(voice: Voice, start: int, stop: int, cancelled: Callable[[], bool] = lambda: False) -> Level | None:
    """Measure a voice from frame ``start`` to ``stop``, a second at a time; None where it was cancelled.

    Loudness as `engine.measuring.loudness.Loudness` has it, from 0.4 s on; what is shorter is one block, of its own
    length.

    Raises:
        RetakeError: it can't be read.
    """
    rate, peak, power = voice.rate, 0.0, 0.0
    gated, plain = Loudness(rate, voice.channels, signals=1), KWeighting(rate, voice.channels)
    weights = channel_weights(voice.channels)
    is_long = stop - start >= SHORTEST_S * rate
    for first in range(start, stop, rate):
        if cancelled():
            return None
        sound = voice.read(first, min(first + rate, stop))
        peak = max(peak, float(np.abs(sound).max()))
        if is_long:
            gated.push(sound)
        else:
            power += float((weights @ np.square(plain.push(sound.astype(np.float64)))).sum())
    return Level(gated.integrated()[0] if is_long else lufs(power / max(stop - start, 1)), peak)


def lufs(power: float) -> float | None:
    """Loudness of a summed mean square, taken as one block; None below the gate."""
    return gated_lufs(np.array([power]))


def gains(heard: Heard, *, matched: bool, difference_db: float = 0.0, volume_db: float = 0.0) -> NDArray[np.float32]:
    """Gains to hear one thing with, ``(2, voices)``: of the voices as they are, and of the voices matched.

    The difference is the take in use minus the original, never matched, with a gain of its own.
    """
    made = np.zeros((2, VOICES), np.float32)
    if heard == "D":
        made[0, :2] = -db(difference_db), db(difference_db)
    else:
        made[int(matched), HEARD.index(heard)] = 1.0
    return made * np.float32(db(volume_db))


def db(level: float) -> float:
    """A gain in decibels as a factor."""
    return float(10 ** (level / 20))

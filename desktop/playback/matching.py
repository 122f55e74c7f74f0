"""How loud the voices are where they are compared, and the gains that make them equal: ITU-R BS.1770-4."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from desktop.playback.deck import VOICES
from desktop.playback.feeding import Voice
from engine.measuring.k_weighting import KWeighting
from engine.measuring.loudness import Loudness

Heard = Literal["A", "B", "C", "D"]
HEARD: tuple[Heard, ...] = ("A", "B", "C", "D")
LONGEST_S = 60.0  # that is measured; of more, the first part stands for all
SHORTEST_S = 0.4  # of a block of the standard; what is shorter is measured as one block
MOST_DB = 24.0  # nothing is made louder by more: what is almost silent would become noise
SILENT_LUFS = -70.0


@dataclass(frozen=True)
class Matching:
    """Loudness of original, take in use and compared take over the same frames.

    Attributes:
        start, stop: of them.
        lufs: of each voice; None for silence.
    """

    start: int
    stop: int
    lufs: tuple[float | None, float | None, float | None]

    def gain_db(self, voice: int) -> float:
        """What makes a voice as loud as the original; 0 where either is silent."""
        original, other = self.lufs[0], self.lufs[voice]
        if original is None or other is None:
            return 0.0
        return max(-MOST_DB, min(original - other, MOST_DB))


def measured(voices: tuple[Voice, Voice, Voice], start: int, stop: int) -> Matching:
    """Measure the voices from frame ``start`` to ``stop``.

    Raises:
        RetakeError: they can't be read.
    """
    known: dict[int, float | None] = {}
    stop = min(stop, start + round(LONGEST_S * voices[0].rate))
    for voice in voices:
        if id(voice) not in known:
            known[id(voice)] = loudness(voice.read(start, stop), voice.rate)
    return Matching(start, stop, tuple(known[id(voice)] for voice in voices))  # type: ignore[arg-type]


def loudness(sound: NDArray[np.float32], rate: int) -> float | None:
    """Integrated loudness of ``(channels, frames)`` in LUFS; None for silence.

    As `engine.measuring.loudness.Loudness` has it, from 0.4 s on; what is shorter is one block, of its own length.
    """
    if sound.shape[1] >= SHORTEST_S * rate:
        measured = Loudness(rate, len(sound))
        measured.push(np.concatenate([sound, sound]))
        return measured.integrated()[0]
    weighted = np.square(KWeighting(rate, len(sound)).push(sound.astype(np.float64))).sum(axis=0)
    return lufs(float(weighted.mean())) if len(weighted) else None


def lufs(power: float) -> float | None:
    """Loudness of a summed mean square; None below the gate."""
    if power <= 0 or not math.isfinite(power):
        return None
    level = -0.691 + 10 * math.log10(power)
    return level if level >= SILENT_LUFS else None


def gains(heard: Heard, matching: Matching | None, difference_db: float, volume_db: float) -> NDArray[np.float32]:
    """Gains of the voices that let one thing be heard; without ``matching``, all as they are.

    The difference is the take in use minus the original, never matched, with a gain of its own.
    """
    made = np.zeros(VOICES, np.float32)
    if heard == "D":
        made[0], made[1] = -db(difference_db), db(difference_db)
    else:
        voice = HEARD.index(heard)
        made[voice] = db(matching.gain_db(voice)) if matching else 1.0
    return made * np.float32(db(volume_db))


def db(level: float) -> float:
    """A gain in decibels as a factor."""
    return float(10 ** (level / 20))

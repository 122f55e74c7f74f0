"""Quality and intelligibility of speech: ITU-T P.862.2 and Taal et al. 2011, where their packages are there."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable

import numpy as np

from engine.measuring.measures import finite
from engine.measuring.streams import Samples

SPEECH_RATE = 16000  # the mel's too: one resampler serves both
SPEECH_S = (0.5, 60.0)


class Speech:
    """PESQ (wide band) and STOI of the channels' mean at 16 kHz, for 0.5 to 60 s, where installed."""

    def __init__(self, length_s: float | None, *, wanted: bool = True) -> None:
        wanted = wanted and (length_s is None or SPEECH_S[0] <= length_s <= SPEECH_S[1])
        self._packages = {name for name in ("pesq", "pystoi") if wanted and importlib.util.find_spec(name)}
        self._blocks: list[Samples] = []
        self._frames = 0

    def push(self, block: Samples) -> None:
        """``(2C, n)`` at 16 kHz."""
        self._frames += block.shape[1]
        if self._frames > SPEECH_S[1] * SPEECH_RATE + 1:
            self._packages, self._blocks = set(), []
        if self._packages:
            self._blocks.append(block.reshape(2, len(block) // 2, -1).mean(axis=1))

    def pesq(self) -> float | None:
        """MOS-LQO, 1 to 4.6."""
        if "pesq" not in self._packages or self._too_short():
            return None
        import pesq

        return self._score(lambda reference, result: pesq.pesq(SPEECH_RATE, reference, result, "wb"))

    def stoi(self) -> float | None:
        """Up to 1."""
        if "pystoi" not in self._packages or self._too_short():
            return None
        import pystoi

        return self._score(lambda reference, result: pystoi.stoi(reference, result, SPEECH_RATE))

    def _too_short(self) -> bool:
        return self._frames < SPEECH_S[0] * SPEECH_RATE

    def _score(self, score: Callable[[Samples, Samples], float]) -> float | None:
        reference, result = np.concatenate(self._blocks, axis=1)
        if not reference.any():
            return None  # silence isn't speech, though STOI gives it a score of 0
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # pystoi warns, and returns 1e-5, where too little speech is left
                return finite(score(reference, result))
        except (ArithmeticError, RuntimeError, ValueError, Warning):
            return None  # what the packages refuse, no utterance in it for one, has no score

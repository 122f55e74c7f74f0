"""Random crops of the corpus as batches of STFT magnitudes, with random gain, tilt and mixing.

What a network of the mel domain can't tell apart is done in that domain: gain and tilt scale magnitudes, mixing
adds waveforms.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from engine.mel import MelSpec, magnitude
from engine.training.data import FULL_SCALE, Corpus

REAL_SHARE = 0.7
MIXED_SHARE = 0.15
QUIETER_SHARE = 0.5
TILTED_SHARE = 0.4


class Crops:
    """Draws crops; recordings with weight by their length, real ones with `REAL_SHARE` of all where there are some.

    Attributes:
        corpus: what is drawn from.
        spec: the mel that the crops are for.
    """

    def __init__(self, corpus: Corpus, spec: MelSpec, longest_frames: int) -> None:
        self.corpus, self.spec = corpus, spec
        needed = longest_frames * spec.hop + 2 * spec.pad
        self._entries = [entry for entry in corpus.entries if entry.length >= needed]
        lengths = np.array([entry.length for entry in self._entries], dtype=np.float64)
        real = np.array([entry.real for entry in self._entries])
        if real.any() and not real.all():
            lengths[real] *= REAL_SHARE / lengths[real].sum()
            lengths[~real] *= (1 - REAL_SHARE) / lengths[~real].sum()
        self._weights = lengths / lengths.sum()

    def _one(self, rng: np.random.Generator, samples: int) -> np.ndarray:
        entry = self._entries[rng.choice(len(self._entries), p=self._weights)]
        start = entry.start + int(rng.integers(0, entry.length - samples + 1))
        return self.corpus.samples[start : start + samples].astype(np.float32) / FULL_SCALE

    def batch(self, rng: np.random.Generator, size: int, frames: int) -> Tensor:
        """Draw (size, bins, frames) float32 magnitudes at the level that a job would give them."""
        samples = frames * self.spec.hop + 2 * self.spec.pad
        sounds = np.stack([self._one(rng, samples) for _ in range(size)])
        for sound in sounds:
            if rng.random() < MIXED_SHARE:
                sound += self._one(rng, samples) * 10 ** (-rng.uniform(0, 20) / 20)
                sound *= 0.5 / max(0.5, float(np.abs(sound).max()))
        magnitudes = magnitude(torch.from_numpy(sounds)[:, None], self.spec)
        return magnitudes * torch.from_numpy(self._shape(rng, size, magnitudes.shape[1]))[..., None]

    def _shape(self, rng: np.random.Generator, size: int, bins: int) -> np.ndarray:
        """Random gain and a random tilt over frequency, (size, bins)."""
        level_db = np.where(rng.random(size) < QUIETER_SHARE, -rng.uniform(0, 24, size), 0.0)
        place = np.linspace(0, 1, bins)
        tilt_db = np.zeros((size, bins))
        for row in np.flatnonzero(rng.random(size) < TILTED_SHARE):
            for order in (1, 2, 3):
                tilt_db[row] += rng.normal(0, 4.0 / order) * np.cos(math.pi * order * place)
        return (10 ** ((level_db[:, None] + tilt_db) / 20)).astype(np.float32)

"""Random crops of the corpus: sounds with random mixing and reverberation, and what shapes their magnitudes.

What a network of the mel domain can't tell apart from a change of the sound is done in that domain: gain, tilt and
a stretch that is much quieter than the rest scale magnitudes. Mixing and reverberation change waveforms.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from engine.errors import InputError
from engine.mel import MelSpec, magnitude
from engine.training.data import FULL_SCALE, Corpus

KINDS = ("any", "music", "speech", "environment")
REAL_SHARE = 0.7
MIXED_SHARE = 0.15
REVERBERANT_SHARE = 0.1
TILTED_SHARE = 0.4
LEVELS = ((0.45, 0.0, 0.0), (0.4, 0.0, 24.0), (0.15, 24.0, 60.0))  # share, from and to dB below the job's level
QUIET_STRETCH_SHARE = 0.15
QUIET_STRETCH_DB = (20.0, 55.0)


class Crops:
    """Draws crops; recordings with weight by their length, real ones with `REAL_SHARE` of all where there are some.

    Attributes:
        corpus: what is drawn from.
        spec: the mel that the crops are for.
        device: where the crops are made; the whole corpus is held there.
    """

    def __init__(
        self,
        corpus: Corpus,
        spec: MelSpec,
        longest_frames: int,
        device: torch.device | None = None,
    ) -> None:
        self.corpus, self.spec, self.device = corpus, spec, device or torch.device("cpu")
        needed = longest_frames * spec.hop + 2 * spec.pad
        self._entries = [entry for entry in corpus.entries if entry.length >= needed]
        if not self._entries:
            needed_s = needed / spec.rate
            raise InputError(f"no sound of the corpus is long enough; at least one of {needed_s:.2f} s is expected")
        lengths = np.array([entry.length for entry in self._entries], dtype=np.float64)
        real = np.array([entry.real for entry in self._entries])
        if real.any() and not real.all():
            lengths[real] *= REAL_SHARE / lengths[real].sum()
            lengths[~real] *= (1 - REAL_SHARE) / lengths[~real].sum()
        self._weights = lengths / lengths.sum()
        self._samples = torch.from_numpy(np.array(corpus.samples)).to(self.device)

    def _draw(self, rng: np.random.Generator, size: int, samples: int) -> tuple[Tensor, Tensor]:
        chosen = rng.choice(len(self._entries), size=size, p=self._weights)
        entries = [self._entries[index] for index in chosen]
        starts = [entry.start + int(rng.integers(0, entry.length - samples + 1)) for entry in entries]
        sounds = torch.stack([self._samples[start : start + samples] for start in starts]).float() / FULL_SCALE
        return sounds, torch.tensor([KINDS.index(entry.kind) for entry in entries], device=self.device)

    def sounds(self, rng: np.random.Generator, size: int, frames: int) -> tuple[Tensor, Tensor]:
        """Draw sounds with the padding that ``frames`` mel frames need.

        Returns:
            (size, pad + frames * hop + pad) float32 and the index in `KINDS` of each, (size,).
        """
        samples = frames * self.spec.hop + 2 * self.spec.pad
        sounds, kinds = self._draw(rng, size, samples)
        mixed = rng.random(size) < MIXED_SHARE
        if mixed.any():
            others, _ = self._draw(rng, int(mixed.sum()), samples)
            level = torch.from_numpy(10 ** (-rng.uniform(0, 20, (len(others), 1)) / 20)).to(sounds)
            rows = torch.from_numpy(mixed).to(self.device)
            sounds[rows] += others * level
            sounds[rows] *= 0.5 / sounds[rows].abs().amax(dim=1, keepdim=True).clamp_min(0.5)
        for row in np.flatnonzero(rng.random(size) < REVERBERANT_SHARE):
            sounds[row] = self._reverberated(rng, sounds[row])
        return sounds, kinds

    def _reverberated(self, rng: np.random.Generator, sound: Tensor) -> Tensor:
        """Convolve (samples,) with exponentially decaying noise after a direct sound (Polack 1988)."""
        decay_s, wet_db = rng.uniform(0.1, 1.2), rng.uniform(-18, 0)
        length = int(min(decay_s, 1.0) * self.spec.rate)
        tail = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / (decay_s * self.spec.rate))
        tail *= 10 ** (wet_db / 20) / np.sqrt((tail**2).sum())
        tail[0] = 1.0
        response = torch.from_numpy(tail.astype(np.float32)).to(self.device)
        size = 1 << (len(sound) + length - 2).bit_length()
        wet: Tensor = torch.fft.irfft(torch.fft.rfft(sound, size) * torch.fft.rfft(response, size), size)[: len(sound)]
        factor = float(sound.abs().max() / wet.abs().max().clamp_min(1e-6))
        return wet.mul(factor)

    def magnitudes(self, sounds: Tensor) -> Tensor:
        """STFT magnitudes (B, bins, frames) of what `sounds` gave."""
        return magnitude(sounds[:, None], self.spec)

    def batch(self, rng: np.random.Generator, size: int, frames: int) -> Tensor:
        """Draw (size, bins, frames) float32 magnitudes at the levels that jobs would give them."""
        magnitudes = self.magnitudes(self.sounds(rng, size, frames)[0])
        return magnitudes * self.shape(rng, size, magnitudes.shape[1]) * self._quiet_stretch(rng, size, frames)

    def shape(self, rng: np.random.Generator, size: int, bins: int) -> Tensor:
        """Random gain and a random tilt over frequency, (size, bins, 1)."""
        shares = np.array([share for share, _, _ in LEVELS])
        level = np.array(LEVELS)[rng.choice(len(LEVELS), size=size, p=shares / shares.sum())]
        level_db = -rng.uniform(level[:, 1], level[:, 2])
        place = np.linspace(0, 1, bins)
        tilt_db = np.zeros((size, bins))
        for row in np.flatnonzero(rng.random(size) < TILTED_SHARE):
            for order in (1, 2, 3):
                tilt_db[row] += rng.normal(0, 4.0 / order) * np.cos(math.pi * order * place)
        factors = 10 ** ((level_db[:, None] + tilt_db) / 20)
        return torch.from_numpy(factors[..., None].astype(np.float32)).to(self.device)

    def _quiet_stretch(self, rng: np.random.Generator, size: int, frames: int) -> Tensor:
        """1, or for some a stretch that is much quieter than the rest, as beside a click; (size, 1, frames)."""
        factors = np.ones((size, 1, frames), np.float32)
        for row in np.flatnonzero(rng.random(size) < QUIET_STRETCH_SHARE):
            first, last = np.sort(rng.integers(0, frames + 1, size=2))
            factors[row, :, first:last] = 10 ** (-rng.uniform(*QUIET_STRETCH_DB) / 20)
        return torch.from_numpy(factors).to(self.device)

"""Clipped sound made whole by sparsity: of all sounds that would clip to the recording, one of few components.

Kowalski, Siedenburg & Doerfler 2013, "Social sparsity! Neighborhood systems enrich structured shrinkage operators", and
Siedenburg, Kowalski & Doerfler 2014, "Audio declipping with social sparsity": persistent empirical Wiener shrinkage,
in which neighbours in time decide together, and a squared hinge for the clipped samples; solved by relaxed iterative
shrinkage whose threshold falls from the largest coefficient to -60 dB of it.

Samples that were not clipped come back bit for bit; the others lie at or beyond the threshold.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.fft import next_fast_len
from torch import Tensor

from engine.clipping import Clipping, Sound
from engine.mel import hann_window

WINDOW_S = 0.064
HOPS_PER_WINDOW = 4
ITERATIONS = 100
SHARE_AT_END = 1e-3  # of the largest coefficient, where the shrinkage's threshold ends
RELAXATION = 0.9
NEIGHBOURS = 3  # hops that are shrunk by their common energy
AROUND_S = 0.1  # heard on each side of clipped samples
LONGEST_S = 8.0  # at a time

Report = Callable[[int, int], None]


def declip_in_place(sound: Sound, clipping: Clipping, rate: int, report: Report) -> None:
    """Make (channels, frames) whole; afterwards it may exceed full scale.

    Args:
        report: told at each iteration how many are done and how many there are in all.
    """
    stretches = []
    for channel, samples in enumerate(sound):
        limits = clipping.of_channel(channel)
        stretches += [(channel, limits, *span) for span in damaged_spans(limits.hit(samples[None])[0], rate)]
    around = round(AROUND_S * rate)
    of = len(stretches) * ITERATIONS
    for index, (channel, limits, first, last) in enumerate(stretches):
        begin, end = max(0, first - around), min(sound.shape[1], last + around)
        found = sparse(sound[channel : channel + 1, begin:end], limits, rate, index * ITERATIONS, of, report)
        sound[channel, first:last] = found[0, first - begin : last - begin]


def damaged_spans(hit: NDArray[np.bool_], rate: int) -> list[tuple[int, int]]:
    """Frames, half-open, from the first to the last of clipped ones of (frames,) that lie near each other.

    None is longer than `LONGEST_S`; each clipped frame lies in one of them.
    """
    at = np.flatnonzero(hit)
    if not len(at):
        return []
    longest = round(LONGEST_S * rate)
    spans = []
    for group in np.split(at, np.flatnonzero(np.diff(at) > 2 * AROUND_S * rate) + 1):
        cuts = np.searchsorted(group, np.arange(group[0] + longest, group[-1] + 1, longest))
        spans += [(int(piece[0]), int(piece[-1]) + 1) for piece in np.split(group, cuts) if len(piece)]
    return spans


def sparse(sound: Sound, clipping: Clipping, rate: int, done: int, of: int, report: Report) -> Sound:
    """One stretch of one channel, (1, frames) -> (1, frames), after ``done`` of ``of`` iterations."""
    above, below = (torch.from_numpy(hit[0]) for hit in (clipping.above(sound), clipping.below(sound)))
    recorded, upper, lower = torch.from_numpy(sound[0]), float(clipping.upper[0, 0]), float(clipping.lower[0, 0])
    frame = _TightFrame(len(recorded), rate)
    before = frame.forward(recorded)
    ahead = before
    largest = float(before.abs().max())
    for index, share in enumerate(np.geomspace(1.0, SHARE_AT_END, ITERATIONS)):
        report(done + index, of)
        guess = frame.backward(ahead)
        error = torch.where(above, (guess - upper).clamp_max(0), guess - recorded)
        error = torch.where(below, (guess + lower).clamp_min(0), error)
        shrunk = persistent_wiener(ahead - frame.forward(error), float(share) * largest)
        ahead = shrunk + RELAXATION * (shrunk - before)
        before = shrunk
    return clipping.projected(frame.backward(before)[None].numpy(), sound)


def persistent_wiener(coefficients: Tensor, threshold: float) -> Tensor:
    """Shrink (bins, hops) by ``1 - threshold^2 / E``, E the energy of a coefficient and its neighbours in time."""
    energy = coefficients.real.square() + coefficients.imag.square()
    half = NEIGHBOURS // 2
    together = F.avg_pool1d(F.pad(energy, (half, half), mode="replicate"), NEIGHBOURS, 1) * NEIGHBOURS
    return coefficients * (1 - threshold**2 / together.clamp_min(1e-20)).clamp_min(0)


class _TightFrame:
    """A Hann-windowed STFT that is its own inverse's transpose: ``backward(forward(x)) = x``, energies kept."""

    def __init__(self, samples: int, rate: int) -> None:
        self.hop = next_fast_len(max(8, round(WINDOW_S * rate / HOPS_PER_WINDOW)))
        self.size = self.hop * HOPS_PER_WINDOW
        self.samples = samples
        # The squares of Hann windows at a quarter's distance add up to 3/2.
        self.window = hann_window(self.size, torch.device("cpu")) / 1.5**0.5

    def forward(self, sound: Tensor) -> Tensor:
        """(samples,) -> (bins, hops)."""
        padded = F.pad(sound, (self.size, self.size - self.hop + -self.samples % self.hop))
        return torch.stft(
            padded, self.size, self.hop, window=self.window, center=False, normalized=True, return_complex=True
        )

    def backward(self, coefficients: Tensor) -> Tensor:
        """(bins, hops) -> (samples,)."""
        frames = torch.fft.irfft(coefficients, n=self.size, dim=0, norm="ortho") * self.window[:, None]
        length = (frames.shape[1] - 1) * self.hop + self.size
        sound = F.fold(frames[None], (1, length), (1, self.size), stride=(1, self.hop))[0, 0, 0]
        return sound[self.size : self.size + self.samples]

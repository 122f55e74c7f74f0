"""The Frechet distance of two sets of recordings, by the statistics of what a model's VAE makes of them.

Single recordings are compared cell by cell (`engine.metrics`); of sets that don't belong to each other one by one, or
of results that are meant to be other than their reference, only the distributions can be compared: Heusel et al.,
"GANs trained by a two time-scale update rule converge to a local Nash equilibrium", NeurIPS 2017, eq. 6, for sound
Kilgour et al., "Frechet audio distance", Interspeech 2019: ``|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))``.

Each frame of the latent is one vector of channels x bands, 128 in AudioLDM2's layout, 25 a second. Time is pooled,
frequency is not: a recording shifted by a second is the same, one shifted by an octave isn't, and FAD's network too
sees all bands at once. The latent is scaled as the model's UNet takes it, so that its deviation is about 1; distances
with different models are on different scales.

Limits. Recordings are levelled one by one, as the model hears them: what is only louder is at no distance. How frames
follow each other isn't looked at. The estimate is too great by about one over the length (Chong and Forsyth, CVPR
2020). Measured with the bundled model, whose latent's variances add up to 145 to 195, two sets that should be at 0:

==========================================  =========  ========  =======  =======  =======
seconds in each set                         6          30        60       120      600
==========================================  =========  ========  =======  =======  =======
frames dealt from the same recordings       18 to 25   4 to 5    2 to 3   1        0.2
other recordings of the same kind           100 to 250 50 to 180 35 to 140 16 to 90 4 to 22
==========================================  =========  ========  =======  =======  =======

So results against the very recordings that they were made of mean something from a minute on: 8 s each of 19 through
the VAE are at 0.05 with the renderer `gain` and at 0.9 with `griffinlim`. Against others, ten minutes of as many
recordings as can be had are few (halves of those 19 are 34 apart), and what counts is how much greater a distance is
than that between two halves of the references (`engine.training.judging.frechet`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.analysis import analyse
from engine.audio import Clip
from engine.methods.windows import blended, lengthened
from engine.model.denoiser import scaled_latent
from engine.model.load import Model
from engine.progress import Control

Floats = NDArray[np.float64]

PART_S = 300.0  # of a recording that is in memory at a time


@dataclass(frozen=True)
class LatentStatistics:
    """Count, mean and scatter of vectors; those of batches are merged after Chan, Golub and LeVeque 1983.

    Attributes:
        count: of vectors, at least 1.
        mean: theirs, (dimensions,).
        scatter: sum of the outer products of what they differ from it by, (dimensions, dimensions).
    """

    count: int
    mean: Floats
    scatter: Floats

    @classmethod
    def of(cls, vectors: NDArray[np.floating]) -> LatentStatistics:
        """Those of (n, dimensions), n at least 1."""
        wide = np.asarray(vectors, np.float64)
        mean = wide.mean(axis=0)
        return cls(len(wide), mean, (wide - mean).T @ (wide - mean))

    @property
    def covariance(self) -> Floats:
        """Of the vectors, (dimensions, dimensions), over count - 1; of one vector it is 0."""
        return self.scatter / max(1, self.count - 1)

    @property
    def is_full_rank(self) -> bool:
        """Whether there are more vectors than dimensions; of fewer the covariance is singular."""
        return self.count > len(self.mean)

    def merged(self, other: LatentStatistics) -> LatentStatistics:
        """Those of the vectors of both."""
        total = self.count + other.count
        step = other.mean - self.mean
        between = np.outer(step, step) * (self.count * other.count / total)
        return LatentStatistics(total, self.mean + step * (other.count / total), self.scatter + other.scatter + between)


def frechet_distance(mean_a: Floats, cov_a: Floats, mean_b: Floats, cov_b: Floats) -> float:
    """The squared Frechet distance of two Gaussians.

    ``tr (C1 C2)^(1/2)`` is the sum of the singular values of ``C1^(1/2) C2^(1/2)``, roots of symmetric matrices: real
    and at least 0 where a root of the product, which isn't symmetric, is complex by rounding.

    Args:
        mean_a, mean_b: (n,).
        cov_a, cov_b: covariances, symmetric (n, n); or variances (n,) of what is taken as independent.
    """
    means = float((mean_a - mean_b) @ (mean_a - mean_b))
    if cov_a.ndim == 1:
        return means + float(np.square(np.sqrt(cov_a) - np.sqrt(cov_b)).sum())
    from scipy.linalg import svdvals

    shared = float(svdvals(_root(cov_a) @ _root(cov_b)).sum())
    return max(0.0, means + float(np.trace(cov_a) + np.trace(cov_b)) - 2 * shared)


def _root(covariance: Floats) -> Floats:
    """The symmetric root of a covariance."""
    from scipy.linalg import eigh

    values, vectors = eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T)


def distance_between(ours: LatentStatistics, theirs: LatentStatistics) -> float | None:
    """The squared Frechet distance of two sets; None where one has too few vectors for a covariance of full rank."""
    if not (ours.is_full_rank and theirs.is_full_rank):
        return None
    return frechet_distance(ours.mean, ours.covariance, theirs.mean, theirs.covariance)


def statistics_of(clip: Clip, start: int, end: int, model: Model, control: Control) -> LatentStatistics:
    """Of all latent frames of a stretch of a recording.

    Args:
        clip: of any rate, length and number of channels.
        start, end: the stretch, in frames of the recording, end exclusive; not empty.
        model: with its ``vae``.
        control: asked whether to stop.

    Raises:
        RecordingError: the recording can't be read.
        Cancelled: the user stopped.
    """
    parts = latent_vectors(clip, start, end, model, control)
    return functools.reduce(LatentStatistics.merged, map(LatentStatistics.of, parts))


def latent_vectors(clip: Clip, start: int, end: int, model: Model, control: Control) -> Iterator[Floats]:
    """The latent's frames of a stretch of a recording, (n, channels * bands), five minutes of it at most at a time.

    Each part is levelled by itself. The last frame is left out where the sound ends within it, but of a stretch that is
    shorter than one. Arguments and errors are those of `statistics_of`.
    """

    def encoded(index: int, mel: Tensor) -> Tensor:
        control.check("measuring")
        return scaled_latent(model, mel)

    count = math.ceil((end - start) / (PART_S * clip.rate))
    bounds = [start + (end - start) * index // count for index in range(count + 1)]
    for first, last in pairwise(bounds):
        analysis = analyse(clip, first, last, model.spec, model.placement.device, control)
        whole = lengthened(analysis.mel, model.spec.silence)[None, None]

        latent = blended(whole, encoded, window=model.window_frames)[0]  # (C, T', bands')
        rows = max(1, len(analysis.mel) * latent.shape[1] // whole.shape[2])
        # (C, T', bands') -> (T', C, bands') -> (T', C * bands')
        yield latent[:, :rows].transpose(0, 1).flatten(1).cpu().double().numpy()

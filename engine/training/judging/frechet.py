"""The Frechet distance between two sets of vectors, and its ratio to that between halves of the real ones.

The distance is `engine.measuring.frechet`'s, after Dowson and Landau, "The Frechet distance between multivariate
normal distributions", 1982, eq. 4.

There are more dimensions (256) than recordings of a kind, so that a full covariance would be singular, and a
projection onto the real set's components would be blind to what only the model does. The covariances are therefore
taken as diagonal, and the trace is ``sum (s1 - s2)^2``. The distance grows as samples get fewer; for the ratio all
sets are drawn with the same size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.measuring.frechet import frechet_distance

Vectors = NDArray[np.float64]
REPLICATES = 500
INTERVAL_PERCENT = (2.5, 97.5)
FEWEST_RECORDINGS = 4


@dataclass(frozen=True)
class Ratio:
    """Distances as means over the ways to halve, their ratio, and its 95 % bootstrap interval.

    Attributes:
        distance: of the made vectors to one half of the real ones.
        between_halves: of the other half to that one.
        ratio: of the two.
        low, high: 2.5th and 97.5th percentile of the ratio over halves and redrawn sets.
    """

    distance: float
    between_halves: float
    ratio: float
    low: float
    high: float


def distance_of_sets(first: Vectors, second: Vectors) -> float:
    """The squared distance between the Gaussians of two sets (n, dimensions), covariances diagonal."""
    return frechet_distance(first.mean(axis=0), first.var(axis=0), second.mean(axis=0), second.var(axis=0))


def ratio_to_halves(
    made: Vectors, real: Sequence[Vectors], rng: np.random.Generator, replicates: int = REPLICATES
) -> Ratio:
    """How far what was made is from real recordings, in units of how far these are from each other.

    Each replicate deals the recordings into two halves anew, so that parts of one are never in both, and takes as many
    of the made vectors as a half has: a model as good as the recordings comes out at 1 or below. For the interval,
    recordings of each half and made vectors are drawn again with replacement (Efron and Tibshirani 1993).

    Args:
        made: (n, dimensions).
        real: the vectors of each recording, (its pieces, dimensions); at least four recordings.
    """
    assert len(real) >= FEWEST_RECORDINGS, "two halves of at least two recordings"
    plain, redrawn = np.empty((replicates, 2)), np.empty((replicates, 2))
    for replicate in range(replicates):
        half, other = ([real[index] for index in part] for part in np.array_split(rng.permutation(len(real)), 2))
        size = min(sum(map(len, other)), len(made))
        ours = made[rng.choice(len(made), size, replace=False)]
        plain[replicate] = _distances(ours, half, other)
        half, other = ([part[index] for index in rng.integers(len(part), size=len(part))] for part in (half, other))
        redrawn[replicate] = _distances(ours[rng.integers(size, size=size)], half, other)
    distance, between_halves = plain.mean(axis=0)
    low, high = np.percentile(redrawn[:, 0] / redrawn[:, 1], INTERVAL_PERCENT)
    return Ratio(float(distance), float(between_halves), float(distance / between_halves), float(low), float(high))


def _distances(made: Vectors, half: list[Vectors], other: list[Vectors]) -> tuple[float, float]:
    """Of what was made, and of as much of the other half, to the half."""
    wanted, theirs = np.concatenate(half), np.concatenate(other)
    return distance_of_sets(made, wanted), distance_of_sets(theirs[: len(made)], wanted)

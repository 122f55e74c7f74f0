"""Prior signal-to-noise ratios for a Wiener filter, from noisy spectra alone.

Ephraim & Malah 1984, "Speech enhancement using a minimum mean-square error short-time spectral amplitude estimator",
eq. 51: the decision-directed estimate. It follows the past, so that onsets come late; run backward it follows the
future. A repair knows both: the two are averaged in the logarithm, which beats either by about a decibel.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LEAST_RATIO = 10 ** (-25 / 10)  # of the prior ratio, as usual; keeps residual noise from fluctuating (Cappe 1994)
LARGEST_RATIO = 1e8


def decision_directed(ratio: Tensor, alpha: float) -> Tensor:
    """The prior ratio from the posterior one, hop by hop, with the Wiener gain of the hop before.

    Args:
        ratio: (hops, bins) power of the noisy sound over that of the noise.
        alpha: in 0..1, how slowly it follows.

    Returns:
        (hops, bins), at least -25 dB.
    """
    surplus = (ratio - 1).clamp_min(0)
    found = torch.empty_like(ratio)
    before = surplus[0] if len(ratio) else surplus
    for hop in range(len(ratio)):
        torch.lerp(surplus[hop], before, alpha, out=found[hop])
        prior = found[hop].clamp_(LEAST_RATIO, LARGEST_RATIO)
        before = (prior / (1 + prior)).square_().mul_(ratio[hop])
    return found


def log_ratio_both_ways(ratio: Tensor, alpha: float) -> Tensor:
    """Mean of the logarithms of the decision-directed estimates forward and backward in time, (hops, bins)."""
    forward = decision_directed(ratio, alpha)
    backward = decision_directed(ratio.flip(0), alpha).flip(0)
    return forward.log_().add_(backward.log_()).mul_(0.5)


def alpha_for(hop_s: float, time_constant_s: float) -> float:
    """The ``alpha`` that forgets with a time constant, whatever the hop."""
    return math.exp(-hop_s / time_constant_s)

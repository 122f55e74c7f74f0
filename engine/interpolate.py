"""Missing samples from the samples around them, by autoregression: the classical repair of clicks and short gaps.

`interpolated` is the least-squares interpolation of Janssen, Veldhuis & Vries 1986 ("Adaptive interpolation of
discrete-time signals that can be modeled as autoregressive processes"): the missing samples are those for which the
residual of the autoregression has the least energy; coefficients and samples are found in turns. `extrapolated`
continues both sides as the autoregression has them and cross-fades the two (Kauppinen & Roth 2002). Both work on
(channels, frames), each channel for itself, at the recording's own rate.

What is given back fades where the sound isn't tonal, the longer the gap the more: beyond some 20 ms a gap needs more
than its samples' neighbours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, signal

ORDER = 512
CONTEXT_ORDERS = 6  # samples on each side that coefficients are taken from, in orders
ROUNDS = 3
LOUDEST = 2.0  # times the loudest sample around the gap: no more comes back
REGULARISATION = 1e-9  # so that silence and pure tones can be solved
PERFECT = 1e-10  # share of the energy that prediction leaves: what comes after is rounding
SILENT = 1e-9

Sound = NDArray[np.float32]
Exact = NDArray[np.float64]


def interpolated(before: Sound, after: Sound, frames: int) -> Sound:
    """The ``frames`` samples between ``before`` and ``after``, (channels, n) each; one of the two may be empty.

    Returns:
        (channels, frames) float32; zeros where nothing lies around.
    """
    if not before.shape[1] or not after.shape[1]:
        return extrapolated(before, after, frames)
    channels = zip(before, after, strict=True)
    return np.array([_interpolated_channel(left, right, frames) for left, right in channels], np.float32)


def extrapolated(before: Sound, after: Sound, frames: int) -> Sound:
    """Both sides continued through the gap and cross-faded over its length; arguments are those of `interpolated`."""
    if not before.shape[1] or not after.shape[1]:
        return continued(before, frames) if before.shape[1] else continued(after[:, ::-1], frames)[:, ::-1].copy()
    rising = np.sin(np.pi / 2 * (np.arange(frames) + 0.5) / frames) ** 2
    forward, backward = continued(before, frames), continued(after[:, ::-1], frames)[:, ::-1]
    return np.asarray(forward * (1 - rising) + backward * rising, dtype=np.float32)


def continued(sound: Sound, frames: int) -> Sound:
    """The ``frames`` samples after ``sound`` as its autoregression has them: (channels, frames) float32."""
    return np.array([_continued_channel(channel, frames) for channel in sound], np.float32).reshape(len(sound), frames)


def context_frames(rate: int) -> int:
    """How many frames on each side are worth handing over."""
    return max(CONTEXT_ORDERS * ORDER, rate // 10)


def coefficients(pieces: list[Exact], order: int) -> Exact:
    """Linear prediction from pieces of sound: ``x[n] = sum a[k] x[n - 1 - k]``, by the autocorrelation method.

    Each piece is windowed for itself. Zeros for silence.
    """
    correlation = np.zeros(order + 1)
    for piece in pieces:
        windowed = piece * np.hanning(len(piece) + 2)[1:-1]
        lags = signal.correlate(windowed, windowed, method="auto")[len(piece) - 1 :][: order + 1]
        correlation[: len(lags)] += lags
    if correlation[0] <= SILENT:
        return np.zeros(order)
    correlation[0] *= 1 + REGULARISATION
    found: Exact = linalg.solve_toeplitz(correlation[:-1], correlation[1:])
    return found


def burg_coefficients(sound: Exact, order: int) -> Exact:
    """`coefficients` by Burg's method (1975): no window, so that what is continued rings on instead of dying away.

    Zeros past the order at which the prediction is perfect.
    """
    ahead = behind = sound
    error_filter = np.zeros(order + 1)
    error_filter[0] = 1.0
    least = PERFECT * float(sound @ sound) + SILENT**2
    for k in range(order):
        ahead, behind = ahead[1:], behind[:-1]
        power = float(ahead @ ahead + behind @ behind)
        if power <= least:
            break
        reflection = -2 * float(ahead @ behind) / power
        error_filter[: k + 2] += reflection * error_filter[: k + 2][::-1]
        ahead, behind = ahead + reflection * behind, behind + reflection * ahead
    return -error_filter[1:]


def _interpolated_channel(before: Sound, after: Sound, frames: int) -> Exact:
    sides = [side.astype(np.float64) for side in (before, after)]
    known = np.concatenate(sides)
    mean, peak = known.mean(), np.abs(known - known.mean()).max()
    left, right = (side - mean for side in sides)
    order = min(ORDER, 3 * frames + 2, max(1, len(known) // 3))
    found = np.zeros(frames)
    pieces = [side for side in (left, right) if len(side) > order]
    for _ in range(ROUNDS):
        found = _least_squares(left, right, frames, coefficients(pieces or [left, right], order))
        pieces = [np.concatenate([left, found, right])]
    limited: Exact = np.clip(found, -LOUDEST * peak, LOUDEST * peak) + mean
    return limited


def _least_squares(left: Exact, right: Exact, frames: int, a: Exact) -> Exact:
    """The missing samples that leave the least residual (Janssen et al. 1986, eq. 12 to 14)."""
    order = len(a)
    error_filter = np.concatenate([[1.0], -a])
    correlation = signal.correlate(error_filter, error_filter, method="auto")[order:]  # b_0 .. b_order
    near = np.zeros(frames + 2 * order)
    if len(left):
        tail = left[-order:]
        near[order - len(tail) : order] = tail
    near[order + frames : order + frames + min(order, len(right))] = right[:order]
    both_sides = np.concatenate([correlation[:0:-1], correlation])
    forced = -signal.convolve(near, both_sides, mode="valid")
    bands = min(order, frames - 1) + 1
    matrix = np.repeat(correlation[:bands, None], frames, axis=1)
    matrix[0] *= 1 + REGULARISATION
    found: Exact = linalg.solveh_banded(matrix, forced, lower=True)
    return found


def _continued_channel(sound: Sound, frames: int) -> Exact:
    if not len(sound):
        return np.zeros(frames)
    exact = sound.astype(np.float64)
    mean = exact.mean()
    centred = exact - mean
    order = min(ORDER, max(1, len(sound) // 3))
    error_filter = np.concatenate([[1.0], -burg_coefficients(centred, order)])
    state = signal.lfiltic([1.0], error_filter, centred[::-1][:order])
    ahead, _ = signal.lfilter([1.0], error_filter, np.zeros(frames), zi=state)
    loudest = LOUDEST * np.abs(centred).max()
    return np.asarray(np.clip(ahead, -loudest, loudest) + mean)

"""Clicks: samples that linear prediction from their neighbours doesn't explain, and that stand alone.

The residual of an autoregressive model of each stretch is searched for peaks (Godsill and Rayner, Digital Audio
Restoration, 1998, chapter 5). Their threshold follows the residual's spread; here it follows the largest peaks but one
or two around: within 40 ms, on the side where they are smaller, for the pulses of a voice are on both; within 12 ms, on
the side where they are larger, for a drum's stroke or a plosive leaves sound behind. A cheap look at the second
difference chooses the stretches.

Limits: clicks closer than about 15 ms to one another are noise here, and so is what the sound around masks. Clicks that
an editor's cut makes on purpose, as in loops, are found too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.findings.finding import Sound, Spot

STRETCH_S = 0.04  # looked at together, and as much on each side of it
BIN_S = 5e-4
GUARD_BINS = 4  # beside a peak, which belong to it
ORDER = 32
OUTSTANDING = 6.0  # largest second difference over the mean, to be looked at closely: noise has about 4.5
LEAST_RATIO = 7.0  # of a click to what is around
LEAST_PEAK = 1e-3  # of the residual
LONGEST_BINS = 3
RANK = 3  # which of the peaks around counts, within 40 ms
NEAR_BINS = 24  # 12 ms: what a stroke or a plosive leaves behind
NEAR_RANK = 2
LOADING = 1e-7  # on the diagonal, of the power: -70 dB of white noise

Floats = NDArray[np.float32]


def stretch_frames(rate: int) -> int:
    """Frames of a stretch: whole bins."""
    return round(STRETCH_S / BIN_S) * bin_frames(rate)


def bin_frames(rate: int) -> int:
    """Frames of a bin, of which the largest residual counts."""
    return max(2, round(BIN_S * rate))


def find_clicks(samples: Sound, channel: int, start: int, stop: int, origin: int, rate: int) -> list[Spot]:
    """The clicks between frames ``start`` and ``stop`` of ``samples`` (frames,), which begin at frame ``origin``.

    Stretches that lack a neighbour, at the recording's ends, are completed with their last sample.
    """
    length = stretch_frames(rate)
    before = max(0, length - (start - origin))
    count = -(-(stop - start) // length)
    first = start - origin + before - length  # of the stretch before the first
    needed = first + (count + 2) * length
    padded = np.pad(samples, (before, max(0, needed - before - len(samples))), mode="edge")
    places = first + length * np.flatnonzero(outstanding(padded[first:needed], length))
    if not places.size:
        return []
    segments = np.stack([padded[place : place + 3 * length] for place in places])
    peaks = bin_peaks(residual(segments), bin_frames(rate))
    found = []
    for place, low, high, ratio in judged(peaks):
        at = int(places[place]) - before + origin
        begin, end = at + low * bin_frames(rate), at + high * bin_frames(rate)
        if start <= begin < stop:
            found.append(Spot(begin, end, (channel,), float(20 * np.log10(ratio))))
    return found


def outstanding(samples: Sound, length: int) -> NDArray[np.bool_]:
    """Which stretches, but for the first and the last, hold a second difference that stands out."""
    second = np.abs(np.diff(samples, 2, prepend=samples[:1], append=samples[-1:])).reshape(-1, length)
    largest, mean = second.max(axis=1)[1:-1], second.mean(axis=1)[1:-1]
    return np.asarray((largest > OUTSTANDING * mean) & (largest > LEAST_PEAK))


def residual(segments: Sound) -> Floats:
    """What linear prediction leaves of each of (n, frames), of an order of 32: the same shape, magnitudes."""
    frames = segments.shape[1]
    size = 1 << (frames + ORDER).bit_length()
    window = np.hanning(frames).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(segments * window, size)))
    lags = np.fft.irfft(power)[:, : ORDER + 1].astype(np.float64)
    lags[:, 0] = lags[:, 0] * (1 + LOADING) + 1e-12
    toeplitz = lags[:, np.abs(np.subtract.outer(np.arange(ORDER), np.arange(ORDER)))]
    predictor = np.linalg.solve(toeplitz, lags[:, 1:, None])[..., 0]  # Yule-Walker
    whitening = np.concatenate([np.ones((len(segments), 1)), -predictor], axis=1).astype(np.float32)
    left = np.fft.irfft(np.fft.rfft(segments, size) * np.fft.rfft(whitening, size), size)[:, :frames]
    left[:, :ORDER] = 0  # predicted from nothing
    return np.abs(left).astype(np.float32)


def bin_peaks(left: Floats, width: int) -> Floats:
    """The largest of each bin: (n, frames) -> (n, bins)."""
    return np.asarray(left.reshape(len(left), -1, width).max(axis=2))


def judged(peaks: Floats) -> list[tuple[int, int, int, float]]:
    """The clicks in the middle third of (n, bins): segment, first and last bin (exclusive), ratio to what is around."""
    third = peaks.shape[1] // 3
    middle = peaks[:, third : 2 * third]
    likely = np.argwhere((middle >= LEAST_PEAK) & (middle > LEAST_RATIO * np.median(peaks, axis=1, keepdims=True)))
    found = []
    for segment, place in likely.tolist():
        row, at = peaks[segment], place + third
        around = level_around(row[at - third : at - GUARD_BINS][::-1], row[at + GUARD_BINS + 1 : at + third + 1])
        neighbours = row[at - 1 : at + 2]
        if row[at] < LEAST_RATIO * around or row[at] < neighbours.max():
            continue
        low, high = extent(row, at, 2 * around)
        if high - low <= LONGEST_BINS:
            found.append((segment, low, high, float(row[at] / max(around, 1e-9))))
    return found


def level_around(before: Floats, after: Floats) -> float:
    """What a click has to stand out of, given the bins on both sides of it from the nearest on."""
    near = max(ranked(before[:NEAR_BINS], NEAR_RANK), ranked(after[:NEAR_BINS], NEAR_RANK))
    return max(near, min(ranked(before, RANK), ranked(after, RANK)))


def ranked(bins: Floats, rank: int) -> float:
    """The ``rank``-th largest."""
    return float(np.partition(bins, -rank)[-rank])


def extent(row: Floats, at: int, level: float) -> tuple[int, int]:
    """The bins around ``at`` that lie above ``level``: first and last (exclusive)."""
    low, high = at, at + 1
    while low > 0 and row[low - 1] > level:
        low -= 1
    while high < len(row) and row[high] > level:
        high += 1
    return low, high

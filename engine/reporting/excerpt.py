"""A few seconds of original and result around the place where they differ most.

Of a recording only the region is searched, its first five minutes at most, in blocks; what is then held in memory is
the excerpt.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from engine.audio import Clip, open_clip
from engine.batch.outcome import Outcome
from engine.errors import RecordingError
from engine.measuring.mel_distance import MEL_HOP, MEL_RATE, Floats, MelDistance
from engine.measuring.streams import Reader, Resampler, Samples

EXCERPT_S = 6.0
WORST_S = 1.0
SEARCHED_S = 300.0
BLOCK_S = 10.0
RESAMPLING_S = 0.1  # read on both sides of what is resampled


@dataclass(frozen=True)
class Excerpt:
    """What is shown of a result.

    Attributes:
        reference, result: float32 ``(channels, frames)`` of one shape.
        rate: in Hz.
        start_s: where it lies in the recording.
        region_s: start and end of what was taken again.
        worst_s: start and end of the stretch that differs most.
        searched_s: how much of the region was searched for it.
        length_s: of the recording.
    """

    reference: Samples
    result: Samples
    rate: int
    start_s: float
    region_s: tuple[float, float]
    worst_s: tuple[float, float]
    searched_s: float
    length_s: float


def excerpt_of(outcome: Outcome) -> Excerpt:
    """Read the excerpt of a result that was made.

    Raises:
        RecordingError: a file is gone, can't be read, or isn't what it was when the result was made.
    """
    check_unchanged(outcome)
    with ExitStack() as stack:
        source, output = (
            stack.enter_context(open_clip(path, allow_truncated=True, repair_nonfinite=True))
            for path in (outcome.source, outcome.output)
        )
        rate, region = output.rate, frames_of_region(outcome.facts or {}, source, output)
        frames = frames_at(source, rate)
        offset = region[0] if output.frames == region[1] - region[0] else 0

        def read_result(first: int, last: int) -> Samples:
            return output.read(first - offset, last - offset)

        def read_reference(first: int, last: int) -> Samples:
            return read_at_rate(source, rate, first, last)

        searched = (region[0], min(region[1], region[0] + round(SEARCHED_S * rate)))
        worst = worst_stretch(read_reference, read_result, searched, rate, source.channels)
        first, last = around(worst, (offset, offset + output.frames), round(EXCERPT_S * rate))
        return Excerpt(
            reference=read_reference(first, last),
            result=read_result(first, last),
            rate=rate,
            start_s=first / rate,
            region_s=(region[0] / rate, region[1] / rate),
            worst_s=(worst[0] / rate, worst[1] / rate),
            searched_s=(searched[1] - searched[0]) / rate,
            length_s=frames / rate,
        )


def check_unchanged(outcome: Outcome) -> None:
    """Refuse a result whose bytes aren't those that were written.

    Raises:
        RecordingError: so it is, or it is gone.
    """
    path = Path(outcome.output)
    try:
        size = path.stat().st_size
        if outcome.sha256 and size == outcome.size:
            with path.open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == outcome.sha256
        else:
            same = not outcome.sha256
    except OSError as error:
        raise RecordingError(f"{path}: can't be read: {error.strerror or error}") from error
    if not same:
        raise RecordingError(f"{path}: was changed since the result was made")


def frames_of_region(facts: Mapping[str, Any], source: Clip, output: Clip) -> tuple[int, int]:
    """First and last frame of the region at the output's rate.

    Raises:
        RecordingError: original and result don't fit the facts, so one of them was changed.
    """
    try:
        first, last = int(facts["region"]["start_frame"]), int(facts["region"]["end_frame"])
        told = (int(facts["rate"]), int(facts["channels"]))
    except (KeyError, TypeError, ValueError):
        raise RecordingError(f"{output.path}: the record of its making tells no region, rate and channels") from None
    frames = frames_at(source, output.rate)
    fits = told == (output.rate, output.channels) and source.channels == output.channels
    if not fits or not 0 <= first < last <= frames or output.frames not in (frames, last - first):
        raise RecordingError(f"{source.path}: was changed since the result was made, or the result was")
    return first, last


def frames_at(clip: Clip, rate: int) -> int:
    """Length of a recording at another rate, as `engine.recording.resampled` has it."""
    return -(-clip.frames * rate // clip.rate)


def read_at_rate(clip: Clip, rate: int, first: int, last: int) -> Samples:
    """Frames ``first`` to ``last`` at another rate, ``(channels, frames)``."""
    if rate == clip.rate:
        return clip.read(first, last)
    # Where a frame of one rate meets one of the other, so that the stretch is resampled in step with the whole.
    unit = clip.rate // math.gcd(clip.rate, rate)
    margin = round(RESAMPLING_S * clip.rate)
    begin = max(0, (first * clip.rate // rate - margin) // unit * unit)
    end = min(clip.frames, -(-last * clip.rate // rate) + margin)
    # (C, n) -> (n, C) -> (C, m)
    made = soxr.resample(np.ascontiguousarray(clip.read(begin, end).T), clip.rate, rate, quality="VHQ").T
    cut = made[:, first - begin * rate // clip.rate :][:, : last - first]
    return np.pad(np.asarray(cut, np.float32), ((0, 0), (0, last - first - cut.shape[1])))


def around(stretch: tuple[int, int], bounds: tuple[int, int], frames: int) -> tuple[int, int]:
    """So many frames with a stretch in their middle, as far as the bounds allow."""
    frames = min(frames, bounds[1] - bounds[0])
    first = (stretch[0] + stretch[1] - frames) // 2
    first = max(bounds[0], min(first, bounds[1] - frames))
    return first, first + frames


def worst_stretch(
    read_reference: Reader, read_result: Reader, searched: tuple[int, int], rate: int, channels: int
) -> tuple[int, int]:
    """First and last frame of the second in which the mels differ most; all of what is searched where it is shorter."""
    errors = np.concatenate([np.zeros(0), *mel_errors(read_reference, read_result, searched, rate, channels)])
    hops = round(WORST_S * MEL_RATE / MEL_HOP)
    if len(errors) <= hops:
        return searched
    sums = np.cumsum(np.concatenate([[0.0], errors]))
    worst = int(np.argmax(sums[hops:] - sums[:-hops]))
    hop = rate * MEL_HOP / MEL_RATE
    first = searched[0] + round(worst * hop)
    return first, min(searched[1], first + round(hops * hop))


def mel_errors(
    read_reference: Reader, read_result: Reader, searched: tuple[int, int], rate: int, channels: int
) -> Iterator[Floats]:
    """Mean |difference| of the log-mel by hop of 10 ms, block by block."""
    step = round(BLOCK_S * rate)
    blocks = [(first, min(first + step, searched[1])) for first in range(searched[0], searched[1], step)]
    peak = max(float(np.abs(read_reference(*block)).max(initial=0.0)) for block in blocks)
    mel = MelDistance(channels, [0.0] * channels, 0.5 / peak if peak > 0 else 1.0)
    resampler = Resampler(rate, MEL_RATE, 2 * channels)
    for block in blocks:
        pair = np.concatenate([read_reference(*block), read_result(*block)])
        last = block == blocks[-1]
        before, after = mel.analyse(resampler.push(pair, last), last)
        yield np.abs(after - before).mean(axis=1)

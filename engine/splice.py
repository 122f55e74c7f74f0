"""Lay rendered sound into a recording: cross-faded inside the region, within its band, nothing outside touched.

The patch is ``recording + fade * band(rendered - recording)``: where a fade or the band is zero the recording's
samples stay as they are. The band is cut by a linear-phase filter, so that what is let through stays in step with
what is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.audio import Patch
from engine.region import Region
from engine.scratch import let_go

BLOCK_VALUES = 1 << 20  # of a block, all channels
STOPBAND_DB = 80.0
STEEPEST_HZ = 20.0

Sound = NDArray[np.float32]


def transition_hz(region: Region) -> float:
    """Width of a band's edges: a tenth of the band or of its lower edge, whichever is narrower, at least 20 Hz."""
    edges = [region.high_hz - region.low_hz] + ([region.low_hz] if region.low_hz > 0 else [])
    return max(STEEPEST_HZ, min(edges) / 10)


def band_filter(region: Region, rate: int) -> NDArray[np.float64] | None:
    """Odd-length linear-phase FIR that passes the region's band, or None where that is the whole band."""
    nyquist = rate / 2
    low = region.low_hz if region.low_hz > 0 else None
    high = region.high_hz if region.high_hz < nyquist else None
    if low is None and high is None:
        return None
    width = min(transition_hz(region), nyquist / 2)
    taps, beta = signal.kaiserord(STOPBAND_DB, width / nyquist)
    cutoff = [edge for edge in (low, high) if edge is not None]
    kind: Literal["bandpass", "highpass", "lowpass"] = "bandpass" if low and high else "highpass" if low else "lowpass"
    return np.asarray(signal.firwin(taps | 1, cutoff, window=("kaiser", beta), pass_zero=kind, fs=rate))


def margin_frames(region: Region, rate: int) -> int:
    """Frames beyond the region that must be rendered too, for the band's filter."""
    taps = band_filter(region, rate)
    return 0 if taps is None else len(taps) // 2


def fade(frames: NDArray[np.int64], length: int, fade_frames: int, at_start: bool, at_end: bool) -> Sound:
    """The share of the take at the given frames of a region of ``length`` frames: raised cosines at its borders.

    A border that is the recording's own end has no fade: there is nothing to fade from.
    """
    fade_frames = min(fade_frames, length // 2)
    share = np.ones(len(frames))
    if fade_frames:
        if at_start:
            share *= _raised_cosine((frames + 0.5) / fade_frames)
        if at_end:
            share *= _raised_cosine((length - frames - 0.5) / fade_frames)
    return share.astype(np.float32)


def _raised_cosine(position: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(np.pi * np.clip(position, 0.0, 1.0))


def splice(
    read: Callable[[int, int], Sound],
    rendered: Sound,
    rendered_start: int,
    region: Region,
    *,
    rate: int,
    total_frames: int,
    fade_s: float,
) -> Patch:
    """Make the patch of a region.

    Args:
        read: gives frames of the recording as (channels, frames) float32.
        rendered: (channels, n) from frame ``rendered_start`` on; covers the region, and `margin_frames` around it
            as far as the recording goes. Its memory becomes the patch's: afterwards it holds nothing else.
        total_frames: length of the recording.
        fade_s: length of the cross-fade.
    """
    taps = band_filter(region, rate)
    margin = 0 if taps is None else len(taps) // 2
    offset = region.start_frame - rendered_start
    fade_frames = round(fade_s * rate)
    channels = len(rendered)
    before = np.zeros((channels, margin), np.float32)  # the difference left of the block, which is overwritten
    have = min(margin, offset)
    if have:
        start = region.start_frame - have
        before[:, margin - have :] = rendered[:, offset - have : offset] - read(start, region.start_frame)
    step = max(BLOCK_VALUES // channels, 2 * margin, 1)
    for first in range(0, region.frames, step):
        last = min(first + step, region.frames)
        reach = min(last + margin + offset, rendered.shape[1])  # of rendered sound, right of the block
        recorded = read(region.start_frame + first, rendered_start + reach)
        difference = rendered[:, offset + first : reach] - recorded
        inside = difference[:, : last - first]
        if taps is not None:
            after = np.zeros((channels, margin - (difference.shape[1] - (last - first))), np.float32)
            whole = np.concatenate([before, difference, after], axis=1)
            before = whole[:, last - first : last - first + margin].copy()
            inside = signal.oaconvolve(whole, taps[None], mode="valid", axes=1)
        share = fade(
            np.arange(first, last),
            region.frames,
            fade_frames,
            region.start_frame > 0,
            region.end_frame < total_frames,
        )
        rendered[:, offset + first : offset + last] = recorded[:, : last - first] + share * inside
        let_go(rendered)
    return Patch(region.start_frame, rendered[:, offset : offset + region.frames])


def limited_to_band(
    read: Callable[[int, int], Sound], total_frames: int, region: Region, rate: int
) -> Callable[[int, int], Sound]:
    """A reader of a region's frames, counted from its start, that lets only the region's band through."""
    taps = band_filter(region, rate)
    origin = region.start_frame
    if taps is None:
        return lambda first, last: read(origin + first, origin + last)
    margin = len(taps) // 2

    def read_band(first: int, last: int) -> Sound:
        begin, end = origin + first - margin, origin + last + margin
        inside = read(max(begin, 0), min(end, total_frames))
        around = np.pad(inside, ((0, 0), (max(0, -begin), max(0, end - total_frames))))
        return np.asarray(signal.oaconvolve(around, taps[None], mode="valid", axes=1), dtype=np.float32)

    return read_band

"""A recording with the damage of a region bridged, so that none of it is heard by what works around it.

What lies in the region, a click, a burst, digital silence, must not colour the analysis of its surroundings, set the
level of the job, or sound in the cross-fades at the region's borders. So both sides are continued into the region by
autoregression (`engine.interpolate`) and a repair works on the recording with that in place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.audio import Clip, Patch
from engine.interpolate import context_frames, continued, extrapolated, interpolated
from engine.patched import Patched
from engine.region import Region
from engine.scratch import scratch_array
from engine.splice import margin_frames, splice

REACH_S = 0.1  # each side is continued so far; in longer gaps only an offset goes on between
BAND_FADE_S = 0.002  # at the borders of a band's bridge

Source = Clip | Patched


def bridged(clip: Clip, region: Region, *, exact: bool = False) -> Source:
    """Bridge what a region holds within its band; where nothing lies around the region, the recording itself.

    Args:
        exact: interpolate by least squares, for gaps of some 20 ms at most.

    Raises:
        RecordingError: the recording can't be read.
    """
    if region.is_whole(clip.frames):
        return clip
    margin = margin_frames(region, clip.rate)
    start = max(0, region.start_frame - margin)
    end = min(clip.frames, region.end_frame + margin)
    laid = scratch_array((clip.channels, end - start))
    laid[:, : region.start_frame - start] = clip.read(start, region.start_frame)
    laid[:, region.end_frame - start :] = clip.read(region.end_frame, end)
    _lay_bridge(clip, region, laid[:, region.start_frame - start : region.end_frame - start], exact)
    if not margin:
        return Patched(clip, Patch(start, laid))
    patch = splice(
        clip.read,
        laid,
        start,
        region,
        rate=clip.rate,
        total_frames=clip.frames,
        fade_s=BAND_FADE_S,
    )
    return Patched(clip, patch)


def _lay_bridge(clip: Clip, region: Region, out: NDArray[np.float32], exact: bool) -> None:
    """Fill ``out``, (channels, frames) of zeros, with both sides continued."""
    context, frames = context_frames(clip.rate), region.frames
    before = clip.read(max(0, region.start_frame - context), region.start_frame)
    after = clip.read(region.end_frame, min(clip.frames, region.end_frame + context))
    reach = round(REACH_S * clip.rate)
    if exact:
        out[:] = interpolated(before, after, frames)
    elif frames <= reach and before.shape[1] and after.shape[1]:
        out[:] = extrapolated(before, after, frames)
    else:
        reach = min(reach, frames if not (before.shape[1] and after.shape[1]) else frames // 2)
        falling = (np.cos(np.pi / 2 * (np.arange(reach) + 0.5) / reach) ** 2).astype(np.float32)
        # An offset goes on through the gap.
        means = [side.mean(axis=1, keepdims=True) for side in (before, after) if side.shape[1]]
        out[:] = means[0]
        for first in range(0, frames, 1 << 18):
            place = np.arange(first, min(first + (1 << 18), frames), dtype=np.float32) / frames
            out[:, first : first + len(place)] += (means[-1] - means[0]) * place
        if before.shape[1]:
            out[:, :reach] += (continued(before, reach) - means[0]) * falling
        if after.shape[1]:
            out[:, frames - reach :] += (continued(after[:, ::-1], reach)[:, ::-1] - means[-1]) * falling[::-1]

"""A region of a recording: a range of frames and a band. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError
from engine.settings import RestoreSettings, settings_from

SHORTEST_STRETCH_S = 0.1


@dataclass(frozen=True)
class Region:
    """What is to be taken again.

    Attributes:
        start_frame, end_frame: half-open range at the recording's rate.
        low_hz, high_hz: the band; the whole one reaches from 0 to half the rate.
    """

    start_frame: int
    end_frame: int
    low_hz: float
    high_hz: float

    def is_whole(self, frames: int) -> bool:
        """Whether it leaves nothing of a recording's ``frames`` around it."""
        return self.start_frame == 0 and self.end_frame == frames

    @property
    def frames(self) -> int:
        """Length in frames."""
        return self.end_frame - self.start_frame


def region_of(
    frames: int,
    rate: int,
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    low_hz: float | None = None,
    high_hz: float | None = None,
) -> Region:
    """Make a region from seconds and Hz; what is not given reaches to the recording's end.

    Args:
        frames: length of the recording.
        rate: its sample rate in Hz.
        start_s, end_s: half-open range in seconds, rounded to frames.
        low_hz, high_hz: band within 0 to half the rate.

    Raises:
        InputError: the range or the band is empty or reaches outside the recording.
    """
    duration_s, nyquist_hz = frames / rate, rate / 2
    start = 0 if start_s is None else round(start_s * rate)
    end = frames if end_s is None else round(end_s * rate)
    low = 0.0 if low_hz is None else low_hz
    high = nyquist_hz if high_hz is None else high_hz
    accepted = f"the recording lasts from 0 to {duration_s:.3f} s"
    if not 0 <= start < frames:
        raise InputError(f"region starts at {start_s:g} s; {accepted}")
    if not 0 < end <= frames:
        raise InputError(f"region ends at {end_s:g} s; {accepted}")
    if start >= end:
        raise InputError(f"region from {start / rate:g} to {end / rate:g} s is empty; its end must lie after its start")
    if not (0 <= low < high <= nyquist_hz):
        raise InputError(f"band is {low:g} to {high:g} Hz; it must rise, within 0 to {nyquist_hz:g} Hz")
    return Region(start, end, low, high)


def stretch_frames(frames: int, rate: int, stretch_s: tuple[float, float]) -> tuple[int, int]:
    """Frames, half-open, of a stretch in seconds of a recording of ``frames`` frames, to learn noise from.

    Raises:
        InputError: it reaches outside the recording, or is too short to learn from.
    """
    start_s, end_s = stretch_s
    start, end = round(start_s * rate), round(end_s * rate)
    if end > frames:
        raise InputError(
            f"noise is to be learned from {start_s:g} to {end_s:g} s; "
            f"the recording lasts from 0 to {frames / rate:.3f} s"
        )
    if end - start < SHORTEST_STRETCH_S * rate:
        raise InputError(
            f"noise is to be learned from {start_s:g} to {end_s:g} s; a stretch of {SHORTEST_STRETCH_S:g} s or more is "
            "accepted"
        )
    return start, end


def is_interpolated(region: Region, frames: int, rate: int, settings: RestoreSettings) -> bool:
    """Whether a region is so short that the samples around it tell best what belongs there, and no model is asked.

    Args:
        frames, rate: of the recording.
    """
    longest_s = settings.task_settings.ar_ms / 1000 if settings.task == "fill" else 0.0
    return region.frames <= longest_s * rate and not region.is_whole(frames)


def renderer_of(region: Region, frames: int, rate: int, settings: Mapping[str, Any]) -> str:
    """What made a take of a region heard; empty where it was interpolated from the samples around, or isn't known.

    Args:
        frames, rate: of the recording.
        settings: as `engine.settings.described` gives them and projects keep them, perhaps of another version.
    """
    name = str(settings.get("renderer", ""))
    try:
        known = settings_from(settings)
    except InputError:  # of another version
        return name
    return "" if is_interpolated(region, frames, rate, known) else name

"""Damaged stretches as findings: with a region to repair, the task for it, and plain words."""

from __future__ import annotations

import math

from engine.audio import Readable, count_of
from engine.findings.finding import Finding, Spot
from engine.region import Region

CLICK_ROOM_S = 5e-4  # on each side of a click: its flanks, below what is found
CLIPPED_ROOM_S = 5e-3
EXTENDED_HZ = 8000.0  # as far as the bundled model hears
EXTENDED_SHARE = 0.9  # a cut-off above leaves nothing to extend


def region_around(spot: Spot, recording: Readable, room_s: float) -> Region:
    """The whole band of a spot with some room on both sides."""
    room = round(room_s * recording.rate)
    start, stop = max(0, spot.start - room), min(recording.frames, spot.stop + room)
    return Region(start, stop, 0.0, recording.rate / 2)


def gap(spot: Spot, recording: Readable) -> Finding:
    """A gap in words."""
    length_s = (spot.stop - spot.start) / recording.rate
    return Finding(
        "gap",
        region_around(spot, recording, 0.0),
        spot.channels,
        1000 * length_s,
        "ms",
        None,
        "fill",
        f"dropout of {duration_text(length_s)}",
    )


def duration_text(length_s: float) -> str:
    """``2.5 ms``, ``23 ms``, ``1.4 s``."""
    if length_s >= 1:
        return f"{length_s:.1f} s"
    return f"{1000 * length_s:.1f} ms" if length_s < 0.01 else f"{1000 * length_s:.0f} ms"


def clipped(spot: Spot, recording: Readable) -> Finding:
    """A clipped stretch in words."""
    level_dbfs = 20 * math.log10(spot.level)
    return Finding(
        "clipped",
        region_around(spot, recording, CLIPPED_ROOM_S),
        spot.channels,
        spot.amount,
        "samples",
        level_dbfs,
        "declip",
        f"{count_of(int(spot.amount), 'sample')} clipped at {round(level_dbfs, 1) + 0.0:.1f} dBFS",
    )


def click(spot: Spot, recording: Readable) -> Finding:
    """A click in words."""
    return Finding(
        "click",
        region_around(spot, recording, CLICK_ROOM_S),
        spot.channels,
        spot.amount,
        "dB",
        None,
        "fill",
        f"click standing out by {spot.amount:.0f} dB",
    )


def whole(recording: Readable, cutoff_hz: float | None, hum: tuple[float, float] | None) -> list[Finding]:
    """What is true of the recording as a whole, in words."""
    channels = tuple(range(recording.channels))
    found = []
    if cutoff_hz is not None:
        region = Region(0, recording.frames, cutoff_hz, recording.rate / 2)
        within = cutoff_hz < EXTENDED_SHARE * EXTENDED_HZ
        text = f"hardly anything above {cutoff_hz / 1000:.1f} kHz"
        task = "extend" if within else None
        found.append(Finding("band limit", region, channels, cutoff_hz, "Hz", None, task, text))
    if hum is not None:
        mains_hz, above_db = hum
        region = Region(0, recording.frames, 0.0, recording.rate / 2)
        text = f"hum of {mains_hz:.0f} Hz, {above_db:.0f} dB above what is beside it"
        found.append(Finding("hum", region, channels, above_db, "dB", mains_hz, "denoise", text))
    return found

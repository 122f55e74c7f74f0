"""What in a recording looks damaged: gaps, clipped stretches, clicks, a band limit, hum. Free of torch and scipy.

The recording is read in blocks, once, and where it reaches its peak a second and a third time; memory doesn't grow
with its length but for what is found. Each kind has its module, which says how it is found and what is not.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right

import numpy as np

from engine.audio import Readable
from engine.clipping import SMALLEST_STEP, STEPS
from engine.findings import describe
from engine.findings.clicks import find_clicks, stretch_frames
from engine.findings.clipped import NEARBY_S, Peaks, clipped_spots
from engine.findings.cutoff import LongTermSpectrum
from engine.findings.finding import KINDS, MOST_LISTED, Finding, Findings, Sound, Spot, Spots, joined
from engine.findings.gaps import MARGIN_S, Gaps
from engine.findings.hum import Hum
from engine.progress import Control

__all__ = ["KINDS", "MOST_LISTED", "Finding", "Findings", "Readable", "find_damage"]

BLOCK_SAMPLES = 1 << 17  # of all channels; short, so that other threads of Python have their turn
BLOCK_STRETCHES = 4  # at the least
GAPS_APART_S = 0.002  # nearer ones are one
CLICKS_APART_S = 0.003
BESIDE_S = 0.005  # clicks as near to a gap or to clipping are its edges


def find_damage(recording: Readable, control: Control | None = None, *, subtype: str = "PCM_24") -> Findings:
    """Look through a recording.

    Args:
        recording: read in blocks, from the calling thread.
        control: told of progress and asked whether to stop.
        subtype: libsndfile's name of the sample type, which tells the steps between values.

    Raises:
        RecordingError: it can't be read, or holds NaN.
        Cancelled: the user stopped.
    """
    control = control or Control()
    if not recording.frames:
        return Findings((), {})
    search = Search(recording, STEPS.get(subtype, SMALLEST_STEP))
    search.read_all(control)
    clipped = clipped_spots(recording, search.peaks, search.step, control)
    rate = recording.rate
    stretches = joined(clipped.kept, round(NEARBY_S * rate), adds=True)
    gaps = [gap for gap in joined(search.gaps.kept, round(GAPS_APART_S * rate)) if not touches(gap, stretches, 0)]
    beside = round(BESIDE_S * rate)
    clicks = joined(search.clicks.kept, round(CLICKS_APART_S * rate))
    clicks = [click for click in clicks if not touches(click, gaps, beside) and not touches(click, stretches, beside)]
    found = [describe.gap(spot, recording) for spot in worst(gaps)]
    found += [describe.clipped(spot, recording) for spot in worst(stretches)]
    found += [describe.click(spot, recording) for spot in worst(clicks)]
    found += describe.whole(recording, search.spectrum.cutoff_hz(), search.hum.found())
    counts = {"gap": (gaps, search.gaps), "clipped": (stretches, clipped), "click": (clicks, search.clicks)}
    more = {kind: max(0, len(spots) - MOST_LISTED) + raw.lost for kind, (spots, raw) in counts.items()}
    found.sort(key=lambda finding: (finding.region.start_frame, KINDS.index(finding.kind)))
    return Findings(tuple(found), {kind: count for kind, count in more.items() if count})


class Search:
    """The one pass over a recording in which everything but clipping is found."""

    def __init__(self, recording: Readable, step: float) -> None:
        self.recording, self.step = recording, step
        self.peaks = Peaks(recording.channels)
        self.spectrum = LongTermSpectrum(recording.rate, recording.frames)
        self.hum = Hum(recording.rate)
        self.gaps, self.clicks = Spots(), Spots()
        self._gaps = [Gaps(c, recording.rate, recording.frames, step) for c in range(recording.channels)]
        self._stretch = stretch_frames(recording.rate)
        self._margin = max(self._stretch, int(np.ceil(MARGIN_S * recording.rate)) + 1)

    def read_all(self, control: Control) -> None:
        """Look through all blocks, each with some sound on both sides."""
        recording = self.recording
        frames = self._stretch * max(BLOCK_STRETCHES, BLOCK_SAMPLES // recording.channels // self._stretch)
        for start in range(0, recording.frames, frames):
            control.step("looking for damage", start, recording.frames)
            stop = min(start + frames, recording.frames)
            origin = max(0, start - self._margin)
            self._look(recording.read(origin, min(stop + self._margin, recording.frames)), start, stop, origin)

    def _look(self, sound: Sound, start: int, stop: int, origin: int) -> None:
        inner = sound[:, start - origin : stop - origin]
        self.peaks.push(inner, start)
        self.spectrum.push(inner)
        self.hum.push(inner)
        for channel, samples in enumerate(sound):
            self.gaps.add(self._gaps[channel].push(samples, start, stop, origin))
            self.clicks.add(find_clicks(samples, channel, start, stop, origin, self.recording.rate))


def worst(spots: list[Spot]) -> list[Spot]:
    """As many as are listed."""
    return heapq.nlargest(MOST_LISTED, spots, key=lambda spot: spot.amount)


def touches(spot: Spot, others: list[Spot], distance: int) -> bool:
    """Whether one of ``others``, in the order of their places and apart, lies within ``distance`` of a spot."""
    after = bisect_right(others, spot.stop + distance, key=lambda other: other.start)
    return after > 0 and others[after - 1].stop >= spot.start - distance

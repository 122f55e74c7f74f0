"""What a method should arrive at: a log-mel, and how far each of its cells may be believed and kept.

A task (`engine.tasks`) makes the target of a region.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from engine.analysis import Analysis
from engine.clipping import Clipping
from engine.noise import Reduction
from engine.region import Region

KEPT = 0.5  # of `Target.keep`; cells that are kept less are rendered


@dataclass(frozen=True)
class Repaired:
    """Sound that was declipped before any model heard it.

    Attributes:
        analysis: of it, of the same stretch as the recording's.
        clipping: what is known of the samples of a take.
        latitude: nepers by which a renderer may change its level in a cell.
    """

    analysis: Analysis
    clipping: Clipping
    latitude: float


@dataclass(frozen=True)
class Target:
    """What the model should arrive at.

    Attributes:
        mel: (T, bands) log-mel.
        trust: (T, bands) in 0..1, how far a method may believe each cell.
        keep: (T, bands) in 0..1, how far a renderer may leave each cell of the recording as it is.
        keeps_level: whether the recording's energy in the region is to be kept.
        above: mel frames in which what lies above the model's band is absent too; None for none.
        noise: to be taken away by a renderer that scales the recording; None for none.
        repaired: what renderers hear in place of the recording; None for the recording itself.
    """

    mel: Tensor
    trust: Tensor
    keep: Tensor
    keeps_level: bool
    above: slice | None = None
    noise: Reduction | None = None
    repaired: Repaired | None = None

    @property
    def absent(self) -> Tensor:
        """(T, bands) bool: cells of which the recording holds nothing that could be scaled; a renderer invents them."""
        return (self.keep < KEPT) & (self.trust <= 0)


def region_rows(analysis: Analysis, region: Region) -> slice:
    """The mel frames that the region's sound touches."""
    spec, clip = analysis.spec, analysis.clip
    scale = spec.rate / clip.rate / spec.hop
    first = int((region.start_frame - analysis.start_frame) * scale)
    last = int(-(-(region.end_frame - analysis.start_frame) * scale // 1))
    return slice(first, min(max(last, first + 1), len(analysis.mel)))

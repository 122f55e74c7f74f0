"""What a method should arrive at: a log-mel, and how far each of its cells may be believed and kept.

A task makes the target of a region. All tasks share one signature and stand in `TASKS`; their names and settings
are in `engine.settings.TASK_SETTINGS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.analysis import Analysis
from engine.progress import Control
from engine.region import Region
from engine.settings import ReconstructSettings

KEPT = 0.5  # of `Target.keep`; cells that are kept less are rendered


@dataclass(frozen=True)
class Target:
    """What the model should arrive at.

    Attributes:
        mel: (T, bands) log-mel.
        trust: (T, bands) in 0..1, how far a method may believe each cell.
        keep: (T, bands) in 0..1, how far a renderer may leave each cell of the recording as it is.
        keeps_level: whether the recording's energy in the region is to be kept.
    """

    mel: Tensor
    trust: Tensor
    keep: Tensor
    keeps_level: bool

    @property
    def absent(self) -> Tensor:
        """(T, bands) bool: cells of which the recording holds nothing that could be scaled; a renderer invents them."""
        return (self.keep < KEPT) & (self.trust <= 0)


Task = Callable[[Analysis, Region, Any, Control], Target]


def region_rows(analysis: Analysis, region: Region) -> slice:
    """The mel frames that the region's sound touches."""
    spec, clip = analysis.spec, analysis.clip
    scale = spec.rate / clip.rate / spec.hop
    first = int((region.start_frame - analysis.start_frame) * scale)
    last = int(-(-(region.end_frame - analysis.start_frame) * scale // 1))
    return slice(first, min(max(last, first + 1), len(analysis.mel)))


def reconstruct(analysis: Analysis, region: Region, settings: ReconstructSettings, control: Control) -> Target:
    """Trust every cell; render those of the region."""
    keep = torch.ones_like(analysis.mel)
    keep[region_rows(analysis, region)] = 0.0
    return Target(analysis.mel, torch.ones_like(analysis.mel), keep, keeps_level=True)


TASKS: dict[str, Task] = {"reconstruct": reconstruct}

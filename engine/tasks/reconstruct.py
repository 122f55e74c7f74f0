"""The task `reconstruct`: all of the region is taken again, and all of it is trusted."""

from __future__ import annotations

import torch

from engine.analysis import Analysis
from engine.progress import Control
from engine.region import Region
from engine.settings import ReconstructSettings
from engine.targets import Target, region_rows


def target(
    analysis: Analysis, region: Region, settings: ReconstructSettings, generator: torch.Generator, control: Control
) -> Target:
    """Trust every cell; render those of the region."""
    one = analysis.mel.new_ones(1, 1)  # seen everywhere, so that a long recording takes no memory for it
    keep = analysis.mel.new_ones(len(analysis.mel), 1)
    keep[region_rows(analysis, region)] = 0.0
    return Target(analysis.mel, one.expand_as(analysis.mel), keep.expand_as(analysis.mel), keeps_level=True)

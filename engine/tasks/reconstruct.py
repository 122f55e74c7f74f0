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
    keep = torch.ones_like(analysis.mel)
    keep[region_rows(analysis, region)] = 0.0
    return Target(analysis.mel, torch.ones_like(analysis.mel), keep, keeps_level=True)

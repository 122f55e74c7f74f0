"""The task `fill`: nothing inside the box is believed; it is invented from what lies around.

A mel frame's window is several frames long, so frames beside the box hold some of it. The job hears the recording with
the box bridged (`engine.bridge`): none of the damage is in them, and where the bridge is a small part of a window, the
frame counts as whole.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.analysis import Analysis
from engine.filterbank import mel_edges_hz
from engine.guess import interpolated, textured
from engine.progress import Control
from engine.region import Region
from engine.settings import FillSettings
from engine.targets import Target, region_rows

BRIDGED_SHARE = 0.05  # of a window's energy: frames with more of the bridge in them are not believed


def target(
    analysis: Analysis, region: Region, settings: FillSettings, generator: torch.Generator, control: Control
) -> Target:
    """Trust nothing that the box touches; render the box alone."""
    mel, spec = analysis.mel, analysis.spec
    rows, bands = region_rows(analysis, region), touched_bands(analysis, region)
    keep, trust = torch.ones_like(mel), torch.ones_like(mel)
    keep[rows, bands] = 0.0
    damaged = torch.from_numpy(damaged_share(analysis, region) > BRIDGED_SHARE).to(mel.device)
    damaged[rows] = True
    trust[:, bands] = torch.where(damaged, 0.0, 1.0).to(mel)[:, None]
    reaches_above = min(region.high_hz, analysis.clip.rate / 2) > spec.high_hz
    guess = textured(mel, guessed(mel, trust, control), trust, settings.texture, generator)
    return Target(guess, trust, keep, keeps_level=False, above=rows if reaches_above else None)


def damaged_share(analysis: Analysis, region: Region) -> np.ndarray:
    """(T,) share of each mel frame's window energy that lies in the region's frames."""
    spec, scale = analysis.spec, analysis.spec.rate / analysis.clip.rate
    window = np.hanning(spec.n_fft + 1)[:-1] ** 2
    energy = np.concatenate([[0.0], np.cumsum(window)]) / window.sum()
    starts = np.arange(len(analysis.mel)) * spec.hop - spec.pad
    inside = [
        np.clip((edge - analysis.start_frame) * scale - starts, 0, spec.n_fft)
        for edge in (region.start_frame, region.end_frame)
    ]
    place = np.arange(spec.n_fft + 1)
    share: np.ndarray = np.interp(inside[1], place, energy) - np.interp(inside[0], place, energy)
    return share


def touched_bands(analysis: Analysis, region: Region) -> slice:
    """The mel bands that the region's band touches; none above the model's band."""
    spec = analysis.spec
    edges = mel_edges_hz(spec.bands, spec.low_hz, spec.high_hz)
    touched = np.flatnonzero((edges[:-2] < region.high_hz) & (edges[2:] > region.low_hz))
    return slice(int(touched[0]), int(touched[-1]) + 1) if len(touched) else slice(0, 0)


def guessed(mel: Tensor, trust: Tensor, control: Control) -> Tensor:
    """The classical guess, and a word where little is known.

    Over time from both sides, or the one that is there; for bands that are damaged from end to end, from the bands
    beside them; where all is damaged, the recording's own long-term spectrum.
    """
    damaged = trust <= 0
    if not bool(damaged.any()):
        return mel
    if bool(damaged.all()):
        control.note("nothing lies around the region: invented from the recording's long-term spectrum alone")
        exact = mel.cpu().double()  # on the CPU: not every device has float64
        return (0.5 * torch.exp(2 * exact).mean(dim=0).log()).to(mel).expand_as(mel).clone()
    over_time = interpolated(mel, trust)
    never = damaged.all(dim=0)
    if bool(never.any()):
        control.note("the band is damaged from end to end: guessed from the bands beside it")
        return torch.where(never, interpolated(mel.T, trust.T).T, over_time)
    if bool(damaged[0].any()) or bool(damaged[-1].any()):
        control.note("the region reaches to an end of the recording: guessed from the other side alone")
    return over_time

"""The task `denoise`: each cell of the mel is trusted as far as it stands out of the noise.

The guess is the mel less the noise's power; the renderer takes what the method makes of it as the prior
signal-to-noise ratio of a Wiener filter (`engine.render.denoising`).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from engine.analysis import Analysis
from engine.guess import subtracted
from engine.noise import SHORTEST_S, NoiseProfile, Reduction, found_by_minima, learned
from engine.progress import Control
from engine.region import Region, stretch_frames
from engine.settings import DenoiseSettings
from engine.targets import Target, region_rows

BELIEVED = 0.75  # trust: 5 dB above the noise
STANDING_OUT = 0.02  # share of the region's cells; where fewer are believed it is all noise


def target(
    analysis: Analysis, region: Region, settings: DenoiseSettings, generator: torch.Generator, control: Control
) -> Target:
    """The mel less its noise, trusted by the signal's share of the power.

    Raises:
        InputError: the stretch to learn the noise from lies outside the recording.
        RecordingError: it can't be read.
        Cancelled: the user stopped.
    """
    noise = Reduction(profile_for(analysis, settings, control), settings.amount, settings.floor_db)
    noise_mel = noise.profile.log_mel(analysis.spec, analysis.level.gain)
    frames = analysis.frames_at(np.arange(len(analysis.mel), dtype=np.float64))
    guess, trust = subtracted(analysis.mel, noise.profile.rows_at(noise_mel, frames))
    rows = region_rows(analysis, region)
    if not noise.profile.silent and float((trust[rows] >= BELIEVED).float().mean()) < STANDING_OUT:
        control.note(f"nothing stands out of the noise; the region is lowered by up to {-settings.floor_db:g} dB")
    keep = torch.ones_like(guess)
    keep[rows] = 0.0
    return Target(guess.clamp_min(analysis.spec.silence), trust, keep, keeps_level=False, noise=noise)


def profile_for(analysis: Analysis, settings: DenoiseSettings, control: Control) -> NoiseProfile:
    """The noise of the stretch that is named, or what minimum statistics find in the region and its context."""
    clip, device = analysis.clip, analysis.mel.device
    mean = analysis.level.mean.numpy()

    def read(first: int, last: int) -> NDArray[np.float32]:
        return np.asarray(clip.read(first, last) - mean)

    if settings.stretch_s is not None:
        start, end = stretch_frames(clip.frames, clip.rate, settings.stretch_s)
        profile = learned(read, start, end, clip.rate, device)
    elif analysis.end_frame - analysis.start_frame < SHORTEST_S * clip.rate:
        control.note(
            f"less than {SHORTEST_S:g} s is too short to find the noise in; noise_from names where it is alone"
        )
        return NoiseProfile(torch.zeros(1, 2, device=device), np.zeros(1), clip.rate)
    else:
        profile = found_by_minima(read, analysis.start_frame, analysis.end_frame, clip.rate, device, control)
    if profile.silent:
        control.note("no noise was found; nothing is taken away")
    return profile

"""The task `extend`: nothing above the recording's own cut-off is believed; it is invented from what lies below.

The cut-off is where the long-term spectrum falls steeply to its floor. Below, the recording passes as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from engine.analysis import Analysis
from engine.cutoff import DEEPEST_DB, LEAST_CUTOFF_HZ, SMOOTHED_HZ, steepest_fall_hz
from engine.errors import InputError
from engine.filterbank import mel_edges_hz
from engine.guess import extended
from engine.progress import Control
from engine.region import Region
from engine.settings import ExtendSettings
from engine.targets import Target, region_rows

BIN_FFT = 1024
BLOCK_FRAMES = 4096  # taken at once
LOUD_SHARE = 0.5  # of the frames, the loudest: quiet ones show the floor alone
HIGHEST_SHARE = 0.9  # of the model's band: a cut-off above leaves nothing to extend


def target(
    analysis: Analysis, region: Region, settings: ExtendSettings, generator: torch.Generator, control: Control
) -> Target:
    """Trust and keep what lies below the cut-off; render the rest of the region.

    Raises:
        InputError: the cut-off asked for lies where nothing can be extended.
    """
    mel, spec = analysis.mel, analysis.spec
    keep, trust = torch.ones_like(mel), torch.ones_like(mel)
    top_hz = min(analysis.clip.rate / 2, spec.high_hz)
    cutoff_hz = settings.cutoff_hz or found_cutoff(analysis, region, control)
    if settings.cutoff_hz and not LEAST_CUTOFF_HZ <= settings.cutoff_hz < HIGHEST_SHARE * top_hz:
        raise InputError(
            f"cutoff_hz is {settings.cutoff_hz:g}; accepted is {LEAST_CUTOFF_HZ:g} to {HIGHEST_SHARE * top_hz:g} Hz "
            f"for a recording at {analysis.clip.rate} Hz (--rate raises that)"
        )
    if cutoff_hz is None:
        # A recording that fills its own band needs room above it, others a cut-off that the user knows of.
        lacks_room = analysis.clip.rate / 2 < spec.high_hz
        hint = f"--rate {spec.rate} makes room above" if lacks_room else "--set cutoff_hz= gives one"
        control.note(f"no cut-off found below {HIGHEST_SHARE * top_hz:g} Hz: nothing was extended; {hint}")
        return Target(mel, trust, keep, keeps_level=False)
    control.note(f"cut-off {'given as' if settings.cutoff_hz else 'found at'} {cutoff_hz:.0f} Hz")
    if analysis.clip.rate / 2 > spec.high_hz:
        control.note(f"extended up to {spec.high_hz:.0f} Hz, which is as far as the model hears")
    rows, bands = region_rows(analysis, region), known_bands(analysis, cutoff_hz)
    trust[:, bands:] = 0.0
    keep[rows, bands:] = 0.0
    return Target(extended(mel, torch.tensor(bands, device=mel.device)), trust, keep, keeps_level=False)


def known_bands(analysis: Analysis, cutoff_hz: float) -> int:
    """How many mel bands, from the lowest up, lie wholly below a cut-off; at least one."""
    spec = analysis.spec
    edges = mel_edges_hz(spec.bands, spec.low_hz, spec.high_hz)
    return max(1, int(np.count_nonzero(edges[2:] <= cutoff_hz)))


def found_cutoff(analysis: Analysis, region: Region, control: Control) -> float | None:
    """Where the region's long-term spectrum falls to its floor, in Hz; None where it doesn't below the model's band."""
    spec = analysis.spec
    rows = region_rows(analysis, region)
    sound = analysis.padded[:, rows.start * spec.hop : (rows.stop - 1) * spec.hop + spec.n_fft]
    level_db, bins_hz = long_term_spectrum_db(sound, spec.rate, control)
    return steepest_fall_hz(level_db, bins_hz, HIGHEST_SHARE * min(analysis.clip.rate / 2, spec.high_hz))


def long_term_spectrum_db(
    sound: NDArray[np.float32], rate: int, control: Control
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Mean power over the louder half of the frames of (channels, samples), smoothed: (levels in dB, bins in Hz).

    Twice in blocks, so that an hour needs no more memory than a minute: for what is loud, and for its sum.

    Raises:
        Cancelled: the user stopped.
    """
    frames = np.concatenate([power.sum(axis=0) for power in power_blocks(sound, control)])
    least = np.quantile(frames, 1 - LOUD_SHARE)
    total = sum(power[:, power.sum(axis=0) >= least].sum(axis=1) for power in power_blocks(sound, control))
    bins_hz = np.fft.rfftfreq(BIN_FFT, 1 / rate)
    width = max(1, round(SMOOTHED_HZ / bins_hz[1]))
    mean = ndimage.uniform_filter1d(total / np.count_nonzero(frames >= least), width)
    return 10 * np.log10(np.maximum(mean, mean.max() * 10 ** (-DEEPEST_DB / 10)) + 1e-14), bins_hz


def power_blocks(sound: NDArray[np.float32], control: Control) -> Iterator[NDArray[np.float64]]:
    """The power of (channels, samples) in each bin and frame, mean of the channels, in blocks (bins, n)."""
    window = torch.hann_window(BIN_FFT)
    hop = BIN_FFT // 2
    frames = 1 + (sound.shape[1] - BIN_FFT) // hop
    for first in range(0, frames, BLOCK_FRAMES):
        control.step("analysing", first, frames)
        last = min(first + BLOCK_FRAMES, frames)
        block = torch.from_numpy(np.ascontiguousarray(sound[:, first * hop : (last - 1) * hop + BIN_FFT]))
        spectra = torch.stft(block, BIN_FFT, hop, window=window, center=False, return_complex=True)
        yield spectra.abs().square().mean(dim=0).double().numpy()  # (channels, bins, n) -> (bins, n)

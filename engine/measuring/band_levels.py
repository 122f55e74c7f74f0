"""How loud the three bands are whose retention is measured: below 500 Hz, up to 4000 Hz, above.

Spectra as in `engine.measuring.spectral`, so that the change of a level is the retention in dB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.measuring.frames import Framer, hann, power_spectra
from engine.measuring.measures import ratio_db
from engine.measuring.spectral import LSD_FFT, LSD_HOP, band_weights
from engine.measuring.streams import Blocks, Reader, Samples, block_frames

BAND_NAMES = ("below 500 Hz", "500 to 4000 Hz", "above 4000 Hz")


Levels = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class BandLevels:
    """Levels in dB re full scale, rms over channels: low, mid, high; None for a band that holds nothing."""

    reference_db: Levels
    result_db: Levels


def band_levels(read_reference: Reader, read_result: Reader, frames: int, rate: int, channels: int) -> BandLevels:
    """Levels of both, which are read once, in blocks: ``read(start_frame, end_frame) -> (channels, n)``."""
    return BandLevels(levels_of(read_reference, frames, rate, channels), levels_of(read_result, frames, rate, channels))


def levels_of(read: Reader, frames: int, rate: int, channels: int) -> Levels:
    """Levels of one recording by band."""
    blocks, framer = Blocks(channels, block_frames(channels)), Framer(channels, LSD_FFT, LSD_HOP, LSD_FFT // 2)
    window, weights = hann(LSD_FFT), band_weights(rate)
    energy, count = np.zeros(3), 0

    def take(block: Samples, last: bool) -> None:
        nonlocal energy, count
        windowed = framer.push(block, last)
        # (C, T, n) -> (C*T, F)
        power = power_spectra(windowed, window, LSD_FFT).reshape(-1, LSD_FFT // 2 + 1)
        energy += power.sum(axis=0, dtype=np.float64) @ weights
        count += len(power)

    step = block_frames(channels)
    for start in range(0, frames, step):
        for block in blocks.push(np.nan_to_num(read(start, min(start + step, frames)))):
            take(block, last=False)
    take(blocks.rest(), last=True)
    full_scale = count * LSD_FFT * float(np.square(window, dtype=np.float64).sum())  # Parseval
    low, mid, high = (ratio_db(float(value), full_scale) for value in energy)
    return low, mid, high

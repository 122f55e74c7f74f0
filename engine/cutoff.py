"""Where a long-term spectrum falls steeply to its floor: the cut-off of a recording. Free of torch.

The criterion is that of a low-pass filter or a lossy coder: a fall of 18 dB within 500 Hz after which the level never
rises again. A voice or an instrument falls more slowly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_CUTOFF_HZ = 1000.0
SMOOTHED_HZ = 150.0
FLANK_HZ = 250.0  # on each side of a cut-off, in which it falls
LEAST_FALL_DB = 18.0
EDGE_DB = 12.0  # the cut-off is where the level has fallen by so much below its plateau
LEAST_PLATEAU_HZ = 800.0
DEEPEST_DB = 100.0  # below the loudest bin: what is softer is rounding


def steepest_fall_hz(level_db: NDArray[np.floating], bins_hz: NDArray[np.floating], highest_hz: float) -> float | None:
    """Where levels fall most within 500 Hz, if that is by 18 dB or more and they never rise again, in Hz; else None."""
    reach = max(1, round(FLANK_HZ / bins_hz[1]))
    after = np.maximum.accumulate(level_db[::-1])[::-1]  # the loudest at or above each bin
    places = np.arange(reach, len(level_db) - reach)
    fall_db = level_db[places - reach] - after[places + reach]
    allowed = (bins_hz[places] >= LEAST_CUTOFF_HZ) & (bins_hz[places] < highest_hz) & (fall_db >= LEAST_FALL_DB)
    if not allowed.any():
        return None
    place = int(places[np.argmax(np.where(allowed, fall_db, -np.inf))])
    return float(bins_hz[edge_bin(level_db, place + reach, after[place + reach], LEAST_PLATEAU_HZ / bins_hz[1])])


def edge_bin(level_db: NDArray[np.floating], highest: int, floor_db: float, least_bins: float) -> int:
    """The first bin, from ``highest`` down a flank, that is still near the level of what lies below it.

    That level is the median over half an octave, ``least_bins`` or more: narrow enough that the slope of a voice or of
    music hardly counts, wide enough that a flank does.
    """
    for place in range(highest, 1, -1):
        width = max(least_bins, place * (1 - 2**-0.5))
        plateau_db = np.median(level_db[max(1, place - round(width)) : place])
        if level_db[place] >= plateau_db - min(EDGE_DB, (plateau_db - floor_db) / 2):
            return place
    return highest

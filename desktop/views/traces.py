"""Waveforms as pixels: for each column of pixels, how far it is covered, soft at its ends, one lane a channel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from desktop.views.colours import ViewColours, mixed, with_alpha
from desktop.views.lanes import Lanes

SHADES = 16  # steps of an edge's coverage of a pixel
ZERO, CLIPPED, PENDING, GAP = SHADES + 1, SHADES + 2, SHADES + 3, SHADES + 4
OVER_PICTURE = QColor("#f2fbff")


@dataclass(frozen=True)
class Look:
    """How a waveform is drawn: its colours, device pixels a logical one, and whether its ground is painted too."""

    colours: ViewColours
    ratio: float
    opaque: bool = True
    alone: bool = True
    merged: bool = False


@dataclass(frozen=True)
class Trace:
    """One channel's waveform in a lane, a value for each column of pixels.

    Attributes:
        upper, lower: where the column begins and ends, in pixels from the lane's top; outside the lane for nothing.
        clipped_above, clipped_below: whether it holds samples at full scale.
        unknown: whether nothing is known of it yet.
    """

    upper: NDArray[np.floating[Any]]
    lower: NDArray[np.floating[Any]]
    clipped_above: NDArray[np.bool_]
    clipped_below: NDArray[np.bool_]
    unknown: NDArray[np.bool_]


def traces_image(traces: Iterable[Trace], lanes: Lanes, width: int, look: Look) -> QImage:
    """A picture of ``width`` x the lanes' height, a trace in each lane."""
    pixels = np.full((lanes.height, (width + 3) // 4 * 4), GAP, np.uint8)
    for trace, top in zip(traces, lanes.tops, strict=True):
        lane = pixels[top : top + lanes.lane_height, :width]
        if lane.shape[0] == lanes.lane_height:  # more channels than pixels: the last lanes don't fit
            _draw(lane, trace, look.ratio)
    image = QImage(pixels.data, width, lanes.height, pixels.shape[1], QImage.Format.Format_Indexed8)
    image.setColorTable(_colour_table(look))
    # Converted at once: the result owns its pixels.
    into = QImage.Format.Format_RGB32 if look.opaque else QImage.Format.Format_ARGB32_Premultiplied
    return image.convertToFormat(into)


def wave_colour(look: Look) -> QColor:
    """The waveform's colour on its own ground or over a picture."""
    return look.colours.wave if look.alone else with_alpha(OVER_PICTURE, 0.72)


def _draw(lane: NDArray[np.uint8], trace: Trace, ratio: float) -> None:
    height = lane.shape[0]
    # In steps of a shade; 16 bits are twice as fast and reach for lanes that fit a common screen.
    kind: type[np.signedinteger[Any]] = np.int16 if height < 2000 else np.int32
    first, last = (np.rint(np.clip(end, -1, height + 1) * SHADES).astype(kind) for end in (trace.upper, trace.lower))
    rows = (np.arange(height) * SHADES).astype(kind)[:, None]
    covered: NDArray[Any] = np.minimum(rows - (first - SHADES), last - rows)
    np.clip(covered, 0, SHADES, out=covered)
    lane[...] = covered
    line = max(1, int(ratio))
    middle = lane[(height - line) // 2 : (height - line) // 2 + line]
    middle[middle == 0] = ZERO
    mark = max(2, round(3 * ratio))
    lane[:mark, trace.clipped_above] = CLIPPED
    lane[height - mark :, trace.clipped_below] = CLIPPED
    lane[:, trace.unknown] = PENDING


def _colour_table(look: Look) -> list[int]:
    colours, wave = look.colours, wave_colour(look)
    if look.opaque:
        shades = [mixed(colours.ground, wave, step / SHADES) for step in range(SHADES + 1)]
        others = [colours.line, colours.clipped, colours.pending, colours.gap]
    else:
        shades = [with_alpha(wave, wave.alphaF() * step / SHADES) for step in range(SHADES + 1)]
        others = [with_alpha(wave, 0.25), colours.clipped, with_alpha(wave, 0.1), colours.gap]
    return [colour.rgba() for colour in shades + others]

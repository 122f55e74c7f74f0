"""The picture of a spectrogram: levels as bytes from the pyramid, through a table of colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from desktop.views.colour_maps import ranged
from desktop.views.frequency_scale import FrequencyAxis
from desktop.views.grid import Grid, grid_of, missing_columns, shift_between
from desktop.views.lanes import Lanes
from desktop.views.time_axis import TimeAxis
from desktop.views.waveform import shifted

if TYPE_CHECKING:
    from desktop.pyramids.spectrum import Spectrum

FLOOR_DB = -150.0  # level of the byte 0; 255 is 0 dB
# Of what is still being made: none of the maps has such a grey, so that it isn't taken for silence.
UNKNOWN = 0xFF3C3F44


@dataclass(frozen=True)
class SpectrogramLook:
    """Which colours stand for which levels.

    Attributes:
        colours: name of the colour map.
        bottom_db, top_db: levels of the darkest and of the brightest colour.
    """

    colours: str = "viridis"
    bottom_db: float = -110.0
    top_db: float = -15.0


class SpectrogramLayer:
    """Composes the spectrogram's picture and keeps it, and its levels, until something they show changes."""

    def __init__(self, spectrum: Spectrum) -> None:
        self.spectrum = spectrum
        self.look = SpectrogramLook()
        self.complete = False  # until something was drawn, nothing is known
        self._grid: Grid | None = None
        self._rows: object = None
        self._levels: NDArray[np.uint8] | None = None
        self._key: object = None
        self._image = QImage()

    def set_spectrum(self, spectrum: Spectrum) -> None:
        """Show another sound."""
        self.spectrum = spectrum
        self.forget()

    def forget(self) -> None:
        """The sound changed, or more of it is known."""
        self._grid, self._key, self.complete = None, None, False

    def level_at(self, channel: int, share_x: float, share_y: float) -> float | None:
        """The level in dB at a place (0..1 from the left, 0..1 from the top) of what was drawn last."""
        if self._levels is None or self._levels.size == 0:
            return None
        _, rows, columns = self._levels.shape
        row = min(max(int((1 - share_y) * rows), 0), rows - 1)
        column = min(max(int(share_x * columns), 0), columns - 1)
        value = int(self._levels[channel, row, column])
        return None if value == 0 else FLOOR_DB * (1 - value / 255)

    def image(self, time: TimeAxis, frequency: FrequencyAxis, lanes: Lanes, width: int) -> QImage:
        """The picture, ``width`` x the lanes' height in device pixels; gaps between lanes are left to the painter."""
        grid = grid_of(time, width)
        rows = (frequency.low_hz, frequency.high_hz, frequency.scale, lanes.lane_height)
        key = (grid, rows, lanes, self.look)
        if key != self._key or not self.complete:
            self._image = levels_image(self._read(grid, rows, frequency, lanes), lanes, self.look)
            self._key = key
        return self._image

    def _read(self, grid: Grid, rows: object, frequency: FrequencyAxis, lanes: Lanes) -> NDArray[np.uint8]:
        moved = shift_between(self._grid, grid) if rows == self._rows and self.complete else None
        edges_hz = frequency.edges_hz(lanes.lane_height)
        if moved is None or self._levels is None:
            self._levels, self.complete = self.spectrum.image(grid.start, grid.stop, grid.columns, edges_hz)
        elif moved:
            from_column, to_column = missing_columns(moved, grid.columns)
            start, stop = (grid.first + from_column) * grid.step, (grid.first + to_column) * grid.step
            fresh, self.complete = self.spectrum.image(start, stop, to_column - from_column, edges_hz)
            self._levels = shifted(self._levels, fresh, moved)
        self._grid, self._rows = grid, rows
        return self._levels


def levels_image(levels: NDArray[np.uint8], lanes: Lanes, look: SpectrogramLook) -> QImage:
    """Levels ``(channels, rows, columns)``, row 0 lowest, as a picture of all lanes."""
    width = levels.shape[2]
    pixels = np.zeros((lanes.height, (width + 3) // 4 * 4), np.uint8)
    for lane, top in zip(levels, lanes.tops, strict=True):
        room = pixels[top : top + lanes.lane_height, :width]
        if room.shape[0] == lanes.lane_height:  # more channels than pixels: the last lanes don't fit
            room[...] = lane[::-1]
    image = QImage(pixels.data, width, lanes.height, pixels.shape[1], QImage.Format.Format_Indexed8)
    table = ranged(look.colours, look.bottom_db, look.top_db, FLOOR_DB).tolist()
    image.setColorTable([UNKNOWN, *table[1:]])
    # Converted at once: the result owns its pixels.
    return image.convertToFormat(QImage.Format.Format_RGB32)

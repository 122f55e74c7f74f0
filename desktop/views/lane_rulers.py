"""Rulers beside channels in lanes: frequency and level, the same axis beside each lane."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.canvas import Canvas, device_font, text_width
from desktop.views.colours import ViewColours
from desktop.views.frequency_scale import FrequencyAxis
from desktop.views.lanes import Lanes, channel_name
from desktop.views.level_axis import LevelAxis
from desktop.views.rulers import SMALLER, ZOOM_PIXELS, Ruler
from desktop.views.ticks import LevelUnit, frequency_ticks, level_ticks


class LaneRuler(Ruler):
    """A ruler beside channels in lanes: the same axis beside each of them."""

    def __init__(self, name: str, channels: int, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.channels = channels
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802
        font = device_font(self.font(), 1, SMALLER)
        return QSize(math.ceil(text_width(font, "00.00k")) + 14, 60)

    def lane_and_share(self, at: QPointF) -> tuple[int, float]:
        """The lane at a point of the widget, and how far down in it, 0..1."""
        lanes = Lanes(self.channels, self.height(), 1)
        channel = lanes.channel_at(at.y())
        return channel, (at.y() - lanes.tops[channel]) / lanes.lane_height

    def paint(self, canvas: Canvas, colours: ViewColours) -> None:
        lanes = Lanes(self.channels, canvas.height, canvas.line)
        metrics = QFontMetricsF(canvas.painter.font())
        right, free = canvas.width - canvas.line, 0.0
        for channel, top in enumerate(lanes.tops):
            canvas.painter.setPen(colours.text)
            if lanes.lane_height >= metrics.height():
                self.paint_lane(canvas, colours, top, lanes.lane_height, metrics)
            if top >= free:  # of many channels, as many names as fit
                name = channel_name(channel, self.channels)
                canvas.painter.drawText(QPointF(4 * canvas.ratio, top + metrics.ascent()), name)
                free = top + metrics.height()
            if channel and lanes.lane_height >= metrics.height():
                canvas.painter.fillRect(0, top - canvas.line, canvas.width, canvas.line, colours.gap)
        canvas.painter.fillRect(right, 0, canvas.line, canvas.height, colours.gap)

    def paint_lane(self, canvas: Canvas, colours: ViewColours, top: int, height: int, metrics: QFontMetricsF) -> None:
        """Ticks of one lane."""
        raise NotImplementedError

    def paint_tick(self, canvas: Canvas, colours: ViewColours, y: float, label: str, metrics: QFontMetricsF) -> None:
        """A tick at the right edge, its label left of it."""
        right = canvas.width - canvas.line
        canvas.horizontal(y, right - 5 * canvas.ratio, right, colours.text)
        x = right - 8 * canvas.ratio - metrics.horizontalAdvance(label)
        canvas.painter.drawText(QPointF(round(x), round(y + metrics.capHeight() / 2)), label)


class FrequencyRuler(LaneRuler):
    """The frequency axis beside the spectrogram."""

    def __init__(self, frequency: FrequencyAxis, channels: int, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Frequency ruler"), channels, parent)
        self.frequency = frequency
        frequency.changed.connect(self.update)

    def pan_by(self, dx: float, dy: float) -> None:
        self.frequency.pan(dy / Lanes(self.channels, max(self.height(), 1), 1).lane_height)

    def zoom_by(self, factor: float, at: QPointF | None) -> None:
        share = 0.5 if at is None else self.lane_and_share(at)[1]
        self.frequency.zoom(factor, self.frequency.hz_at(share, 1.0))

    def fit(self) -> None:
        self.frequency.fit()

    def paint_lane(self, canvas: Canvas, colours: ViewColours, top: int, height: int, metrics: QFontMetricsF) -> None:
        for tick in frequency_ticks(self.frequency, height, 1.7 * metrics.height()):
            self.paint_tick(canvas, colours, top + self.frequency.y_at(tick.at, height), tick.label, metrics)


class LevelRuler(LaneRuler):
    """Amplitudes beside the waveform, in dB below full scale or as they are."""

    def __init__(self, level: LevelAxis, channels: int, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Level ruler"), channels, parent)
        self.level = level
        self.unit: LevelUnit = "dBFS"
        level.changed.connect(self.update)

    def set_unit(self, unit: LevelUnit) -> None:
        """Label in ``dBFS`` or ``linear``."""
        self.unit = unit
        self.update()

    def pan_by(self, dx: float, dy: float) -> None:
        self.level.zoom(2 ** (dy / ZOOM_PIXELS))  # zero stays in the middle, so there is nothing to pan

    def zoom_by(self, factor: float, at: QPointF | None) -> None:
        self.level.zoom(factor)

    def fit(self) -> None:
        self.level.fit()

    def paint_lane(self, canvas: Canvas, colours: ViewColours, top: int, height: int, metrics: QFontMetricsF) -> None:
        for tick in level_ticks(self.level, self.unit, height, 1.4 * metrics.height()):
            self.paint_tick(canvas, colours, top + self.level.y_at(tick.at, height), tick.label, metrics)

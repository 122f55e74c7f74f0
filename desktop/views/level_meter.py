"""Peaks of what is heard, as bars, with the loudness in figures beside them."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.playback.meters import Levels
from desktop.views.canvas import canvas_of, device_font

FLOOR_DB, HOT_DB = -60.0, -6.0
MARKS_DB = (-48, -36, -24, -12)
BAR_EMS, HEIGHT, COLUMNS = 22, 2.0, 3  # in widths of a digit's line height, and lines
GREEN, YELLOW, RED = QColor(72, 168, 104), QColor(214, 176, 60), QColor(214, 72, 64)


class LevelMeter(QWidget):
    """Shows `Levels`; empty while nothing plays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._levels = Levels()
        self._hidden = False
        self.setAccessibleName(self.tr("Level meter"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_levels(Levels())

    def sizeHint(self) -> QSize:  # noqa: N802
        line = QFontMetricsF(self.font()).height()
        return QSize(math.ceil(line * BAR_EMS), math.ceil(line * HEIGHT))

    def show_levels(self, levels: Levels) -> None:
        """Show these."""
        if levels != self._levels:
            self._levels = levels
            self.update()

    def event(self, event: QEvent) -> bool:
        """Figures as a tip, made when it is asked for."""
        if event.type() == QEvent.Type.ToolTip and not self._hidden:
            self.setToolTip(self._tip())
        return super().event(event)

    def set_blind(self, blind: bool) -> None:
        """Show nothing, where a level would tell what is heard."""
        self._hidden = blind
        self.update()

    def _tip(self) -> str:
        levels = self._levels
        rows = (
            (self.tr("True peak"), levels.true_peak_db, "dBTP"),
            (self.tr("Momentary, 0.4 s"), levels.momentary, "LUFS"),
            (self.tr("Short-term, 3 s"), levels.short_term, "LUFS"),
            (self.tr("Integrated"), levels.integrated, "LUFS"),
            (self.tr("Correlation of the channels"), levels.correlation, ""),
        )
        return "\n".join(f"{name}: {figure(value)} {unit}".rstrip() for name, value, unit in rows)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        levels = Levels() if self._hidden else self._levels
        palette = self.palette()
        text = palette.color(palette.ColorRole.WindowText)
        faint = QColor(text)
        faint.setAlphaF(0.14)
        with canvas_of(self) as canvas:
            painter = canvas.painter
            bars = levels.peak_db[:2] or (-math.inf, -math.inf)
            left, width = 0, round(canvas.width * 0.42)
            gap = max(1, round(canvas.ratio))
            room = canvas.height * 0.6
            height = (room - gap) / max(len(bars), 1)
            for row, peak in enumerate(bars):
                top = round(row * (height + gap))
                painter.fillRect(left, top, width, round(height), faint)
                self._bar(painter, left, top, width, round(height), peak)
                held = levels.held_db[row] if row < len(levels.held_db) else -math.inf
                if held > FLOOR_DB:
                    edge = left + round(share(held) * width)
                    painter.fillRect(edge - gap, top, gap + 1, round(height), RED if held >= 0 else text)
            painter.setFont(device_font(self.font(), canvas.ratio, 0.78))
            painter.setPen(faint if self._hidden else text)
            metrics = QFontMetricsF(painter.font())
            dim = QColor(text)
            dim.setAlphaF(0.6)
            painter.setPen(dim)
            for mark in MARKS_DB:
                at = left + share(mark) * width - metrics.horizontalAdvance(str(mark)) / 2
                painter.drawText(round(at), canvas.height - gap, str(mark))
            self._figures(painter, width + 8 * gap, canvas.width, canvas.height, levels, text, dim)

    def _bar(self, painter: QPainter, left: int, top: int, width: int, height: int, peak: float) -> None:
        reach = round(share(peak) * width)
        hot = round(share(HOT_DB) * width)
        painter.fillRect(left, top, min(reach, hot), height, GREEN)
        if reach > hot:
            painter.fillRect(left + hot, top, reach - hot, height, RED if peak >= 0 else YELLOW)

    def _figures(
        self, painter: QPainter, left: int, right: int, height: int, levels: Levels, text: QColor, dim: QColor
    ) -> None:
        """Two rows: momentary, short-term, integrated; true peak, correlation."""
        cells = (
            ("M", levels.momentary),
            ("S", levels.short_term),
            ("I", levels.integrated),
            ("TP", levels.true_peak_db),
            ("r", levels.correlation),
        )
        across = (right - left) / COLUMNS
        for number, (name, value) in enumerate(cells):
            x, y = left + (number % COLUMNS) * across, (number // COLUMNS + 1) * height / 2 - height * 0.12
            painter.setPen(dim)
            painter.drawText(round(x), round(y), name)
            painter.setPen(RED if name == "TP" and value is not None and value > 0 else text)
            shown = figure(value) if name != "r" or value is None else f"{value:+.2f}"
            painter.drawText(round(x + across * 0.3), round(y), shown)


def share(level_db: float) -> float:
    """Where a level lies on the bar, 0 to 1."""
    return 0.0 if level_db <= FLOOR_DB else min(1.0, 1 - level_db / FLOOR_DB)


def figure(value: float | None) -> str:
    """A level with one place after the point; a dash for none."""
    return "-" if value is None else f"{value:.1f}"

"""A sound as it is seen: waveform, spectrogram or both, with regions, selection, cursor and playhead over it.

The sound's pictures are kept, so that a moving cursor, playhead or selection repaints only what lies over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.axes import Axes
from desktop.views.canvas import Canvas, canvas_of, device_font, text_width
from desktop.views.colours import ViewColours, colours_of
from desktop.views.flags import Flag, flags_of
from desktop.views.lanes import Lanes
from desktop.views.marks import Marks, moved_pixels
from desktop.views.overlays import paint_cursor, paint_flags, paint_region, paint_selection, paint_title
from desktop.views.rulers import SMALLER
from desktop.views.spectrogram import SpectrogramLayer
from desktop.views.traces import Look
from desktop.views.waveform import WaveformLayer

if TYPE_CHECKING:
    from desktop.document.document import Document
    from desktop.pyramids.peaks import Peaks
    from desktop.pyramids.spectrum import Spectrum
    from engine.region import Region


class SoundPicture(QWidget):
    """Paints one sound on the shared axes, with the regions, the selection and the marks over it.

    Attributes:
        waveform, spectrogram: the layers; each is painted with its strength, 0 (not at all) to 1.
        title: the sound's name in the corner; empty for none.
    """

    def __init__(
        self,
        document: Document,
        axes: Axes,
        marks: Marks,
        sound: tuple[Peaks, Spectrum],
        strengths: tuple[float, float],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.document, self.axes, self.marks = document, axes, marks
        self.waveform, self.spectrogram = WaveformLayer(sound[0]), SpectrogramLayer(sound[1])
        self.waveform_strength, self.spectrogram_strength = strengths
        self.title = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._name()
        axes.time.changed.connect(self.update)
        axes.frequency.changed.connect(self._frequency_changed)
        axes.level.changed.connect(self._level_changed)
        document.selection_changed.connect(self.update)
        document.current_changed.connect(self.update)
        document.edited.connect(self._edited)
        marks.cursor_moved.connect(self._mark_moved)
        marks.playhead_moved.connect(self._mark_moved)

    @property
    def banded(self) -> bool:
        """Whether frequencies are seen, and so selected."""
        return self.spectrogram_strength > 0

    def set_sound(self, peaks: Peaks, spectrum: Spectrum) -> None:
        """Show another sound on the same axes."""
        self.waveform.set_peaks(peaks)
        self.spectrogram.set_spectrum(spectrum)
        self.update()

    def set_title(self, title: str) -> None:
        """Name the sound in the corner."""
        if title != self.title:
            self.title = title
            self.update()

    def grow(self, peaks: Peaks, spectrum: Spectrum) -> None:
        """More is known of a sound: paint again if it is this one and something lacked."""
        lacked = False
        if self.waveform_strength > 0 and self.waveform.peaks is peaks and not self.waveform.complete:
            self.waveform.forget()
            lacked = True
        if self.banded and self.spectrogram.spectrum is spectrum and not self.spectrogram.complete:
            self.spectrogram.forget()
            lacked = True
        if lacked:
            self.update()

    def forget_sound(self) -> None:
        """The sound is another one in places."""
        self.waveform.forget()
        self.spectrogram.forget()
        self.update()

    def set_strengths(self, waveform: float, spectrogram: float) -> None:
        """How strongly each layer is painted, 0 to 1."""
        self.waveform_strength, self.spectrogram_strength = waveform, spectrogram
        self._name()
        self.update()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(120, 48)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(800, 240)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        with canvas_of(self) as canvas:
            canvas.painter.setFont(device_font(self.font(), canvas.ratio, SMALLER))
            lanes = Lanes(self.document.channels, canvas.height, canvas.line)
            plain = colours_of(self.palette())
            over = colours_of(self.palette(), on_picture=self.banded)
            self._paint_sound(canvas, lanes, plain)
            self._paint_marks(canvas, lanes, over)
            if self.title:
                paint_title(canvas, self.title, plain)
            if self.hasFocus():
                canvas.frame(0, 0, canvas.width, canvas.height, plain.focus, 2 * canvas.line)

    def _paint_sound(self, canvas: Canvas, lanes: Lanes, colours: ViewColours) -> None:
        painter, time = canvas.painter, self.axes.time
        if self.banded:
            if self.spectrogram_strength < 1:
                painter.fillRect(0, 0, canvas.width, canvas.height, colours.ground)
            painter.setOpacity(self.spectrogram_strength)
            picture = self.spectrogram.image(time, self.axes.frequency, lanes, canvas.width)
            painter.drawImage(0, 0, picture)
            painter.setOpacity(1.0)
            for top, below in zip(lanes.tops, [*lanes.tops[1:], canvas.height], strict=True):
                bottom = top + lanes.lane_height
                painter.fillRect(0, bottom, canvas.width, below - bottom, colours.gap)
        if self.waveform_strength > 0:
            look = Look(colours, canvas.ratio, opaque=not self.banded, alone=not self.banded)
            painter.setOpacity(self.waveform_strength)
            painter.drawImage(0, 0, self.waveform.image(time, self.axes.level, lanes, canvas.width, look))
            painter.setOpacity(1.0)

    def _paint_marks(self, canvas: Canvas, lanes: Lanes, colours: ViewColours) -> None:
        boxes = [QRectF(0, top, canvas.width, lanes.lane_height) for top in lanes.tops]
        for row in self.document.regions.values():
            current = row.id == self.document.current_region_id
            for lane in boxes:
                box = self._box(row.region, lane)
                paint_region(canvas, box, lane, colours, current=current, banded=self.banded)
        selection = self.document.selection
        if selection is not None:
            for lane in boxes:
                paint_selection(canvas, self._box(selection, lane), lane, colours, banded=self.banded)
        paint_flags(canvas, self._flags(canvas.ratio), self.document.current_region_id, colours)
        time = self.axes.time
        paint_cursor(canvas, time.x_at(self.marks.cursor_frame, canvas.width), colours, playing=False)
        if self.marks.playhead_frame is not None:
            paint_cursor(canvas, time.x_at(self.marks.playhead_frame, canvas.width), colours, playing=True)

    def _box(self, region: Region, lane: QRectF) -> QRectF:
        """Where a region lies in a lane: all of its height where frequencies aren't seen."""
        left, right = (self.axes.time.x_at(frame, lane.width()) for frame in (region.start_frame, region.end_frame))
        top, bottom = lane.top(), lane.bottom()
        if self.banded:
            axis = self.axes.frequency
            top = lane.top() + axis.y_at(region.high_hz, lane.height())
            bottom = lane.top() + axis.y_at(region.low_hz, lane.height())
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def _flags(self, ratio: float) -> list[Flag]:
        font = device_font(self.font(), ratio, SMALLER)
        width = self.width() * ratio
        return flags_of(
            self.document.regions.values(),
            lambda frame: self.axes.time.x_at(frame, width),
            width,
            QFontMetricsF(font).height(),
            lambda text: text_width(font, text),
        )

    def _edited(self, _: object) -> None:
        self.update()

    def _frequency_changed(self) -> None:
        if self.banded:
            self.update()

    def _level_changed(self) -> None:
        if self.waveform_strength > 0:
            self.update()

    def _mark_moved(self, before: int | None, now: int | None) -> None:
        for x in moved_pixels(self, self.axes.time.x_at, before, now):
            self.update(QRect(x - 4, 0, 9, self.height()))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self.update()

    def _name(self) -> None:
        name = self.tr("Spectrogram") if self.banded else self.tr("Waveform")
        if self.banded and self.waveform_strength > 0:
            name = self.tr("Waveform over spectrogram")
        self.setAccessibleName(name)

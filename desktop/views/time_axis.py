"""The stretch of a recording that is visible, in frames; every view of one editor shares one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

SHORTEST_SPAN = 10.0  # frames across the window when zoomed in as far as it goes


class TimeAxis(QObject):
    """Which frames are visible, and where on a width a frame lies.

    Attributes:
        frames, rate: size and sample rate of the recording.
        start: the first visible frame, as a fraction where zoomed in.
        span: visible frames; panning leaves it exactly as it was.

    Signals:
        changed: the visible stretch is another one.
    """

    changed = Signal()

    def __init__(self, frames: int, rate: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frames = frames
        self.rate = rate
        self.start = 0.0
        self.span = self.longest_span

    @property
    def longest_span(self) -> float:
        """The whole file; never 0, so that positions can be divided by it."""
        return float(max(self.frames, 1))

    @property
    def stop(self) -> float:
        """The visible stretch ends here, exclusive."""
        return self.start + self.span

    def show(self, start: float, stop: float) -> None:
        """Make ``start`` to ``stop`` visible, as far as the limits allow; too short a stretch is widened evenly."""
        span = min(max(stop - start, SHORTEST_SPAN), self.longest_span)
        self._place((start + stop - span) / 2, span)

    def zoom(self, factor: float, at_frame: float) -> None:
        """Show ``1 / factor`` of what is visible; ``at_frame`` stays where it is on the screen."""
        span = min(max(self.span / factor, SHORTEST_SPAN), self.longest_span)
        share = (at_frame - self.start) / self.span
        self._place(at_frame - share * span, span)

    def pan(self, frames: float) -> None:
        """Move the visible stretch by ``frames`` towards the end."""
        self._place(self.start + frames, self.span)

    def fit(self) -> None:
        """Show the whole file."""
        self._place(0.0, self.longest_span)

    def centre_on(self, frame: float) -> None:
        """Move the visible stretch so that ``frame`` lies in its middle."""
        self._place(frame - self.span / 2, self.span)

    def reveal(self, start: float, stop: float) -> None:
        """Make the stretch visible with a margin, changing as little as possible."""
        if self.start <= start and stop <= self.stop:
            return
        if stop - start > 0.9 * self.span:
            margin = 0.05 * (stop - start)
            self.show(start - margin, stop + margin)
        else:
            self.centre_on((start + stop) / 2)

    def frame_at(self, x: float, width: float) -> float:
        """The frame under ``x`` of ``width`` pixels."""
        return self.start + x / max(width, 1) * self.span

    def x_at(self, frame: float, width: float) -> float:
        """Where on ``width`` pixels a frame lies; outside 0 to ``width`` when it is not visible."""
        return (frame - self.start) / self.span * width

    def _place(self, start: float, span: float) -> None:
        start = min(max(start, 0.0), self.longest_span - span)
        if (start, span) != (self.start, self.span):
            self.start, self.span = start, span
            self.changed.emit()

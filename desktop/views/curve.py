"""A waveform zoomed in to its samples: the curve through them, and dots for what the file holds.

The curve is the band-limited one that a converter would play (Lanczos kernel, 8 samples to each side), so peaks
between samples are seen. It is made of columns of pixels like the waveform further out: painting it as a line of
hundreds of points, smooth, takes ten times as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop.views.lanes import Lanes
from desktop.views.level_axis import LevelAxis
from desktop.views.time_axis import TimeAxis
from desktop.views.traces import Look, Trace, traces_image, wave_colour

FULL_SCALE = 0.9999  # a 16-bit file's highest sample is 0.99997
CURVE_FROM, DOTS_FROM = 3.0, 6.0  # pixels a sample
KERNEL = 8  # samples to each side
FINE = 4  # points of the curve in a column
HALF_LINE = 0.6  # logical pixels


def samples_image(
    samples: NDArray[np.float32],
    first: int,
    time: TimeAxis,
    level: LevelAxis,
    lanes: Lanes,
    width: int,
    look: Look,
) -> QImage:
    """Single samples ``(channels, frames)`` from ``first`` on as a curve, and as dots where there is room for them."""
    pixels = width / time.span
    # A sample stands in the middle of its frame.
    xs = (np.arange(first, first + samples.shape[1]) + 0.5 - time.start) * pixels
    shown = samples[:1] if look.merged else samples
    image = traces_image(
        [curve_trace(xs, values, level, lanes.lane_height, width, look.ratio) for values in shown], lanes, width, look
    )
    if pixels >= DOTS_FROM:
        painter = QPainter(image)
        for values, top in zip(shown, lanes.tops, strict=True):
            ys = top + (1 - values / level.top) / 2 * lanes.lane_height
            _paint_dots(painter, xs, ys, values, QRectF(0, top, width, lanes.lane_height), look)
        painter.end()
    return image


def curve_trace(
    xs: NDArray[np.float64], values: NDArray[np.float32], level: LevelAxis, height: int, width: int, ratio: float
) -> Trace:
    """The curve through ``values`` at ``xs`` (pixels) on ``width`` columns."""
    known = np.nan_to_num(values)
    ys = (1 - known / level.top) / 2 * height
    pixels = xs[1] - xs[0] if xs.size > 1 else 1.0
    at, curve = band_limited(xs, ys, pixels) if pixels >= CURVE_FROM else (xs, ys)
    off = -10.0 * height  # before the first sample and after the last one there is no curve
    points = np.interp(np.arange(FINE * width + 1) / FINE, at, curve, left=off, right=off)
    there = (points[:-1] != off) & (points[1:] != off)
    upper = np.where(there, np.minimum(points[:-1], points[1:]), np.inf).reshape(width, FINE).min(axis=1)
    lower = np.where(there, np.maximum(points[:-1], points[1:]), -np.inf).reshape(width, FINE).max(axis=1)
    columns = np.floor(xs).astype(int)
    seen = (columns >= 0) & (columns < width)
    # The samples themselves, which may lie between two points.
    np.minimum.at(upper, columns[seen], ys[seen])
    np.maximum.at(lower, columns[seen], ys[seen])
    marks = [np.zeros(width, bool) for _ in range(3)]
    for mark, which in zip(marks, (known >= FULL_SCALE, known <= -FULL_SCALE, np.isnan(values)), strict=True):
        mark[columns[seen & which]] = True
    half = HALF_LINE * ratio
    return Trace(upper - half, lower + half, *marks)


def _paint_dots(
    painter: QPainter,
    xs: NDArray[np.float64],
    ys: NDArray[np.float32],
    values: NDArray[np.float32],
    lane: QRectF,
    look: Look,
) -> None:
    painter.save()
    painter.setClipRect(lane)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = 3 * look.ratio * min(1.0, (xs[1] - xs[0]) / (12 * look.ratio)) if xs.size > 1 else 3 * look.ratio
    for x, y, value in zip(xs.tolist(), ys.tolist(), values.tolist(), strict=True):
        if value == value:  # not one that isn't known yet
            painter.setBrush(look.colours.clipped if abs(value) >= FULL_SCALE else wave_colour(look))
            painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.restore()


def band_limited(
    xs: NDArray[np.float64], ys: NDArray[np.floating[Any]], pixels: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The curve through samples ``pixels`` apart, at every pixel or two: (x, y).

    Windowed sinc (Lanczos, `KERNEL` samples to each side). Beyond the ends the first and last sample go on.
    """
    if ys.size == 0:
        return xs, ys.astype(np.float64)
    parts = max(4, round(pixels / 1.5))
    offsets = np.arange(parts) / parts  # (parts,)
    taps = np.arange(-KERNEL + 1, KERNEL + 1)  # (2 KERNEL,)
    distance = offsets[:, None] - taps
    weights = np.sinc(distance) * np.sinc(distance / KERNEL)
    weights /= weights.sum(axis=1, keepdims=True)
    padded = np.pad(ys.astype(np.float64), (KERNEL - 1, KERNEL), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * KERNEL)  # (samples, 2 KERNEL)
    curve = (windows @ weights.T).reshape(-1)  # (samples * parts,)
    at = (xs[:, None] + offsets * pixels).reshape(-1)
    inside = curve.size - parts + 1  # nothing is drawn beyond the last sample
    return at[:inside], curve[:inside]

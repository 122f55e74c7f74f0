"""Colours of the views, from the widget's palette: light and dark follow the system."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette


@dataclass(frozen=True)
class ViewColours:
    """Colours on the waveform's ground (``ground``) and on pictures, which may have any colour (``on_picture``).

    Attributes:
        ground: behind waveforms; gap: between lanes; line: the zero line and lane borders.
        wave: the waveform; clipped: its samples at full scale; pending: where nothing is known yet.
        ruler: behind rulers; text, faint: labels and small ticks.
        selection: its tint; edge: its edges and handles; shade: a hairline that sets edges off from any picture.
        region: outlines and flags; region_text: on a filled flag; flag: behind the name on an empty one.
        cursor, playhead, focus: lines and rings.
    """

    dark: bool
    ground: QColor
    gap: QColor
    line: QColor
    wave: QColor
    clipped: QColor
    pending: QColor
    ruler: QColor
    text: QColor
    faint: QColor
    selection: QColor
    edge: QColor
    shade: QColor
    region: QColor
    region_text: QColor
    flag: QColor
    cursor: QColor
    playhead: QColor
    focus: QColor


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """``share`` of ``other`` in ``one``."""
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return QColor(*(round(a + share * (b - a)) for a, b in pairs))


def with_alpha(colour: QColor, alpha: float) -> QColor:
    """The same colour, ``alpha`` 0..1."""
    faded = QColor(colour)
    faded.setAlphaF(alpha)
    return faded


def colours_of(palette: QPalette, *, on_picture: bool = False) -> ViewColours:
    """The colours that go with a palette; ``on_picture`` for what is drawn over a spectrogram."""
    base, text, window = palette.base().color(), palette.text().color(), palette.window().color()
    dark = base.lightness() < 128
    white = QColor(255, 255, 255)
    on_dark = dark or on_picture
    accent = palette.highlight().color()
    return ViewColours(
        dark=dark,
        ground=base,
        gap=mixed(window, text, 0.18),
        line=mixed(base, text, 0.22),
        wave=QColor("#5cb8d6") if dark else QColor("#1f6f94"),
        clipped=QColor("#ff5a4d") if on_dark else QColor("#d32f20"),
        pending=mixed(base, text, 0.10),
        ruler=window,
        text=mixed(palette.windowText().color(), window, 0.15),
        faint=mixed(palette.windowText().color(), window, 0.60),
        # On a picture its colours mean levels, so that it is hardly tinted.
        selection=with_alpha(white, 0.06 if on_picture else 0.12) if on_dark else with_alpha(accent, 0.20),
        edge=white if on_dark else mixed(accent, QColor(0, 0, 0), 0.2),
        shade=with_alpha(QColor(0, 0, 0), 0.55) if on_dark else with_alpha(white, 0.75),
        region=QColor("#ffb35c") if on_dark else QColor("#c76a00"),
        region_text=QColor("#241500") if on_dark else white,
        flag=base if dark or not on_picture else QColor("#1b1712"),
        cursor=with_alpha(white, 0.9) if on_dark else QColor(30, 30, 30),
        playhead=QColor("#ff5d8f") if on_dark else QColor("#c2185b"),
        focus=accent,
    )

"""The View menu: what is seen, and how near."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.views.editor_view import EditorView
    from desktop.views.frequency_scale import Scale
    from desktop.views.sounds import SoundName
    from desktop.views.ticks import TimeUnit
    from desktop.window import MainWindow

SHOWN: dict[str, SoundName] = {"show_result": "result", "show_original": "original", "show_difference": "difference"}
SCALES: dict[str, Scale] = {"scale_linear": "linear", "scale_log": "log", "scale_mel": "mel"}
TIMES: dict[str, TimeUnit] = {"time_clock": "clock", "time_seconds": "seconds", "time_samples": "samples"}


def in_view(act: Callable[[EditorView], object], window: MainWindow) -> None:
    """Do something with the view of the document in front."""
    if window.tab is not None:
        act(window.tab.view)


def show_sound(name: SoundName, window: MainWindow) -> None:
    """Show the result, the original or the difference."""
    if window.tab is not None:
        window.tab.view.show_sound(name)
        window.mark_switches()


def side_by_side(window: MainWindow) -> None:
    """Show original and result beside each other, or one alone."""
    if window.tab is not None:
        window.tab.view.set_side_by_side(not window.tab.view.side_by_side)
        window.mark_switches()


def use_scale(scale: Scale, window: MainWindow) -> None:
    """Draw frequencies on another scale, in all documents."""
    if window.tab is not None:
        window.tab.view.set_scale(scale)
        window.prefer(dataclasses.replace(window.preferences, frequency_scale=scale))


def use_unit(unit: TimeUnit, window: MainWindow) -> None:
    """Tell times in another unit, in all documents."""
    if window.tab is not None:
        window.tab.view.set_time_unit(unit)


def toggle_sidebar(window: MainWindow) -> None:
    """Show or hide the column at the right."""
    window.show_sidebar(not window.sidebar_shown)


def full_screen(window: MainWindow) -> None:
    """Give the window the whole screen, or take it back."""
    if window.isFullScreen():
        window.showNormal()
    else:
        window.showFullScreen()
    window.mark_switches()


HANDLERS: dict[str, Callable[[MainWindow], None]] = {
    "zoom_in": partial(in_view, lambda view: view.zoom_in()),
    "zoom_out": partial(in_view, lambda view: view.zoom_out()),
    "zoom_to_selection": partial(in_view, lambda view: view.zoom_to_selection()),
    "fit": partial(in_view, lambda view: view.fit()),
    "zoom_normal": partial(in_view, lambda view: view.zoom_normal()),
    "go_home": partial(in_view, lambda view: view.go_home()),
    "go_end": partial(in_view, lambda view: view.go_end()),
    "previous_edge": partial(in_view, lambda view: view.previous_edge()),
    "next_edge": partial(in_view, lambda view: view.next_edge()),
    **{name: partial(show_sound, sound) for name, sound in SHOWN.items()},
    "side_by_side": side_by_side,
    **{name: partial(use_scale, scale) for name, scale in SCALES.items()},
    **{name: partial(use_unit, unit) for name, unit in TIMES.items()},
    "toggle_sidebar": toggle_sidebar,
    "full_screen": full_screen,
}

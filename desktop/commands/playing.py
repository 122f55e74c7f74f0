"""The Playback menu: what is played, what is heard, and how."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from desktop.dialogs.blind_test import BlindTest
from desktop.panels.subject import subject_region
from desktop.playback.choices import Stretch
from desktop.playback.matching import HEARD, Heard
from desktop.playing_table import LISTENED
from desktop.translating import translate
from engine.region import Region

if TYPE_CHECKING:
    from desktop.window import MainWindow

SPEEDS = {"speed_50": 0.5, "speed_75": 0.75, "speed_100": 1.0, "speed_125": 1.25, "speed_150": 1.5, "speed_200": 2.0}


def play_pause(window: MainWindow) -> None:
    """Pause, go on, or begin: the selection, else from the cursor."""
    player = window.player
    if player.is_playing:
        player.pause()
    elif player.stretch is not None:
        player.resume()
    elif window.tab is not None and window.tab.document.selection is not None:
        play_selection(window)
    else:
        play_from_cursor(window)


def play_from_cursor(window: MainWindow) -> None:
    """Play from the cursor to the end; from the start where the cursor is at the end."""
    tab = window.tab
    if tab is None or not tab.document.frames:
        return
    frames, cursor = tab.document.frames, tab.view.marks.cursor_frame
    at = cursor if cursor < frames else 0
    window.player.play(Stretch(0, frames), subject_region(tab.document), at)


def play_selection(window: MainWindow) -> None:
    """Play the region or the selection; all, where there is none."""
    tab = window.tab
    region = subject_region(tab.document) if tab is not None else None
    if region is None:
        play_from_cursor(window)
        return
    play_region(window, region)


def play_region(window: MainWindow, region: Region) -> None:
    """Play this and nothing else."""
    window.player.play(Stretch(region.start_frame, region.end_frame, alone=True), region)


def stop_playing(window: MainWindow) -> None:
    """Stop."""
    window.player.stop()


def loop(window: MainWindow) -> None:
    """Loop or not; what plays goes on."""
    window.player.choose(looped=not window.player.choices.looped)


def band_only(window: MainWindow) -> None:
    """Hear the band of the region alone, or all."""
    window.player.choose(band_only=not window.player.choices.band_only)


def hear(heard: Heard, window: MainWindow) -> None:
    """Switch what is heard, where it is."""
    if not window.player.is_blind:
        window.player.choose(heard=heard)


def match_levels(window: MainWindow) -> None:
    """Make what is compared equally loud, or not."""
    window.player.choose(matched=not window.player.choices.matched)


def compare(by: int, window: MainWindow) -> None:
    """Mark another take of the region as the compared one, and hear it."""
    if window.tab is not None and not window.player.is_blind:
        window.tab.sidebar.takes.step(by)
        window.player.choose(heard="C")


def set_speed(speed: float, window: MainWindow) -> None:
    """Play slower or faster."""
    window.player.choose(speed=speed)


def look_for_devices(window: MainWindow) -> None:
    """Look for sound devices again."""
    window.player.rescan()


def blind_test(window: MainWindow) -> None:
    """Ask blindly for the difference between the original and the take in use."""
    tab = window.tab
    if tab is None:
        return
    row = tab.document.current_region
    if row is None or row.take_id is None:
        window.say(
            "info", translate("Playing", "Choose a region with a take in use: it is compared with the original.")
        )
        return
    BlindTest(window.player, tab.document, row, window).show()


HANDLERS: dict[str, Callable[[MainWindow], None]] = {
    "play_pause": play_pause,
    "play_from_cursor": play_from_cursor,
    "play_selection": play_selection,
    "stop_playing": stop_playing,
    "loop": loop,
    "band_only": band_only,
    **{name: partial(hear, heard) for name, heard in zip(LISTENED, HEARD, strict=True)},
    "match_levels": match_levels,
    "compare_previous": partial(compare, -1),
    "compare_next": partial(compare, 1),
    "blind_test": blind_test,
    **{name: partial(set_speed, speed) for name, speed in SPEEDS.items()},
    "look_for_devices": look_for_devices,
}

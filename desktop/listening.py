"""What listening has to do with the rest of the window: the playhead, the document in front, the device menu."""

from __future__ import annotations

import dataclasses
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from desktop.commands.playing import SPEEDS, play_region
from desktop.document_tab import DocumentTab
from desktop.playback.device import DeviceError, devices
from desktop.playback.player import SCRUB_S
from desktop.playing_table import LISTENED
from desktop.preferences import LATENCIES_S
from desktop.translating import translate

if TYPE_CHECKING:
    from desktop.window import MainWindow


class Listening(QObject):
    """Ties the player to the tabs."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._player = window, window.player
        self._tab: DocumentTab | None = None
        self._scrubbed_s = 0.0
        self._player.moved.connect(self._show_playhead)
        self._player.state_changed.connect(self._follow_state)
        self._player.said.connect(window.say)

    def follow(self, tab: DocumentTab | None) -> None:
        """Listen to the document in front."""
        if tab is self._tab:
            return
        self._let_go()
        self._tab = tab
        self._player.set_document(tab.document if tab else None)
        if tab is not None:
            tab.view.marks.cursor_moved.connect(self._seek)
            tab.view.scrubbed.connect(self._scrub)
            tab.sidebar.takes.chosen_changed.connect(self._player.compare)
            tab.document.current_changed.connect(self._play_what_is_chosen)
            self._player.compare(chosen.id if (chosen := tab.sidebar.takes.chosen()) else None)
            self._player.seek(tab.view.marks.cursor_frame)

    def choices_on(self) -> dict[str, bool]:
        """Which switches of the menu are on."""
        choices, blind = self._player.choices, self._player.is_blind
        return {
            **{name: heard == choices.heard and not blind for name, heard in LISTENED.items()},
            **{name: speed == choices.speed for name, speed in SPEEDS.items()},
            "loop": choices.looped,
            "band_only": choices.band_only,
            "match_levels": choices.matched,
        }

    def fill_devices(self, menu: QMenu) -> None:
        """List the devices and latencies; what is chosen is remembered."""
        menu.clear()
        chosen = self._window.preferences
        try:
            found = devices()
        except DeviceError as error:
            menu.addAction(str(error)).setEnabled(False)
            found = []
        group = QActionGroup(menu)
        rows = [(translate("Listening", "The system's own"), ""), *((device.key, device.key) for device in found)]
        if chosen.sound_device and chosen.sound_device not in [key for _, key in rows]:
            rows.append((translate("Listening", "{0} (not there)").format(chosen.sound_device), chosen.sound_device))
        for text, key in rows:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(key == chosen.sound_device)
            action.triggered.connect(partial(self._prefer, sound_device=key))
            group.addAction(action)
        menu.addAction(self._window.actions_by_name["look_for_devices"])
        menu.addSeparator()
        names = (
            translate("Listening", "Low Latency"),
            translate("Listening", "Normal Latency"),
            translate("Listening", "High Latency"),
        )
        group = QActionGroup(menu)
        for (latency, seconds), name in zip(LATENCIES_S.items(), names, strict=True):
            action = menu.addAction(f"{name} ({round(1000 * seconds)} ms)")
            action.setCheckable(True)
            action.setChecked(latency == chosen.sound_latency)
            action.triggered.connect(partial(self._prefer, sound_latency=latency))
            group.addAction(action)
        if text := self._player.device_text:
            menu.addSeparator()
            menu.addAction(text).setEnabled(False)

    def follow_preferences(self) -> None:
        """Play on the device that is preferred."""
        chosen = self._window.preferences
        self._player.choose(device=chosen.sound_device, latency=chosen.sound_latency)

    def _prefer(self, checked: bool = False, **changes: str) -> None:
        self._window.prefer(dataclasses.replace(self._window.preferences, **changes))  # type: ignore[arg-type]
        self.follow_preferences()

    def _let_go(self) -> None:
        tab = self._tab
        if tab is not None:
            tab.view.marks.playhead_frame = None
            tab.view.marks.cursor_moved.disconnect(self._seek)
            tab.view.scrubbed.disconnect(self._scrub)
            tab.sidebar.takes.chosen_changed.disconnect(self._player.compare)
            tab.document.current_changed.disconnect(self._play_what_is_chosen)

    def _show_playhead(self, frame: int) -> None:
        tab = self._tab
        if tab is None:
            return
        shown = self._player.is_playing or self._player.stretch is not None
        tab.view.marks.playhead_frame = frame if shown else None
        axis = tab.view.axes.time
        if self._player.is_playing and not axis.start <= frame < axis.stop and not self._player.is_scrubbing:
            axis.show(frame, frame + axis.span)

    def _follow_state(self) -> None:
        if self._tab is not None and self._player.stretch is None:
            self._tab.view.marks.playhead_frame = None
        self._window.mark_switches()

    def _seek(self, before: int, now: int) -> None:
        """A click into the sound moves what is played along."""
        if self._player.is_scrubbing:
            return
        if not self._player.is_playing:
            self._player.stop()  # what was paused is not gone on with from here
        self._player.seek(now)

    def _scrub(self, frame: int) -> None:
        """Let be heard what is under the mouse, no more often than a moment lasts; the cursor goes along."""
        now = time.monotonic()
        if self._tab is not None and now - self._scrubbed_s >= SCRUB_S / 2:
            self._scrubbed_s = now
            self._player.scrub(frame)
            if self._player.is_scrubbing:
                self._tab.view.set_cursor(frame)

    def _play_what_is_chosen(self) -> None:
        """Going to another region while one alone is played goes on with that one, once it is selected."""
        QTimer.singleShot(0, self, self._play_region)

    def _play_region(self) -> None:
        player, tab = self._player, self._tab
        if tab is None or not player.is_playing or player.is_blind or player.stretch is None:
            return
        row = tab.document.current_region
        if row is not None and player.stretch.alone and player.region != row.region:
            play_region(self._window, row.region)

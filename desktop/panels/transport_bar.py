"""The line below the document: transport, what is heard, how loud it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFont, QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QSpinBox, QToolButton, QWidget

from desktop.panels.time_text import time_text
from desktop.playback.matching import HEARD
from desktop.playback.meters import Levels, decibels
from desktop.playback.player import Player
from desktop.playing_table import LISTENED
from desktop.views.glyphs import Glyph, GlyphButton
from desktop.views.level_meter import LevelMeter, figure
from desktop.views.ticks import TimeUnit

LEAST_DB, MOST_DB, SILENCE_DB = -40, 6, -200.0
MOST_DIFFERENCE_DB = 40
GLYPHS: tuple[tuple[str, Glyph], ...] = (("play_pause", "play"), ("stop_playing", "stop"), ("loop", "loop"))


class TransportBar(QWidget):
    """Buttons of the window's commands, and what the player tells."""

    def __init__(self, player: Player, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player, self._actions = player, actions
        self._unit: TimeUnit = "clock"
        self.buttons: dict[str, GlyphButton | QToolButton] = {}
        for name, glyph in GLYPHS:
            self.buttons[name] = self._follow(GlyphButton(glyph, "", checkable=name == "loop"), name)
        for name in LISTENED:
            button = QToolButton()
            button.setAutoRaise(True)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.buttons[name] = self._follow(button, name)
        self.buttons["match_levels"] = self._follow(QToolButton(), "match_levels")
        self.buttons["match_levels"].setCheckable(True)
        self.buttons["match_levels"].setAutoRaise(True)
        self.buttons["blind_test"] = self._follow(QToolButton(), "blind_test")
        self.buttons["blind_test"].setAutoRaise(True)
        self.time = QLabel()
        self.time.setFont(self._figures())
        self.time.setAccessibleName(self.tr("Place of playback"))
        # Of a fixed size: else each new text would lay out the whole window.
        metrics = self.time.fontMetrics()
        self.time.setFixedSize(metrics.horizontalAdvance("00:00:00.000") + 8, metrics.height() + 4)
        self.time.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.time.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.level = LevelMeter()
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(LEAST_DB, MOST_DB)
        self.volume.setValue(round(player.choices.volume_db))
        self.volume.setFixedWidth(6 * self.fontMetrics().height())
        self.volume.setAccessibleName(self.tr("Volume"))
        self.volume.valueChanged.connect(self._set_volume)
        self.difference = QSpinBox()
        self.difference.setRange(0, MOST_DIFFERENCE_DB)
        self.difference.setPrefix("D +")
        self.difference.setSuffix(" dB")
        self.difference.setAccessibleName(self.tr("Gain of the difference"))
        self.difference.setToolTip(self.difference.accessibleName())
        self.difference.valueChanged.connect(lambda value: player.choose(difference_db=float(value)))
        self._set_volume(self.volume.value())
        self._label()
        self._lay_out()
        player.state_changed.connect(self.refresh)
        player.moved.connect(self.show_place)
        player.looked.connect(lambda: self.level.show_levels(player.levels))
        self.refresh()

    def set_time_unit(self, unit: TimeUnit) -> None:
        """Show the place as ``clock``, ``seconds`` or ``samples``."""
        self._unit = unit
        self.show_place(self._player.place)

    def refresh(self) -> None:
        """Show what the player does now."""
        player = self._player
        self.setVisible(player.document is not None)
        play = self.buttons["play_pause"]
        assert isinstance(play, GlyphButton)
        play.set_glyph("pause" if player.is_playing else "play")
        for name, heard in LISTENED.items():
            button = self.buttons[name]
            self._enable(button, self._actions[name])
            button.setChecked(not player.is_blind and player.choices.heard == heard)
        self.buttons["loop"].setChecked(player.choices.looped)
        match = self.buttons["match_levels"]
        match.setChecked(player.choices.matched)
        match.setText(self._match_text())
        match.setToolTip(self._match_tip())
        self.difference.setVisible(player.choices.heard == "D" and not player.is_blind)
        self.level.set_blind(player.is_blind)
        if player.is_blind:
            self.level.show_levels(Levels())
        self.time.setToolTip(player.device_text)
        self.show_place(player.place)

    def _set_volume(self, level_db: int) -> None:
        """The lowest position is silence."""
        self._player.choose(volume_db=float(level_db) if level_db > LEAST_DB else SILENCE_DB)
        shown = f"{level_db:+d} dB" if level_db > LEAST_DB else self.tr("silent")
        self.volume.setToolTip(self.tr("Volume: {level}; the recording is not changed by it").format(level=shown))

    def show_place(self, frame: int) -> None:
        """Show where it is."""
        document = self._player.document
        self.time.setText(time_text(frame, document.rate, self._unit) if document else "")

    def _match_text(self) -> str:
        player = self._player
        matching, heard = player.matching, player.choices.heard
        if not player.choices.matched or player.is_blind or matching is None or heard not in ("B", "C"):
            return self.tr("Match")
        gain = matching.relative_db(HEARD.index(heard))
        return self.tr("Match {gain} LU").format(gain=("+" if gain > 0 else "") + figure(gain))

    def _match_tip(self) -> str:
        """What the command does, and how loud everything is in the region."""
        tip = self._actions["match_levels"].toolTip()
        matching = self._player.matching
        if matching is None or self._player.is_blind:
            return tip
        rows = [
            f"{heard}: {figure(level.lufs)} LUFS, {figure(decibels(level.peak) if level.peak else None)} dBFS"
            for heard, level in zip(HEARD, matching.levels, strict=False)
        ]
        return "\n".join([tip, *rows])

    def _follow(self, button: GlyphButton | QToolButton, name: str) -> GlyphButton | QToolButton:
        action = self._actions[name]
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.toolTip().splitlines()[0])
        button.clicked.connect(lambda _=False: self._trigger(action))
        action.changed.connect(lambda: self._enable(button, action))
        return button

    def _trigger(self, action: QAction) -> None:
        action.trigger()
        self.refresh()  # a click on what is on already has turned its button off

    def _enable(self, button: QToolButton, action: QAction) -> None:
        blind = self._player.is_blind and action.objectName() in LISTENED
        button.setEnabled(action.isEnabled() and not blind)

    def _label(self) -> None:
        names = {"A": self.tr("Original"), "B": self.tr("Takes"), "C": self.tr("Compared"), "D": self.tr("Difference")}
        for name, heard in LISTENED.items():
            self.buttons[name].setText(f"{heard}  {names[heard]}")
        self.buttons["match_levels"].setText(self.tr("Match {gain} LU").format(gain="-00.0"))
        self.buttons["match_levels"].setMinimumWidth(self.buttons["match_levels"].sizeHint().width())
        self.buttons["blind_test"].setText("ABX")

    def _figures(self) -> QFont:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF() * 1.25)
        return font

    def _lay_out(self) -> None:
        line = self.fontMetrics().height()
        row = QHBoxLayout(self)
        row.setContentsMargins(line // 2, 2, line // 2, 2)
        row.setSpacing(2)
        for name, _ in GLYPHS:
            row.addWidget(self.buttons[name])
        row.addSpacing(line // 2)
        row.addWidget(self.time)
        row.addSpacing(line)
        for name in LISTENED:
            row.addWidget(self.buttons[name])
        row.addSpacing(line // 2)
        row.addWidget(self.buttons["match_levels"])
        row.addWidget(self.buttons["blind_test"])
        row.addWidget(self.difference)
        row.addStretch(1)
        row.addWidget(self.volume)
        row.addSpacing(line // 2)
        row.addWidget(self.level)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

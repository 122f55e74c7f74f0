"""The line below the document: transport, what is heard, how loud it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFont, QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from desktop.panels.time_text import time_text
from desktop.playback.matching import HEARD
from desktop.playback.meters import Levels
from desktop.playback.player import Player
from desktop.views.glyphs import Glyph, GlyphButton
from desktop.views.level_meter import LevelMeter, figure
from desktop.views.ticks import TimeUnit

LISTENED = {"A": "hear_original", "B": "hear_takes", "C": "hear_compared", "D": "hear_difference"}
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
        for name in LISTENED.values():
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
        for heard in HEARD:
            button = self.buttons[LISTENED[heard]]
            button.setEnabled(not player.is_blind)
            button.setChecked(not player.is_blind and player.choices.heard == heard)
        self.buttons["loop"].setChecked(player.choices.looped)
        match = self.buttons["match_levels"]
        match.setChecked(player.choices.matched)
        match.setText(self._match_text())
        self.level.set_blind(player.is_blind)
        if player.is_blind:
            self.level.show_levels(Levels())
        self.time.setToolTip(player.device_text)
        self.show_place(player.place)

    def show_place(self, frame: int) -> None:
        """Show where it is."""
        document = self._player.document
        self.time.setText(time_text(frame, document.rate, self._unit) if document else "")

    def _match_text(self) -> str:
        player = self._player
        matching, heard = player.matching, player.choices.heard
        if not player.choices.matched or player.is_blind or matching is None or heard not in ("B", "C"):
            return self.tr("Match")
        gain = matching.gain_db(HEARD.index(heard))
        return self.tr("Match {gain} LU").format(gain=("+" if gain > 0 else "") + figure(gain))

    def _follow(self, button: GlyphButton | QToolButton, name: str) -> GlyphButton | QToolButton:
        action = self._actions[name]
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.toolTip().splitlines()[0])
        button.clicked.connect(lambda _=False: action.trigger())
        return button

    def _label(self) -> None:
        names = {"A": self.tr("Original"), "B": self.tr("Takes"), "C": self.tr("Compared"), "D": self.tr("Difference")}
        for heard, name in LISTENED.items():
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
        for name in LISTENED.values():
            row.addWidget(self.buttons[name])
        row.addSpacing(line // 2)
        row.addWidget(self.buttons["match_levels"])
        row.addWidget(self.buttons["blind_test"])
        row.addStretch(1)
        row.addWidget(self.level)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

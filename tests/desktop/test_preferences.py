"""Preferences: kept whole, read with care."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDialogButtonBox, QSpinBox

from desktop import preferences, theme
from desktop.dialogs.preferences import PreferencesDialog
from desktop.preferences import Preferences
from engine.errors import InputError


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    chosen = Preferences(theme="dark", top_db=-6.0, window=4096, snap=True, recent=("/a.wav",))
    preferences.save(chosen, tmp_path)
    assert preferences.load(tmp_path) == chosen
    assert [path.name for path in tmp_path.iterdir()] == [preferences.FILE_NAME]


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '"dark"', "\x00\xff"])
def test_a_damaged_file_leaves_the_defaults(tmp_path: Path, text: str) -> None:
    (tmp_path / preferences.FILE_NAME).write_text(text)
    assert preferences.load(tmp_path) == Preferences()


def test_what_is_not_accepted_is_left_out_and_the_rest_is_kept(tmp_path: Path) -> None:
    stored = {"theme": "pink", "window": 1000, "top_db": -12, "snap": "yes", "unknown": 1, "colour_map": "magma"}
    (tmp_path / preferences.FILE_NAME).write_text(json.dumps(stored))
    assert preferences.load(tmp_path) == Preferences(top_db=-12.0, colour_map="magma")


def test_values_outside_their_range_are_refused() -> None:
    with pytest.raises(InputError, match="range_db is 5; accepted is 20 to 150"):
        Preferences(range_db=5.0)
    with pytest.raises(InputError, match="window is 1000; accepted: 256, 512"):
        Preferences(window=1000)


def test_recent_files_are_told_once_newest_first_and_not_without_end() -> None:
    chosen = Preferences()
    for number in [*range(20), 15]:
        chosen = chosen.with_recent(Path(f"/{number}.wav"))
    assert chosen.recent[:3] == ("/15.wav", "/19.wav", "/18.wav")
    assert len(chosen.recent) == len(set(chosen.recent)) == preferences.MOST_RECENT


def test_the_dialog_tells_each_change_at_once_and_cancel_brings_all_back(qtbot) -> None:
    before = Preferences(theme="light", range_db=90.0)
    dialog = PreferencesDialog(before)
    qtbot.addWidget(dialog)
    dialog.show()
    told: list[Preferences] = []
    dialog.changed.connect(told.append)
    box = dialog.findChild(QComboBox, "theme")
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert told[-1].theme == "dark"
    dialog.findChild(QSpinBox, "range_db").setValue(70)
    assert told[-1] == dataclasses.replace(before, theme="dark", range_db=70.0)
    qtbot.mouseClick(dialog.findChild(QCheckBox, "snap"), Qt.MouseButton.LeftButton)
    assert told[-1].snap
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and told[-1] == before


def test_restored_defaults_keep_what_is_no_choice(qtbot) -> None:
    dialog = PreferencesDialog(Preferences(theme="dark", recent=("/a.wav",), greeted=True))
    qtbot.addWidget(dialog)
    dialog.show()
    button = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.RestoreDefaults)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert dialog.chosen == Preferences(recent=("/a.wav",), greeted=True)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_theme_can_be_read(qapp: QApplication, name: str) -> None:
    """Text on its ground has a contrast of 4.5 to 1 (WCAG 2.2, success criterion 1.4.3)."""
    palette = theme.palette(name == "dark")
    for group in (palette.ColorGroup.Active, palette.ColorGroup.Inactive):
        for ink, ground in (
            (palette.ColorRole.Text, palette.ColorRole.Base),
            (palette.ColorRole.WindowText, palette.ColorRole.Window),
            (palette.ColorRole.ButtonText, palette.ColorRole.Button),
            (palette.ColorRole.HighlightedText, palette.ColorRole.Highlight),
            (palette.ColorRole.ToolTipText, palette.ColorRole.ToolTipBase),
        ):
            assert contrast(palette.color(group, ink), palette.color(group, ground)) >= 4.5
    colours = theme.colours(palette)
    assert colours == (theme.DARK if name == "dark" else theme.LIGHT)


def contrast(one, other) -> float:
    """Of two colours (WCAG 2.2, definition of contrast ratio)."""

    def luminance(colour) -> float:
        parts = [colour.redF(), colour.greenF(), colour.blueF()]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)

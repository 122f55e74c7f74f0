"""The command palette: letters find, Enter does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QTreeView, QWidget

from desktop.palette import CommandPalette, matches


def test_letters_match_in_order_with_others_between() -> None:
    assert matches("zs", "Zoom to Selection") and matches("", "x") and matches("z t", "Zoom to")
    assert not matches("sz", "Zoom to Selection")


def opened(qtbot, window: QWidget, *names: str) -> tuple[CommandPalette, list[str]]:
    actions = [QAction(name, window) for name in names]
    palette = CommandPalette(actions, window)
    qtbot.addWidget(palette)
    done: list[str] = []
    palette.chosen.connect(lambda action: done.append(action.text()))
    palette.open_over(window)
    qtbot.waitExposed(palette)
    return palette, done


def test_typing_narrows_and_enter_does_the_best_match(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    palette, done = opened(qtbot, window, "&Save", "Use &Original", "Save &As…", "Zoom to &Selection")
    typed = palette.findChild(QLineEdit)
    qtbot.keyClicks(typed, "save")
    assert palette.findChild(QTreeView).model().rowCount() == 2
    qtbot.keyClick(typed, Qt.Key.Key_Return)
    assert done == ["&Save"] and not palette.isVisible()


def test_arrows_choose_another_one(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    palette, done = opened(qtbot, window, "&Save", "Save &As…")
    typed = palette.findChild(QLineEdit)
    qtbot.keyClicks(typed, "sa")
    qtbot.keyClick(typed, Qt.Key.Key_Down)
    qtbot.keyClick(typed, Qt.Key.Key_Return)
    assert done == ["Save &As…"]


def test_nothing_that_matches_does_nothing(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    palette, done = opened(qtbot, window, "&Save")
    typed = palette.findChild(QLineEdit)
    qtbot.keyClicks(typed, "qqq")
    qtbot.keyClick(typed, Qt.Key.Key_Return)
    assert done == [] and palette.isVisible()
    qtbot.keyClick(typed, Qt.Key.Key_Escape)
    assert not palette.isVisible()

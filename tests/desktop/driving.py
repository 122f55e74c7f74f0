"""Driving the window as a user does: with mouse and keys, and by the names of its commands' shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMessageBox, QWidget

from desktop.actions import COMMANDS
from desktop.application import make_application
from desktop.document_tab import DocumentTab
from desktop.preferences import Preferences
from desktop.window import MainWindow

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
ENGINE_LIMIT_MS = 120_000
KEYS = {command.name: command.keys[0] for command in COMMANDS if command.keys}


@contextmanager
def opened_window(
    application: QApplication, size: tuple[int, int] = (1280, 800), theme: str = "dark"
) -> Iterator[MainWindow]:
    """The window as at a second start, active: nothing is open, nobody is greeted. Closed and gone afterwards."""
    chosen = Preferences(greeted=True, theme=theme)
    make_application(chosen)
    window = MainWindow(chosen)
    window.resize(*size)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    yield window
    window.close_for_good()
    window.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def press(window: MainWindow, name: str) -> None:
    """Press the shortcut of a command in the window."""
    if not window.isActiveWindow():  # without a window manager nobody gives the keys back after a dialog
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
    combination = QKeySequence(KEYS[name])[0]
    target = QApplication.focusWidget() or window
    QTest.keyClick(target, combination.key(), combination.keyboardModifiers())


def choose(window: MainWindow, name: str) -> None:
    """Choose a command from its menu."""
    action: QAction = window.actions_by_name[name]
    assert action.isEnabled(), f"{name} is disabled"
    action.trigger()


def place(tab: DocumentTab, seconds: float, hz: float | None = None) -> tuple[QWidget, QPoint]:
    """Where a time lies: in the waveform, or with a frequency in the first lane of the spectrogram."""
    view = tab.view
    area = view.pane.waveform if hz is None else view.pane.spectrogram
    x = view.axes.time.x_at(seconds * tab.document.rate, area.width())
    lane = area.height() / tab.document.channels
    y = lane / 2 if hz is None else view.axes.frequency.y_at(hz, lane)
    return area, QPointF(x, y).toPoint()


def drag(area: QWidget, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    """Press at ``start``, move to ``end`` in steps, let go."""
    QTest.mousePress(area, LEFT, modifiers, start)
    for step in range(1, 9):
        QTest.mouseMove(area, start + (end - start) * step / 8)
        QTest.qWait(5)
    QTest.mouseRelease(area, LEFT, modifiers, end)


def select(tab: DocumentTab, start_s: float, end_s: float) -> None:
    """Drag over a stretch of time in the waveform."""
    area, start = place(tab, start_s)
    drag(area, start, place(tab, end_s)[1])


def select_box(tab: DocumentTab, start_s: float, end_s: float, low_hz: float, high_hz: float) -> None:
    """Drag over a box in the spectrogram."""
    area, start = place(tab, start_s, high_hz)
    drag(area, start, place(tab, end_s, low_hz)[1])


def wait_for_takes(qtbot, tab: DocumentTab, count: int) -> None:
    """Wait until the engine has made so many takes and rests."""

    def there() -> None:
        errors = [message.text for message in tab.messages.messages() if message.level == "error"]
        assert errors == []
        assert len(tab.document.takes) == count

    qtbot.waitUntil(there, timeout=ENGINE_LIMIT_MS)
    qtbot.waitUntil(lambda: not tab.sidebar.retake.jobs.running(), timeout=ENGINE_LIMIT_MS)


def answer(act: Callable[[QDialog], None], within_ms: int = 5000) -> None:
    """Do ``act`` with the next modal dialog; call this before what opens it."""
    timer = QTimer(QApplication.instance())
    left = [within_ms // 20]

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        left[0] -= 1
        if isinstance(dialog, QDialog) and dialog.isVisible():
            timer.stop()
            timer.deleteLater()
            act(dialog)
        elif left[0] <= 0:
            timer.stop()
            timer.deleteLater()

    timer.timeout.connect(look)
    timer.start(20)


def type_file_name(path: Path) -> Callable[[QDialog], None]:
    """Type a path into a file dialog and press Enter."""

    def act(dialog: QDialog) -> None:
        assert isinstance(dialog, QFileDialog)
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        edit.setText(str(path))
        QTest.keyClick(edit, Qt.Key.Key_Return)

    return act


def click_button(button: QMessageBox.StandardButton) -> Callable[[QDialog], None]:
    """Click a button of a question."""

    def act(dialog: QDialog) -> None:
        assert isinstance(dialog, QMessageBox)
        QTest.mouseClick(dialog.button(button), LEFT)

    return act


def click_words(words: str) -> Callable[[QDialog], None]:
    """Click the button of a question that says this."""

    def act(dialog: QDialog) -> None:
        assert isinstance(dialog, QMessageBox)
        (button,) = (each for each in dialog.buttons() if each.text().replace("&", "") == words)
        QTest.mouseClick(button, LEFT)

    return act


def in_turn(first: Callable[[QDialog], None], *later: Callable[[QDialog], None]) -> Callable[[QDialog], None]:
    """Answer a dialog, and those that follow it."""

    def act(dialog: QDialog) -> None:
        if later:
            answer(in_turn(*later))
        first(dialog)

    return act

"""A tour of the editor as a user takes it, at two sizes of the window; its pictures are to be looked at.

They lie in `tests/desktop/screenshots` afterwards. Those of the guide were taken here, at 1280x800.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit

from desktop.window import MainWindow
from tests.desktop import driving

FOLDER = Path(__file__).parent / "screenshots"
Shoot = Callable[[str], None]


@pytest.fixture(params=["1280x800-dark", pytest.param("2560x1440-light", marks=pytest.mark.thorough)])
def window(request, qapp: QApplication) -> Iterator[MainWindow]:
    size, theme = request.param.split("-")
    width, height = map(int, size.split("x"))
    with driving.opened_window(qapp, (width, height), theme) as window:
        yield window


@pytest.fixture
def shoot(request, window: MainWindow, qtbot) -> Shoot:
    """A function that stores a picture of the window, and of a dialog over it."""
    folder = FOLDER / request.node.callspec.params["window"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    count = iter(range(1, 100))

    def take(name: str) -> None:
        QTest.qWait(300)
        if window.tab is not None:  # tiles come from the background
            areas = [pane.spectrogram for pane in window.tab.view.panes]
            qtbot.waitUntil(lambda: all(area.spectrogram.complete for area in areas), timeout=30_000)
        QTest.qWait(200)
        picture = window.grab()
        over = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        if over is not None:
            picture = over.grab()
        path = folder / f"{next(count):02d}-{name}.png"
        assert picture.save(str(path)) and path.stat().st_size > 2000

    return take


def shoot_dialog(shoot: Shoot, name: str) -> Callable[[QDialog], None]:
    def act(dialog: QDialog) -> None:
        shoot(name)
        dialog.reject()

    return act


@pytest.mark.slow
def test_open_select_retake_compare_undo_save_reopen_export(window, shoot, qtbot, root, tmp_path) -> None:
    talk = tmp_path / "interview.wav"
    shutil.copy(root / "resources" / "demo" / "speech-p286-011.wav", talk)
    shoot("welcome")
    window.open_paths([talk, root / "resources" / "demo" / "music-loop-mika.flac"])
    shoot("stereo-music")
    window.bring_forward(window.tabs[0])
    shoot("speech")

    driving.select(window.tab, 2.02, 2.2)
    window.tab.sidebar.retake.choose_task("fill")
    driving.press(window, "zoom_to_selection")
    driving.press(window, "zoom_out")
    driving.press(window, "zoom_out")
    driving.press(window, "zoom_out")
    shoot("selected")
    driving.press(window, "retake")
    qtbot.waitUntil(window.tab.sidebar.retake.jobs.running, timeout=driving.ENGINE_LIMIT_MS)
    shoot("under-way")
    driving.wait_for_takes(qtbot, window.tab, 1)
    driving.press(window, "retake")
    driving.wait_for_takes(qtbot, window.tab, 2)
    shoot("two-takes")
    heard = window.tab.document.read(0, window.tab.document.frames)

    driving.press(window, "show_original")
    shoot("original")
    driving.press(window, "show_difference")
    shoot("difference")
    driving.press(window, "side_by_side")
    shoot("side-by-side")
    driving.press(window, "side_by_side")
    driving.press(window, "show_result")

    driving.press(window, "use_original")
    driving.press(window, "undo")
    window.tab.sidebar.show_section(window.tab.sidebar.history)
    shoot("history")
    driving.press(window, "look_for_damage")
    qtbot.waitUntil(lambda: window.tab.findings.running is None, timeout=30_000)
    shoot("damage")
    driving.press(window, "show_palette")
    palette = QApplication.activePopupWidget()
    qtbot.keyClicks(palette.findChild(QLineEdit), "zoom")
    shoot("palette")
    qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Escape)
    driving.answer(shoot_dialog(shoot, "preferences"))
    driving.press(window, "show_preferences")

    project = tmp_path / "interview.retake"
    driving.answer(driving.type_file_name(project))
    driving.press(window, "save")
    driving.press(window, "close_tab")
    window.open_paths([project])
    again = window.tab.document
    np.testing.assert_array_equal(again.read(0, again.frames), heard)
    shoot("reopened")

    target = tmp_path / "mended.wav"

    def export(dialog: QDialog) -> None:
        dialog.place.setText(str(target))
        shoot("export")
        QTest.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)

    driving.answer(export)
    driving.press(window, "export")
    shoot("exported")
    written, rate = soundfile.read(target, dtype="int16")
    source, _ = soundfile.read(talk, dtype="int16")
    first, last = (round(seconds * rate) for seconds in (2.01, 2.21))
    outside = np.r_[0:first, last : len(source)]
    np.testing.assert_array_equal(written[outside], source[outside])
    assert np.abs(written[first:last].astype(int) - source[first:last]).max() > 100

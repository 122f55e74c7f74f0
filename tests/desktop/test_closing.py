"""Documents closed, overwritten or left behind by a crash: what is asked, and what is left of them."""

from __future__ import annotations

import gc
import shutil

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QDialog, QMessageBox, QPushButton
from shiboken6 import Shiboken

from desktop.document.document import Document
from desktop.document_tab import DocumentTab
from desktop.pyramids.peaks import Peaks
from desktop.pyramids.spectrum import Spectrum
from desktop.window import MainWindow
from tests.desktop import driving

BUTTONS = QMessageBox.StandardButton


def test_closing_unsaved_work_asks_and_cancel_keeps_it(window: MainWindow, qtbot, speech) -> None:
    window.open_paths([speech])
    driving.select(window.tab, 1.0, 1.2)
    driving.press(window, "add_region")
    assert window.tab.title == "talk.wav *"
    driving.answer(driving.click_button(BUTTONS.Cancel))
    driving.press(window, "close_tab")
    assert window.tab is not None and len(window.tab.document.regions) == 1
    path = window.tab.document.store.path
    driving.answer(driving.click_button(BUTTONS.Discard))
    driving.press(window, "close_tab")
    assert window.tab is None and not path.exists()


def test_cancelling_for_one_document_keeps_all_of_them(window: MainWindow, qtbot, speech, tmp_path) -> None:
    other = tmp_path / "other.wav"
    shutil.copy(speech, other)
    window.open_paths([speech, other])
    for tab in window.tabs:
        window.bring_forward(tab)
        driving.select(tab, 1.0, 1.2)
        driving.press(window, "add_region")
    driving.answer(driving.click_button(BUTTONS.Discard))
    QTimer.singleShot(600, window, lambda: driving.answer(driving.click_button(BUTTONS.Cancel)))
    assert not window.close()
    assert [len(tab.document.regions) for tab in window.tabs] == [1, 1]


def test_a_name_without_suffix_overwrites_no_project_unasked(window: MainWindow, qtbot, speech, tmp_path) -> None:
    (tmp_path / "taken.retake").write_bytes(b"something precious")
    window.open_paths([speech])
    driving.select(window.tab, 1.0, 1.2)
    driving.press(window, "add_region")

    def save_over(dialog: QDialog) -> None:
        QTimer.singleShot(600, window, lambda: driving.answer(driving.click_button(BUTTONS.No)))
        driving.type_file_name(tmp_path / "taken")(dialog)
        dialog.reject()

    driving.answer(save_over)
    driving.press(window, "save")
    assert (tmp_path / "taken.retake").read_bytes() == b"something precious"
    assert window.tab.is_unsaved


def documents_alive() -> set[int]:
    """Addresses of documents and what belongs to them."""
    kinds = (DocumentTab, Document, Peaks, Spectrum)
    gc.collect()
    return {Shiboken.getCppPointer(each)[0] for each in Shiboken.getAllValidWrappers() if isinstance(each, kinds)}


def test_closed_documents_leave_memory(window: MainWindow, qapp, speech) -> None:
    before = documents_alive()  # of other tests, whose fixtures live longer
    for _ in range(3):
        window.open_paths([speech])
        driving.choose(window, "show_difference")
        assert len(documents_alive() - before) == 6  # tab, document, and peaks and spectrum of two sounds
        driving.choose(window, "close_tab")
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert documents_alive() <= before


def test_what_has_no_edits_closes_without_a_question(window: MainWindow, speech) -> None:
    window.open_paths([speech])
    driving.press(window, "close_tab")
    assert window.tab is None


def test_what_a_crash_left_is_offered_and_can_be_removed(window: MainWindow, qtbot, speech, run_python) -> None:
    code = f"""
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
app = QCoreApplication([])
from desktop.document import actions, opening
from engine.region import region_of
document = opening.new_document(Path({str(speech)!r}))
actions.add_region(document, region_of(document.frames, document.rate, start_s=1.0, end_s=2.0), "The cough")
os.kill(os.getpid(), 9)
"""
    assert run_python(code).returncode == -9
    window.begin([])
    (message,) = window._messages.messages()
    assert "talk.wav was not saved" in message.text and message.level == "warning"
    buttons = [button for button in message.findChildren(QPushButton) if button.text()]
    qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    assert [row.name for row in window.tab.document.regions.values()] == ["The cough"]

"""The File menu: opening, saving, exporting, closing."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from desktop import theme
from desktop.aside import aside
from desktop.document.document import Document
from desktop.document.saving import Saving, know_embedded
from desktop.document.sources import write_source
from desktop.document.unsaved import SUFFIX
from desktop.document_tab import DocumentTab
from desktop.export.export_dialog import ExportDialog
from desktop.export.job import Exported
from desktop.export.source import source_of
from engine.errors import RetakeError

if TYPE_CHECKING:
    from desktop.window import MainWindow

translate = QCoreApplication.translate

COPIES = 5  # of a project that is being saved, as long as takes come in
SOUNDS = "*.wav *.flac *.aif *.aiff *.caf *.ogg *.oga *.opus *.mp3 *.w64 *.rf64 *.bwf *.au *.sd2"


def open_files(window: MainWindow) -> None:
    """Choose recordings or projects and open them."""
    kinds = (
        translate("Files", "Recordings and projects") + f" ({SOUNDS} *{SUFFIX})",
        translate("Files", "Projects") + f" (*{SUFFIX})",
        translate("Files", "All files") + " (*)",
    )
    paths, _ = QFileDialog.getOpenFileNames(
        window, translate("Files", "Open"), str(window.last_folder), ";;".join(kinds)
    )
    window.open_paths([Path(path) for path in paths])


def open_demo(window: MainWindow) -> None:
    """Open the recording that came along, its gap selected."""
    window.open_demo()


def save(window: MainWindow) -> None:
    """Give the project a name, where it has none; else all is in its file already."""
    tab = window.tab
    if tab is None:
        return
    if tab.document.project is None:
        save_as(window)
    else:
        window.say("info", translate("Files", "Everything is in {0} already.").format(tab.document.project.name))


def save_as(window: MainWindow) -> None:
    """Go on with the project in a file that the user names."""
    if window.tab is not None:
        save_tab(window, window.tab)


def save_tab(window: MainWindow, tab: DocumentTab) -> bool:
    """Ask for a name and save; whether it was saved."""
    path = asked_for(window, (tab.document.project or tab.document.source).with_suffix(SUFFIX))
    if path is None:
        return False
    try:
        save_project(window, tab.document, path)
    except RetakeError as error:
        window.say("error", str(error))
        return False
    window.remember(path)
    window.say(
        "good", translate("Files", "Saved as {0}. From now on every change is written there at once.").format(path.name)
    )
    return True


def save_project(window: MainWindow, document: Document, path: Path) -> None:
    """Save a document under another name; takes that come in meanwhile are in it.

    Raises:
        OutputError, DiskFullError: as `desktop.document.saving.save_as`.
    """
    if path == document.project:
        return
    text = translate("Files", "Saving {0}…").format(path.name)
    with Saving(document, path) as saving:
        for _ in range(COPIES):
            aside(window, text, saving.copy)
            if saving.is_current:
                break
        else:
            saving.copy()  # here nothing comes in between
        saving.finish()


def asked_for(window: MainWindow, suggested: Path) -> Path | None:
    """The project file that the user names; where there is one already, the dialog asks about the name that counts."""
    folder = suggested.parent if os.access(suggested.parent, os.W_OK) else Path.home()
    kind = translate("Files", "Projects") + f" (*{SUFFIX})"
    dialog = QFileDialog(window, translate("Files", "Save Project"), str(folder), kind)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
    dialog.selectFile(suggested.name)
    accepted = dialog.exec()
    names = dialog.selectedFiles()
    dialog.deleteLater()
    return Path(names[0]) if accepted and names else None


def embed_source(window: MainWindow) -> None:
    """Keep a copy of the recording's file inside the project."""
    if window.tab is None:
        return
    document = window.tab.document
    document.clip.check_unchanged()
    text = translate("Files", "Taking {0} into the project…").format(document.source.name)
    know_embedded(document, aside(window, text, partial(write_source, document.store.path, document.source)))
    window.say("good", translate("Files", "The project now holds the recording itself."))


def export(window: MainWindow, takes: tuple[int, ...] | None = None) -> None:
    """Write the recording with the takes in use, or parts of it; ``takes`` are offered first where they are given."""
    tab = window.tab
    if tab is None:
        return
    what = "takes" if takes else None
    # Not beside the recording where that was embedded: it is read from a cache then.
    beside = tab.document.project or tab.document.source
    remembered = {"folder": str(beside.parent), **window.export_choices}
    dialog = ExportDialog(source_of(tab.document), remembered, window, what=what, takes=takes)
    dialog.exported.connect(lambda exported: tab.say("good", exported_text(exported)))
    dialog.exec()
    window.export_choices = dialog.remembered()
    dialog.deleteLater()


def export_take(window: MainWindow, take_id: int) -> None:
    """Write a take to a file."""
    export(window, (take_id,))


def exported_text(exported: Exported) -> str:
    """What was written, and what must be told of it."""
    names = [path.name for path in exported.files]
    one, several = translate("Files", "Exported {0}."), translate("Files", "Exported {0} files.")
    text = one.format(names[0]) if len(names) == 1 else several.format(len(names))
    return " ".join([text, *exported.notes])


def close_tab(window: MainWindow) -> None:
    """Close the document in front, asking first where that loses something."""
    if window.tab is not None:
        window.close_document(window.tab)


def quit_program(window: MainWindow) -> None:
    """Close everything."""
    window.close()


def may_close(window: MainWindow, tab: DocumentTab) -> bool:
    """Ask what becomes of an unsaved document; whether it may be closed."""
    if not tab.is_unsaved:
        return True
    asked = QMessageBox(window)
    asked.setIcon(QMessageBox.Icon.Question)
    asked.setText(translate("Files", "Save the work on {0}?").format(tab.document.source.name))
    asked.setInformativeText(
        translate("Files", "Its regions and takes have no project file yet. The recording itself is untouched.")
    )
    buttons = QMessageBox.StandardButton
    asked.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    asked.setDefaultButton(buttons.Save)
    theme.without_icons(asked)
    answer = asked.exec()
    asked.deleteLater()
    if answer == buttons.Save:
        return save_tab(window, tab)
    return answer == buttons.Discard


HANDLERS: dict[str, Callable[[MainWindow], None]] = {
    "open_files": open_files,
    "open_demo": open_demo,
    "save": save,
    "save_as": save_as,
    "embed_source": embed_source,
    "export": export,
    "close_tab": close_tab,
    "quit": quit_program,
}

"""Opening, with what has to be asked on the way: a recording that is gone or changed, a damaged project, a crash."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox

from desktop import theme
from desktop.aside import aside
from desktop.document import opening, unsaved
from desktop.document.connection import ProjectDamagedError
from desktop.document.document import Document
from desktop.document.recovery import recover_project
from desktop.document.sources import SourceChanged, SourceMissing
from desktop.document.unsaved import SUFFIX
from desktop.engine_words import offered
from engine.errors import RecordingError, RetakeError
from engine.region import region_of

if TYPE_CHECKING:
    from desktop.window import MainWindow

log = logging.getLogger(__name__)
DEMO_GAP_S = (2.02, 2.20)
DEMO_SHOWN_S = 1.2  # on each side of the gap


def demo_recording() -> Path:
    """The recording with a gap that ships with the program."""
    return Path(os.path.realpath(str(files("resources") / "tour" / "speech-with-gap.flac")))


class OpenFlow(QObject):
    """Opens what the user names in the window's tabs."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def open(self, path: Path) -> None:
        """Open a recording or a project; what is open already comes to the front."""
        path = Path(os.path.realpath(path))
        for tab in self._window.tabs:
            if path in (tab.document.project, tab.document.source if tab.document.project is None else None):
                self._window.bring_forward(tab)
                return
        self.open_anew(path)

    def open_anew(self, path: Path) -> None:
        """Open a recording or a project in a tab of its own, beside one that may show the recording as it was."""
        document = self._asked(path)
        if document is None:
            return
        self._window.add_document(document)
        if chosen_by_user(path):
            self._window.remember(path)
        for note in document.clip.notes:
            self._window.say("warning", note)

    def open_demo(self) -> None:
        """Open the demo recording with its gap selected and the task chosen."""
        self.open(demo_recording())
        tab = self._window.tab
        if tab is None or tab.document.source != demo_recording() or tab.document.regions:
            return
        start_s, end_s = DEMO_GAP_S
        gap = region_of(tab.document.frames, tab.document.rate, start_s=start_s, end_s=end_s)
        tab.document.selection = gap
        rate = tab.document.rate
        tab.view.axes.time.show((start_s - DEMO_SHOWN_S) * rate, (end_s + DEMO_SHOWN_S) * rate)
        tab.sidebar.retake.choose_task("fill")
        self._window.say(
            "info",
            self.tr("Here is a recording with a gap, already selected. Press R to have it filled."),
            ((self.tr("Fill It"), lambda: self._window.actions_by_name["retake"].trigger()),),
        )

    def offer_left_over(self) -> None:
        """Say what a crash left; each can be opened, removed, or left for later."""
        try:
            found = unsaved.unsaved_left_over()
        except (RetakeError, OSError) as error:
            self._window.say("warning", str(error))
            return
        for item in found:
            when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(item.changed_s)), QLocale.FormatType.ShortFormat)
            name = item.source.name if item.source else item.path.name
            takes = self.tr("%n take(s)", "", item.takes)
            self._window.say(
                "warning",
                self.tr("{0} was not saved when Retake ended: {1}, {2}.").format(name, takes, when),
                (
                    (self.tr("Open"), partial(self.open, item.path)),
                    (self.tr("Remove for Good…"), partial(self._discard_asked, item.path, name)),
                ),
            )

    def _discard_asked(self, path: Path, name: str) -> None:
        """Remove what a crash left, if the user means it."""
        text = self.tr("Remove the unsaved work on {0} for good?").format(name)
        if self._question(text, self.tr("This can't be undone. The recording itself stays."), self.tr("Remove")):
            self.discard(path)

    def discard(self, path: Path) -> None:
        """Remove a project that was never saved."""
        try:
            unsaved.discard(path)
        except RetakeError as error:
            self._window.say("error", str(error))

    def _asked(self, path: Path) -> Document | None:
        """Open, asking what has to be asked; None where it isn't opened, and that was said."""
        began = time.monotonic()
        try:
            if path.suffix.lower() != SUFFIX:
                return self._recording(path)
            return self._project(path)
        except SourceMissing as error:
            return self._elsewhere(path, error)
        except SourceChanged as error:
            return self._changed(path, error)
        except ProjectDamagedError as error:
            self._offer_recovery(path, str(error))
        except RetakeError as error:
            self._window.say("error", str(error))
        finally:
            log.info("opening %s took %.2f s", path, time.monotonic() - began)
        return None

    def _opened(self, path: Path, opened: Callable[[], opening.Opened]) -> Document:
        """Open files in a thread, and the document in this one."""
        return aside(self._window, self.tr("Opening {0}…").format(path.name), opened).document()

    def _project(self, path: Path, source: Path | None = None, accept_changed: bool = False) -> Document:
        return self._opened(path, partial(opening.opened_project, path, source, accept_changed=accept_changed))

    def _recording(self, path: Path) -> Document | None:
        """A recording; one that was cut off or holds NaN can be opened as it is, if the user wants."""
        try:
            return self._opened(path, partial(opening.opened_recording, path))
        except RecordingError as error:
            option = offered(str(error))
            if option is None:
                raise
            words = self.tr("Open What Is There") if option == "allow_truncated" else self.tr("Open with Zeros There")
            self._window.say("warning", str(error), ((words, partial(self.open_with, path, option)),))
            return None

    def open_with(self, path: Path, option: str) -> None:
        """Open a recording that is damaged as a file, in a tab of its own; see `desktop.engine_words.offered`."""
        try:
            opened = partial(opening.opened_recording, path, **{option: True})
            self._window.add_document(self._opened(path, opened))
            self._window.remember(path)
        except RetakeError as error:
            self._window.say("error", str(error))

    def _elsewhere(self, path: Path, error: SourceMissing) -> Document | None:
        """Ask where the recording is now."""
        asked = self._question(
            self.tr("The recording {0} is not where it was.").format(error.source.name),
            self.tr("It was at {0}. Where is it now?").format(error.source),
            self.tr("Find It…"),
        )
        if not asked:
            return None
        folder = path.parent if chosen_by_user(path) else self._window.last_folder
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Find {0}").format(error.source.name), str(folder))
        return self._with_source(path, Path(name)) if name else None

    def _changed(self, path: Path, error: SourceChanged) -> Document | None:
        """Ask whether another recording is to be used with the project's takes."""
        use = self._question(
            self.tr("{0} is not the recording that this project was made with.").format(error.source.name),
            self.tr("Its contents are others. Takes may not fit to what lies around them."),
            self.tr("Use It All the Same"),
        )
        return self._with_source(path, error.source, accept_changed=True) if use else None

    def _with_source(self, path: Path, source: Path, accept_changed: bool = False) -> Document | None:
        try:
            return self._project(path, source, accept_changed)
        except SourceChanged as error:
            return self._changed(path, error)
        except RetakeError as error:
            self._window.say("error", str(error))
            return None

    def _question(self, text: str, more: str, words: str) -> bool:
        asked = QMessageBox(self._window)
        asked.setIcon(QMessageBox.Icon.Question)
        asked.setText(text)
        asked.setInformativeText(more)
        yes = asked.addButton(words, QMessageBox.ButtonRole.AcceptRole)
        asked.addButton(QMessageBox.StandardButton.Cancel)
        theme.without_icons(asked)
        asked.exec()
        agreed = asked.clickedButton() is yes
        asked.deleteLater()
        return agreed

    def _offer_recovery(self, path: Path, text: str) -> None:
        self._window.say("error", text, ((self.tr("Recover What Can Be"), partial(self._recover, path)),))

    def _recover(self, path: Path) -> None:
        """Open what can be read of a damaged project as a new one; the damaged file stays as it is."""
        try:
            text = self.tr("Recovering {0}…").format(path.name)
            recovered, lost = aside(self._window, text, partial(recover_project, path))
        except RetakeError as error:
            self._window.say("error", str(error))
            return
        self.open(recovered)
        told = [*lost] or [self.tr("Nothing was lost.")]
        if Path(os.path.realpath(recovered)) not in [tab.document.store.path for tab in self._window.tabs]:
            told.append(self.tr("What was recovered is kept, and offered at the next start."))
        self._window.say("warning" if lost else "good", " ".join(told))


def chosen_by_user(path: Path) -> bool:
    """Whether a path is one that the user would look for: not the demo, not a document that was never saved."""
    return path != demo_recording() and path.parent != unsaved.unsaved_folder()

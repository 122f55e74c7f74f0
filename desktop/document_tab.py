"""One open document: its sound at the left, its controls at the right, its messages above."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.source_watch import SourceWatch
from desktop.engine_words import offered
from desktop.message_bar import Choice, MessageBar
from desktop.panels.findings_panel import FindingsPanel
from desktop.panels.sidebar import Sidebar
from desktop.preferences import Preferences
from desktop.pyramids.readable import PIECE_FRAMES
from desktop.sounds_shown import pyramids_of
from desktop.views.editor_view import EditorView
from desktop.views.frequency_scale import Scale
from desktop.views.selection import Tool
from desktop.views.ticks import TimeUnit
from desktop.worker.supervisor import EngineThread
from engine.errors import RetakeError
from engine.region import Region
from engine.settings import described, settings_from

log = logging.getLogger(__name__)
CURRENT, RETAKE = "current_region_id", "retake"  # kept with the view


class DocumentTab(QWidget):
    """What a tab of the window shows.

    Attributes:
        document: what it shows; closed with it.
        view: the sound.
        sidebar: the controls.
        findings: the search for damage.
        messages: what there is to say.

    Signals:
        titled: the title changed.
        menu_asked: a menu is wanted at a place on the screen.
        reopen_asked: the recording is wanted with zeros in place of what is no number.
        again_asked: the recording is wanted as it is now, in another tab.
        export_asked, report_asked: a take is to be exported, or its report to be shown, by its id.
    """

    titled = Signal()
    menu_asked = Signal(QPoint)
    reopen_asked = Signal()
    again_asked = Signal()
    export_asked = Signal(int)
    report_asked = Signal(int)

    def __init__(self, document: Document, engine: EngineThread, chosen: Preferences, tool: Tool) -> None:
        """Show a document: as it was left, if it was shown before, else by the preferences and with ``tool``."""
        super().__init__()
        self.document = document
        left = dict(document.view)  # what is shown from here on is kept there
        self.messages = MessageBar(self)
        self._watch = SourceWatch(document.clip, self)
        self._pyramids = pyramids_of(document, "result")
        self.view = EditorView(document, *self._pyramids, lambda name: pyramids_of(document, name), self)
        self.sidebar = Sidebar(document, engine, self)
        self.findings = FindingsPanel(document, self)
        self.sidebar.add_section(self.tr("Damage"), self.findings)
        self._place()
        self._connect()
        self._shown: Preferences | None = None
        self.show_preferences(chosen)
        self.view.set_tool(tool)
        self.view.restore_view(left)
        self.sidebar.set_time_unit(self.view.time_unit)
        self._go_to_last_region()
        self._restore_settings(left.get(RETAKE))
        self.sidebar.retake.changed.connect(self._keep_settings)

    @property
    def title(self) -> str:
        """The project's name, or the recording's; a star where closing would lose something."""
        name = (self.document.project or self.document.source).name
        return f"{name} *" if self.is_unsaved else name

    @property
    def is_unsaved(self) -> bool:
        """Whether the document has edits and no project file of its own."""
        return self.document.project is None and self.document.edits_made

    @property
    def current_take_id(self) -> int | None:
        """The take in use of the current region."""
        row = self.document.current_region
        return row.take_id if row else None

    def show_preferences(self, chosen: Preferences) -> None:
        """Take over what is another preference than before; what was chosen for this document alone stays."""
        before, self._shown = self._shown, chosen
        view, retake = self.view, self.sidebar.retake
        shown: tuple[tuple[tuple[str, ...], Callable[[], object]], ...] = (
            (("frequency_scale",), lambda: view.set_scale(cast(Scale, chosen.frequency_scale))),
            (("time_format",), lambda: view.set_time_unit(cast(TimeUnit, chosen.time_format))),
            (("time_format",), lambda: self.sidebar.set_time_unit(cast(TimeUnit, chosen.time_format))),
            (("colour_map",), lambda: view.set_colour_map(chosen.colour_map)),
            (("top_db", "range_db"), lambda: view.set_range(chosen.top_db - chosen.range_db, chosen.top_db)),
            (("window",), lambda: view.set_window(chosen.window)),
            (("snap",), lambda: view.set_snap(chosen.snap)),
            (("device",), lambda: retake.device.setCurrentIndex(retake.device.findData(chosen.device))),
            (("quick_first",), lambda: retake.quick.setChecked(chosen.quick_first)),
        )
        for names, show in shown:
            if before is None or any(getattr(before, name) != getattr(chosen, name) for name in names):
                show()

    def look_at(self, region: Region) -> None:
        """Select a region and bring it into view."""
        self.document.selection = region
        self.view.zoom_to_selection()

    def step_take(self, by: int) -> None:
        """Use the take ``by`` further on in the list of the current region; the original comes first."""
        region_id = self.document.current_region_id
        if region_id is None:
            return
        ids: list[int | None] = [None, *(take.id for take in self.document.takes_of(region_id))]
        at = ids.index(self.document.regions[region_id].take_id) + by
        actions.use_take(self.document, region_id, ids[max(0, min(at, len(ids) - 1))])

    def say(self, level: str, text: str) -> None:
        """Show a message of this document without interrupting."""
        choices: list[Choice] = []
        if offered(text) == "repair_nonfinite":
            choices.append((self.tr("Open with Zeros There"), self.reopen_asked.emit))
        self.messages.say(level, text, choices)

    def close_document(self) -> None:
        """Stop all work for the document and close it; its project file holds everything."""
        self._watch.close()
        self.sidebar.close_document()
        self.findings.close_search()
        self.view.release()
        for pyramid in self._pyramids:
            pyramid.close()
            pyramid.deleteLater()
        self.document.close()
        self.document.deleteLater()

    def _tell_of_gaps(self) -> None:
        """Say why parts of the recording are not drawn; they were read in the background, which keeps no reasons."""
        pyramid = self._pyramids[0].pyramid
        unknown = np.flatnonzero(np.isnan(pyramid.lows[0]).any(axis=0))
        if not unknown.size:
            return
        start = int(unknown[0]) * pyramid.base_frames
        try:
            self.document.read_original(start, min(start + PIECE_FRAMES, self.document.frames))
        except RetakeError as error:
            self.say("warning", str(error))

    def _tell_of_change(self, shorter: bool) -> None:
        """Say that the recording is another than was opened, and what can be done."""
        what = (
            self.tr("{0} was cut short by another program.")
            if shorter
            else self.tr("{0} was changed by another program.")
        )
        text = self.tr("The takes made so far are safe. No more can be made or exported here: open the file again.")
        choices: list[Choice] = [(self.tr("Open It Again"), self.again_asked.emit)]
        self.messages.say("warning", f"{what.format(self.document.source.name)} {text}", choices)

    def _go_to_last_region(self) -> None:
        """Go on with the region that was current when the document was closed, else with the newest one."""
        ids = list(self.document.regions)
        last = self.document.view.get(CURRENT)
        if ids:
            self.document.current_region_id = last if last in ids else ids[-1]

    def _keep_region(self) -> None:
        self.document.set_view({**self.document.view, CURRENT: self.document.current_region_id})

    def _restore_settings(self, left: Any) -> None:
        """Show what the panel was left with, but for the device, which is this machine's."""
        if left is None:
            return
        retake = self.sidebar.retake
        try:
            retake.set_settings(dataclasses.replace(settings_from(left), device=retake.settings().device))
        except RetakeError as error:
            log.warning("the settings of %s are left out: %s", self.document.store.path, error)

    def _keep_settings(self) -> None:
        self.document.set_view({**self.document.view, RETAKE: described(self.sidebar.retake.settings())})

    def _ask_menu(self, at: QPoint, region_id: int | None) -> None:
        if region_id is not None:
            self.view.take_region(region_id)
        self.menu_asked.emit(at)

    def _place(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.view)
        splitter.addWidget(self.sidebar)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 0)
        splitter.setCollapsible(0, False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(splitter, 1)

    def _connect(self) -> None:
        document = self.document
        self.sidebar.said.connect(self.say)
        self.view.said.connect(self.say)
        self.sidebar.export_asked.connect(self.export_asked)
        self.sidebar.report_asked.connect(self.report_asked)
        self.view.menu_asked.connect(self._ask_menu)
        for pyramid in self._pyramids:
            pyramid.failed.connect(lambda text: self.say("error", text))
        self._pyramids[0].finished.connect(self._tell_of_gaps)
        self._watch.changed.connect(self._tell_of_change)
        document.failed.connect(lambda text: self.say("error", text))
        document.current_changed.connect(self._keep_region)
        document.edited.connect(lambda edit: self.titled.emit())
        document.project_changed.connect(self.titled)
        self.findings.chosen.connect(self.look_at)
        self.findings.task_suggested.connect(self.sidebar.retake.choose_task)
        self.sidebar.zoom_asked.connect(self.look_at)

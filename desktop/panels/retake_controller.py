"""From the button to the take: requests of one document, one after the other, through the engine's queue."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.document import actions
from desktop.document.document import Document
from desktop.document.rows import TakeRow
from desktop.panels.cost import cost_of
from desktop.panels.lacking import SPOKEN, lacking
from desktop.panels.requests import Request, Running
from desktop.panels.retake_panel import RetakePanel
from desktop.panels.setting_texts import progress_label, stage_label
from desktop.panels.subject import subject_region, subject_row
from desktop.panels.take_texts import notes_beside_licence
from desktop.panels.take_writer import TakeWriter
from desktop.panels.told import told_of
from desktop.worker.messages import Job, Overlay, TakeResult
from desktop.worker.quick import quick
from desktop.worker.supervisor import EngineThread
from engine.errors import RetakeError
from engine.region import Region
from engine.settings import LARGEST_SEED, RestoreSettings, described, settings_from

job_ids = itertools.count(1)  # of all documents: they share one engine


class RetakeController(QObject):
    """Binds a document, the engine's thread and the retake panel.

    Its requests go to the engine one at a time, each built when its turn comes: so a region on an upper layer hears the
    takes that were made below it just before. `close` it before the document.

    Attributes:
        waiting: requests that have not gone to the engine yet.

    Signals:
        said(str, str): level (``info``, ``warning``, ``error``) and text of what the user should know.
        take_added(int): a take is there, and mostly in use.
        idle(): nothing of this document is being done or waits any more.
    """

    said = Signal(str, str)
    take_added = Signal(int)
    idle = Signal()

    def __init__(
        self, document: Document, engine: EngineThread, panel: RetakePanel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.document, self.engine, self.panel = document, engine, panel
        self.waiting: deque[Request] = deque()
        self._running: Running | None = None
        self._held: list[tuple[Running, TakeResult, int]] = []
        # A moment later: an edit that ends the history is still being made.
        self._history = QTimer(self, singleShot=True, interval=0)
        self._history.timeout.connect(self._add_held)
        document.undo.canRedoChanged.connect(self._history_moved)
        self._closed = False
        self._writer = TakeWriter(self)
        self._writer.written.connect(self._written)
        self._writer.failed.connect(self._not_written)
        self._pricing = QTimer(self, singleShot=True, interval=0)
        self._pricing.timeout.connect(self._show_cost)
        panel.set_stretch_source(self._selected_s)
        panel.retake_asked.connect(self.retake)
        panel.cancel_asked.connect(self.cancel)
        panel.changed.connect(self._show_target)
        document.selection_changed.connect(self._show_target)
        document.current_changed.connect(self._show_target)
        document.edited.connect(self._follow_edit)
        engine.started_job.connect(self._started)
        engine.progressed.connect(self._progressed)
        engine.made.connect(self._made)
        engine.failed.connect(self._failed)
        engine.cancelled.connect(self._cancelled)
        self._show_target()

    # What the user asks for

    def retake(self, settings: RestoreSettings, quick_first: bool = False) -> None:
        """Take what is selected again; a selection becomes a region first."""
        region = subject_region(self.document)
        if region is not None and not self._may_run(settings, [region]):
            return
        try:
            region_id = self._region_for()
        except RetakeError as error:
            self.said.emit("error", str(error))
            return
        if region_id is None:
            self.said.emit("info", self.tr("Nothing is selected; select a part of the recording first"))
            return
        fresh = self._fresh(region_id, settings)
        if fresh.seed != settings.seed:
            text = self.tr("A take with these settings and seed {before} is there; this one gets seed {seed}")
            self.said.emit("info", text.format(before=settings.seed, seed=fresh.seed))
        self._ask([Request(region_id, fresh, quick_first)])

    def retake_with_another_seed(self, take_id: int | None = None) -> None:
        """Run a take again with a seed that none has yet; without an id, the one in use, or what the panel says."""
        row = subject_row(self.document)
        if take_id is None and row:
            take_id = row.take_id
        if take_id is None:
            self.retake(self.panel.settings(), self.panel.quick.isChecked())
            return
        take = self.document.takes[take_id]
        region = self.document.regions[take.region_id].region
        if (settings := self.settings_of(take)) and self._may_run(settings, [region]):
            self._ask([Request(take.region_id, self._fresh(take.region_id, settings), self.panel.quick.isChecked())])

    def retake_regions(self, settings: RestoreSettings | None = None, ids: Iterable[int] | None = None) -> None:
        """Take several regions again, the lowest layer first: all of them, with what the panel says, unless given."""
        settings = settings or self.panel.settings()
        chosen = set(self.document.regions if ids is None else ids)
        requests = [Request(row, self._fresh(row, settings)) for row in self.document.regions if row in chosen]
        if not requests:
            self.said.emit("info", self.tr("There are no regions yet; select a part and add it"))
        elif self._may_run(settings, [self.document.regions[request.region_id].region for request in requests]):
            self._ask(requests)

    def cancel(self) -> None:
        """Stop what is being done for this document, and forget what waits."""
        self.waiting.clear()
        if self._running:
            self._cancel_jobs(self._running)

    def close(self) -> None:
        """Cancel all jobs of the document and let go of it; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self._history.stop()
        self._pricing.stop()
        self.cancel()
        self._writer.close()
        self._running = None
        for signal, slot in (
            (self.engine.started_job, self._started),
            (self.engine.progressed, self._progressed),
            (self.engine.made, self._made),
            (self.engine.failed, self._failed),
            (self.engine.cancelled, self._cancelled),
        ):
            signal.disconnect(slot)

    def settings_of(self, take: TakeRow) -> RestoreSettings | None:
        """The settings of a take; None, said why, where this version doesn't know them."""
        try:
            return settings_from(take.settings)
        except RetakeError as error:
            self.said.emit("warning", self.tr("{take} can't be run again: {why}").format(take=take.name, why=error))
            return None

    # Requests

    def _region_for(self) -> int | None:
        """The region that is meant, made from the selection if need be; None where nothing is selected."""
        row, region = subject_row(self.document), subject_region(self.document)
        if row:
            region_id = row.id
        elif region:
            region_id = actions.add_region(self.document, region, text=self.tr("Retake the selection"))
        else:
            return None
        self.document.current_region_id = region_id
        return region_id

    def _fresh(self, region_id: int, settings: RestoreSettings) -> RestoreSettings:
        """The settings with the first seed, counted from theirs, that no full take of the region has."""
        made = [take.settings for take in self.document.takes_of(region_id) if not take.quick]
        asked = [request.settings for request in self._requests() if request.region_id == region_id]
        taken = [*made, *map(described, asked)]
        while described(settings) in taken and settings.seed < LARGEST_SEED:
            settings = replace(settings, seed=settings.seed + 1)
        return settings

    def _may_run(self, settings: RestoreSettings, regions: Iterable[Region]) -> bool:
        """Whether the model lacks nothing and may be used: what it lacks is said, its licence asked about."""
        told = told_of(settings.model)
        for region in regions:
            if why := lacking(region, self.document, settings, told):
                self.said.emit("warning", why)
                self.panel.show_field(SPOKEN)
                return False
        return self.panel.model.is_agreed(settings.model)

    def _requests(self) -> list[Request]:
        return [*([self._running.request] if self._running else []), *self.waiting]

    def _ask(self, requests: list[Request]) -> None:
        self.waiting.extend(requests)
        self._next()

    def _next(self) -> None:
        """Hand the next request to the engine, if none of this document is there."""
        while self._running is None and self.waiting and not self._closed:
            request = self.waiting.popleft()
            if request.region_id in self.document.regions:
                self._submit(request)
        self.panel.show_waiting(len(self.waiting))
        if self._running is None:
            self.panel.jobs.show_button()
            self.idle.emit()

    def _submit(self, request: Request) -> None:
        row = self.document.regions[request.region_id]
        base = actions.takes_below(self.document, row.id)
        overlay = Overlay(self.document.store.path, base) if base else None
        truncated = bool(self.document.store.facts().get("allow_truncated"))
        job = Job(
            next(job_ids),
            self.document.source,
            row.region,
            request.settings,
            overlay,
            repair_nonfinite=self.document.clip.repair_nonfinite,
            allow_truncated=truncated,
            stamp=self.document.clip.stamp,
        )
        rough = quick(request.settings) if request.quick_first else None
        first = replace(job, id=next(job_ids), settings=rough, quick=True) if rough else None
        self._running = Running(request, job.id, first.id if first else None, base, row.take_id)
        for each in (first, job):
            if each:
                self.engine.submit(each)
        self.panel.jobs.show_progress(self.tr("Waiting"), None, -1)

    def _cancel_jobs(self, running: Running) -> None:
        for job_id in (running.quick_job, running.full_job):
            if job_id is not None:
                self.engine.cancel(job_id)

    def _finish(self) -> None:
        self._running = None
        self._next()

    # What the engine says

    def _mine(self, job_id: int) -> Running | None:
        running = self._running
        return running if running and job_id in (running.full_job, running.quick_job) else None

    def _started(self, job_id: int) -> None:
        if self._mine(job_id):
            self.panel.jobs.show_progress(self.tr("Starting"), None, -1)

    def _progressed(self, job_id: int, stage: str, done: int, of: int, seconds_left: float) -> None:
        running = self._mine(job_id)
        if running:
            label = progress_label(stage)
            label = self.tr("Quick take: {stage}").format(stage=label) if job_id == running.quick_job else label
            self.panel.jobs.show_progress(label, min(1.0, done / of) if of > 1 else None, seconds_left)

    def _made(self, job_id: int, result: TakeResult) -> None:
        running = self._mine(job_id)
        if running:
            self._write(running, result)

    def _write(self, running: Running, result: TakeResult) -> None:
        take_id, project = actions.reserve_take(self.document), self.document.store.path
        running.writing[take_id] = (result, project)
        self._writer.write(project, take_id, result.patch)

    def _written(self, take_id: int) -> None:
        running = self._running
        if running and take_id in running.writing and not self._closed:
            result, _ = running.writing.pop(take_id)
            self._add(running, result, take_id)
            if not result.quick:
                self._finish()

    def _add(self, running: Running, result: TakeResult, take_id: int) -> None:
        """Add a take; it is used, unless the user chose another one while it was being made.

        What was undone meanwhile can still be done again: the take waits until that is over.
        """
        if self.document.undo.canRedo():
            self._held.append((running, result, take_id))
            text = self.tr("A take is ready; it is added once what was undone is done again or given up")
            self.said.emit("info", text)
            return
        row = self.document.regions.get(running.request.region_id)
        if row is None:
            return
        untouched = row.take_id == (running.used_before if running.quick_take is None else running.quick_take)
        replaces = running.quick_take if running.quick_take in self.document.takes else None
        try:
            take_id = actions.add_take(
                self.document, row.id, result, untouched, replaces, base=running.base, take_id=take_id
            )
        except RetakeError as error:
            self.said.emit("error", str(error))
            return
        if result.quick:
            running.quick_take = take_id
        elif notes := notes_beside_licence(result):
            self.said.emit("info", f"{self.document.takes[take_id].name}: {'; '.join(notes)}")
        self.take_added.emit(take_id)

    def _history_moved(self, can_redo: bool) -> None:
        if not can_redo and not self._closed:
            self._history.start()

    def _add_held(self) -> None:
        """Add what waited for the history."""
        if self._closed or self.document.undo.canRedo():
            return
        held, self._held = self._held, []
        for running, result, take_id in held:
            self._add(running, result, take_id)

    def _not_written(self, take_id: int, why: str) -> None:
        running = self._running
        if running and take_id in running.writing:
            result, project = running.writing.pop(take_id)
            if project != self.document.store.path:  # the document was saved elsewhere meanwhile
                self._write(running, result)
                return
            self.said.emit("error", self.tr("The take could not be kept: {why}").format(why=why))
            if not result.quick:
                self._finish()

    def _failed(self, job_id: int, message: str) -> None:
        running = self._mine(job_id)
        if running and job_id == running.quick_job:
            self.said.emit("warning", self.tr("There is no quick take: {why}").format(why=message))
        elif running:
            task = stage_label("task", running.request.settings.task)
            self.said.emit("error", f"{task}: {message}")
            self._finish()

    def _cancelled(self, job_id: int) -> None:
        running = self._mine(job_id)
        if running and job_id == running.full_job:
            stays = running.quick_take in self.document.takes
            unchanged, kept = self.tr("Cancelled; nothing was changed"), self.tr("Cancelled; the quick take stays")
            self.said.emit("info", kept if stays else unchanged)
            self._finish()

    # What is shown

    def _follow_edit(self) -> None:
        """A region that was removed needs no take."""
        if self._closed:
            return
        if self._running and self._running.request.region_id not in self.document.regions:
            self._cancel_jobs(self._running)
        self._show_target()

    def _selected_s(self) -> tuple[float, float] | None:
        """The selection in seconds, for noise to be learned from."""
        selection = self.document.selection
        if selection is None:
            return None
        return selection.start_frame / self.document.rate, selection.end_frame / self.document.rate

    def _show_target(self) -> None:
        """Whether something would be taken again; what that costs follows when a drag leaves time for it."""
        if self._closed:
            return
        if subject_region(self.document) is None:
            self._pricing.stop()
            self.panel.show_target(self.tr("Select a part of the recording to take it again."), False)
        else:
            self.panel.jobs.set_ready(True)
            self._pricing.start()

    def _show_cost(self) -> None:
        region = subject_region(self.document)
        if region is None:
            return
        settings = self.panel.settings()
        why = lacking(region, self.document, settings, self.panel.told)
        text, warning = (why, True) if why else cost_of(region, self.document, settings)
        self.panel.show_target(text, True, warning=warning)

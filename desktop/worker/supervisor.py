"""The thread that hands jobs to the engine process, one after the other, and survives whatever happens to it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
from collections import deque
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from desktop.translating import translate
from desktop.worker.messages import Answer, Cancel, Failed, Job, Made, Progressed, Ready, WarmUp
from desktop.worker.process import EngineProcess
from desktop.worker.segments import read_segment

MOST_DEATHS = 3


class EngineThread(QThread):
    """A queue of jobs and one engine process, which is started at the first job or by `warm_up`.

    Its methods may be called from any thread and return at once, but for `stop`. All signals come from this thread.

    Signals:
        queued(id): a job waits.
        started_job(id): it is handed to the process.
        progressed(id, stage, done, of, seconds left of the stage or -1).
        made(id, TakeResult), failed(id, message), cancelled(id): how it ended; exactly one of them for each job.
        idle(): nothing is being done or waits any more; after a cancel, once the process has stopped too.
        ready(device): what `warm_up` asked for is done.
        restarted(why): the process ended by itself and there is a fresh one.
    """

    queued = Signal(int)
    started_job = Signal(int)
    progressed = Signal(int, str, object, object, float)  # frames of a long file are too many for an int of 32 bits
    made = Signal(int, object)
    failed = Signal(int, str)
    cancelled = Signal(int)
    idle = Signal()
    ready = Signal(str)
    restarted = Signal(str)

    def __init__(self, parent: QObject | None = None, *, trace: Path | None = None) -> None:
        """Make it; nothing is started.

        Args:
            parent: that owns it.
            trace: file that a crash of the process is traced to; stderr where there is none.
        """
        super().__init__(parent)
        self.setObjectName("engine")
        self._trace = trace
        # Between threads, under the lock.
        self._lock = threading.Lock()
        self._submitted: list[Job] = []
        self._cancelling: set[int] = set()
        self._warming: WarmUp | None = None
        self._stopping = False
        self._queue: deque[Job] = deque()
        self._current: Job | None = None
        self._dropped = False  # the current job was cancelled; its answer is waited for and thrown away
        # Of this thread alone.
        self._process: EngineProcess | None = None
        self._asked = False  # whether this process was sent a job or a warm-up
        self._deaths = 0
        self._working = False
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    # Called from any thread

    @property
    def pending(self) -> list[int]:
        """Ids of the jobs that are being done or wait, in order."""
        with self._lock:
            current = [self._current] if self._current and not self._dropped else []
            return [job.id for job in (*current, *self._queue, *self._submitted)]

    @property
    def process_id(self) -> int | None:
        """Number of the engine process, if there is one."""
        process = self._process
        return process.pid if process else None

    def submit(self, job: Job) -> None:
        """Put a job at the end of the queue."""
        with self._lock:
            assert not self._stopping, "a job for an engine that was stopped"
            self._submitted.append(job)
            self._rouse()

    def cancel(self, job_id: int) -> None:
        """Stop a job at its next step, or take it from the queue; of one that has ended nothing is heard."""
        with self._lock:
            self._cancelling.add(job_id)
            self._rouse()

    def cancel_all(self) -> None:
        """Stop the job that is being done and take all others from the queue."""
        with self._lock:
            current = [self._current] if self._current else []
            self._cancelling |= {job.id for job in (*current, *self._queue, *self._submitted)}
            self._rouse()

    def warm_up(self, model: str = "bundled", device: str = "auto") -> None:
        """Start the process and load a model, so that the first job needn't wait for it.

        Only a process that was asked for nothing yet does so; asked again, it does nothing more.
        """
        with self._lock:
            assert not self._stopping, "an engine that was stopped can't warm up"
            if self._process is not None and self._asked:
                return  # each move of a selection comes here
            self._warming = WarmUp(model, device)
            self._rouse()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Cancel everything and end thread and process, by force after ``timeout_s``; may be called again."""
        with self._lock:
            first, self._stopping = not self._stopping, True
            if first and self.isRunning():
                self._wake_up()
        if not self.wait(max(1, round(1000 * timeout_s))):
            if process := self._process:
                process.kill()
            self.wait()
        if first:
            os.close(self._wake)
            os.close(self._woken)

    def _rouse(self) -> None:
        if self._stopping:
            return
        if not self.isRunning():
            self.start()
        self._wake_up()

    def _wake_up(self) -> None:
        with contextlib.suppress(BlockingIOError):  # full of calls that weren't heard yet
            os.write(self._wake, b".")

    # This thread

    def run(self) -> None:
        """Wait for what is asked and what is answered, until `stop`."""
        while not self._stopping:
            ends: list[Any] = [self._process.connection] if self._process else []
            there = wait([self._woken, *ends])
            if self._woken in there:
                os.read(self._woken, 4096)
            if self._process and self._process.connection in there:
                self._hear(self._process)
            if not self._stopping:
                self._attend()
        self._finish()

    def _attend(self) -> None:
        """Do what became possible: take in, cancel, warm up, begin the next job."""
        with self._lock:
            new, self._submitted = self._submitted, []
            self._queue.extend(new)
            asked, self._cancelling = self._cancelling, set()
            warming, self._warming = self._warming, None
        for job in new:
            self._working = True
            self.queued.emit(job.id)
        if asked:
            self._cancel(asked)
        if not self._current and self._queue:
            self._begin_next()
        if warming and (process := self._living()) and not self._asked:
            self._asked = True
            process.send(warming)
        if self._working and not self._current and not self._queue:
            self._working = False
            self.idle.emit()

    def _cancel(self, asked: set[int]) -> None:
        with self._lock:
            taken = [job.id for job in self._queue if job.id in asked]
            self._queue = deque(job for job in self._queue if job.id not in asked)
            current = self._current
            drop = current is not None and current.id in asked and not self._dropped
            self._dropped = self._dropped or drop
        if drop and current:
            if self._process:
                self._process.send(Cancel(current.id))
            taken.insert(0, current.id)
        for job_id in taken:
            self.cancelled.emit(job_id)

    def _begin_next(self) -> None:
        process = self._living()
        if not process:
            return
        with self._lock:
            job = self._queue.popleft()
            self._current, self._dropped = job, False
        self.started_job.emit(job.id)
        self._asked = True
        process.send(job)

    def _living(self) -> EngineProcess | None:
        """The engine process, started if there is none; where that can't be, all jobs fail."""
        if not self._process:
            try:
                self._process, self._asked = EngineProcess(self._trace), False
            except OSError as error:
                text = translate("Engine", "the engine process can't be started: {error}")
                self._fail_waiting(text.format(error=error.strerror or error))
        return self._process

    def _hear(self, process: EngineProcess) -> None:
        try:
            while process.connection.poll():
                self._take(process.connection.recv())
        except (EOFError, OSError):
            self._mourn(process)

    def _take(self, answer: Answer) -> None:
        """One answer of the process."""
        if isinstance(answer, Ready):
            if not answer.problem:
                self.ready.emit(answer.device)
        elif isinstance(answer, Progressed):
            if not self._dropped:
                seen = answer
                self.progressed.emit(seen.job_id, seen.stage, seen.done, seen.of, seen.seconds_left)
        else:
            self._deaths = 0
            dropped = self._dropped
            self._end_current()
            if isinstance(answer, Made):
                self._deliver(answer, dropped)
            elif isinstance(answer, Failed) and not dropped:
                self.failed.emit(answer.job_id, answer.message)

    def _deliver(self, made: Made, dropped: bool) -> None:
        if dropped:
            made.segment.path.unlink(missing_ok=True)
            return
        job_id = made.result.job_id
        try:
            samples = read_segment(made.segment)
        except (OSError, ValueError, MemoryError) as error:
            reason = str(error) or type(error).__name__
            text = translate("Engine", "the take can't be read from shared memory: {reason}")
            self.failed.emit(job_id, text.format(reason=reason))
            return
        patch = dataclasses.replace(made.result.patch, samples=samples)
        self.made.emit(job_id, dataclasses.replace(made.result, patch=patch))

    def _end_current(self) -> None:
        with self._lock:
            self._current, self._dropped = None, False

    def _mourn(self, process: EngineProcess) -> None:
        """The process ended by itself: its job fails, and a fresh one goes on unless that is hopeless."""
        why = process.end()
        self._process = None
        self._deaths += 1
        lost = None if self._dropped else self._current
        self._end_current()
        if lost:
            text = translate("Engine", "the engine process ended during this job: {why}; nothing else was lost")
            self.failed.emit(lost.id, text.format(why=why))
        if self._deaths >= MOST_DEATHS:
            self._deaths = 0
            text = translate("Engine", "the engine process ended {count} times in a row, the last time: {why}")
            self._fail_waiting(text.format(count=MOST_DEATHS, why=why))
        elif self._living():
            self.restarted.emit(why)

    def _fail_waiting(self, message: str) -> None:
        with self._lock:
            waiting, self._queue = self._queue, deque()
        for job in waiting:
            self.failed.emit(job.id, message)

    def _finish(self) -> None:
        """End the process; what was not done is cancelled."""
        for job_id in self.pending:
            self.cancelled.emit(job_id)
        if self._process:
            self._process.end()
            self._process = None
        with self._lock:
            self._current, self._dropped = None, False
            self._queue.clear()
            self._submitted.clear()

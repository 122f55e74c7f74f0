"""The engine process: keeps the model loaded, does one job after the other, and ends when the window does.

Started by `desktop.worker.supervisor`. Its main thread computes. A second one reads the pipe, so that a cancel arrives
in the midst of a job and the window's end is noticed at once; a third one sends progress.
"""

from __future__ import annotations

import dataclasses
import faulthandler
import os
import queue
import signal
import sys
import threading
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from desktop.worker import segments
from desktop.worker.messages import FAULT, Answer, Cancel, Failed, Job, Made, Ready, Start, Stopped, TakeResult, WarmUp
from desktop.worker.reporting import Reporter
from engine.errors import Cancelled, RetakeError
from engine.progress import Control

if TYPE_CHECKING:
    from desktop.worker.restoring import Engine
    from engine.jobs import Take

NICENESS = 5  # the window and the sound come first


def serve(descriptor: int) -> None:
    """Be the engine process, with the window at the other end of a pipe; returns never."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the window's to answer
    os.set_inheritable(descriptor, False)
    os.nice(NICENESS)
    connection: Connection[Any, Any] = Connection(descriptor)
    try:
        start: Start = connection.recv()
    except (EOFError, OSError):
        os._exit(0)
    trace = trace_to(start)
    Service(connection, start.prefix, trace).run()


def trace_to(start: Start) -> TextIO:
    """Where a crash and unexpected errors are traced."""
    file = sys.stderr if start.trace is None else start.trace.open("a", encoding="utf-8")
    faulthandler.enable(file)
    return file


class Service:
    """Does what comes through the pipe, in order."""

    def __init__(self, connection: Connection[Any, Any], prefix: str, trace: TextIO) -> None:
        self._connection, self._prefix, self._trace = connection, prefix, trace
        self._sending = threading.Lock()
        self._asked: queue.SimpleQueue[Job | WarmUp] = queue.SimpleQueue()
        self._cancelled_id: int | None = None
        self._reporter = Reporter(self._send)
        self._engine: Engine | None = None

    def run(self) -> None:
        """Go on until the window ends."""
        threading.Thread(target=self._listen, name="pipe", daemon=True).start()
        while True:
            asked = self._asked.get()
            if isinstance(asked, WarmUp):
                self._send(self._warmed(asked))
            else:
                self._send(self._done(asked))

    def _listen(self) -> None:
        """Take in what is asked; whatever the main thread does, the end of the pipe is the end."""
        try:
            while True:
                asked: Job | WarmUp | Cancel = self._connection.recv()
                if isinstance(asked, Cancel):
                    self._cancelled_id = asked.job_id
                    continue
                if isinstance(asked, Job):
                    self._cancelled_id = None  # none is under way when the next one comes
                self._asked.put(asked)
        except (EOFError, OSError):
            segments.sweep(self._prefix)
            os._exit(0)

    def _send(self, answer: Answer) -> None:
        with self._sending, suppress(OSError):  # without a window, _listen ends the process
            self._connection.send(answer)

    def _loaded(self) -> Engine:
        """The engine; the first time this imports torch, which takes seconds."""
        if self._engine is None:
            from desktop.worker.restoring import Engine

            self._engine = Engine()
        return self._engine

    def _warmed(self, asked: WarmUp) -> Ready:
        try:
            return Ready(self._loaded().warm_up(asked.model, asked.device))
        except Exception as error:
            return Ready("", self._told(error))

    def _done(self, job: Job) -> Made | Failed | Stopped:
        """Do a job, whatever comes of it."""
        self._reporter.begin(job.id)
        control = Control(report=self._reporter.report, cancelled=lambda: self._cancelled_id == job.id)
        try:
            control.check("beginning")
            if self._engine is None:
                control.step("loading", 0, 1)
            take, measures = self._loaded().restored(job, control)
            control.check("finishing")
            made = Made(result_of(job, take, measures), segments.write_segment(self._prefix, take.patch.samples))
        except Cancelled:
            self._reporter.drop()
            return Stopped(job.id)
        except Exception as error:
            self._reporter.drop()
            from engine.stepping import is_device_fault  # with torch, which is loaded by now

            told = self._told(error)
            if is_device_fault(error):
                segments.sweep(self._prefix)
                os._exit(FAULT)  # the window fails the job and starts a fresh process, before another job comes here
            return Failed(job.id, told)
        self._reporter.finish()
        return made

    def _told(self, error: Exception) -> str:
        """An error in one line; what nobody expected is traced too."""
        if isinstance(error, RetakeError):
            return " ".join(str(error).split())
        traceback.print_exception(error, file=self._trace)
        self._trace.flush()
        if isinstance(error, MemoryError):
            return "out of memory; a shorter region needs less"
        reason = " ".join(str(error).split()) or "no further word"
        return f"failed: {type(error).__name__}: {reason}"


def result_of(job: Job, take: Take, measures: dict[str, float | None]) -> TakeResult:
    """What the window is told of a take; the patch's samples go another way."""
    patch = take.patch
    return TakeResult(
        job_id=job.id,
        patch=dataclasses.replace(patch, samples=np.empty((len(patch.samples), 0), np.float32)),
        region=take.region,
        settings=take.settings,
        model_name=take.model_name,
        model_hash=take.model_hash,
        licence=take.licence,
        device=take.device,
        seconds=take.seconds,
        notes=take.notes,
        measures=measures,
        quick=job.quick,
    )

"""Workers that are processes of this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from engine.batch.outcome import Outcome
from engine.batch.plan import Item
from engine.batch.pool import Lost, Said, Step
from engine.batch.worker import Worker, gpu_environment, thread_environment
from engine.child import start_child
from engine.errors import Cancelled
from engine.progress import Control
from engine.restoring import Order

STEP_S = 0.25
PATIENCE_S = 10.0  # for a worker to clear up; between two steps of a large model lie seconds


class Processes:
    """So many processes, each with the model loaded once; see `engine.batch.pool.Pool`.

    Args:
        count: how many.
        orders: by variant.
        threads: that each computes with.
    """

    def __init__(self, count: int, orders: Mapping[str, Order], threads: int) -> None:
        self._count, self._orders, self._threads = count, orders, threads
        self._workers: list[_Process] = []
        self._doing: dict[_Process, Item] = {}

    @property
    def free(self) -> int:
        """How many processes have nothing to do, or aren't started yet."""
        return self._count - len(self._doing)

    def hand(self, item: Item, force: bool) -> None:
        """Have a process that has nothing to do carry out an item; it is started where there is none."""
        worker = next((worker for worker in self._workers if worker not in self._doing), None)
        if worker is None:
            taken = {worker.number for worker in self._workers}
            worker = self._started(next(number for number in range(self._count) if number not in taken))
            self._workers.append(worker)
        self._doing[worker] = item
        with contextlib.suppress(OSError):  # it has ended: that is seen when it is listened to
            worker.connection.send((item, force))

    def wait(self, timeout_s: float) -> Sequence[Said]:
        """What the processes say."""
        told: list[Said] = []
        for connection in wait([worker.connection for worker in self._workers], timeout_s):
            worker = next(worker for worker in self._workers if worker.connection is connection)
            try:
                said = worker.connection.recv()
            except (EOFError, OSError):
                told += self._bury(worker)
                continue
            if isinstance(said, Outcome):
                told.append((self._doing.pop(worker), said))
            else:
                told.append(Step(self._doing[worker], *said))
        return told

    def close(self) -> None:
        """End all: each clears up what it was writing, or is killed after `PATIENCE_S`."""
        for worker in self._workers:
            worker.connection.close()
        end = time.monotonic() + PATIENCE_S
        for worker in self._workers:
            try:
                worker.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
        self._workers.clear()

    def _started(self, number: int) -> _Process:
        devices = {order.settings.device for order in self._orders.values()}
        gpus = {} if devices == {"cpu"} else gpu_environment(number)
        process, connection = start_child(__name__, {**thread_environment(self._threads), **gpus})
        worker = _Process(number, process, connection)
        with contextlib.suppress(OSError):
            connection.send((self._orders, self._threads))
        return worker

    def _bury(self, worker: _Process) -> list[Said]:
        """What to tell of a process that has ended; another is started in its place when it is needed."""
        worker.connection.close()
        code = worker.process.wait()
        self._workers.remove(worker)
        if worker not in self._doing:
            return []
        known = {number.value: number.name for number in signal.Signals}
        how = known.get(-code, f"signal {-code}") if code < 0 else f"exit code {code}"
        return [Lost(self._doing.pop(worker), f"the process that worked on it ended with {how}")]


class _Process:
    """One of them."""

    def __init__(self, number: int, process: subprocess.Popen[bytes], connection: Connection[Any, Any]) -> None:
        self.number, self.process, self.connection = number, process, connection


def serve(descriptor: int) -> None:
    """Be such a process, with the batch at the other end of a pipe; returns when that is closed."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # what a whole group gets is the batch's to answer
    os.set_inheritable(descriptor, False)
    connection: Connection[Any, Any] = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError, Cancelled):
        orders, threads = connection.recv()
        worker = Worker(orders, threads)
        while True:
            item, force = connection.recv()
            connection.send(worker.carry_out(item, force, Control(_Reporter(connection), connection.poll)))


class _Reporter:
    """Says where a job is, not more often than is looked at."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._last_s = 0.0

    def __call__(self, stage: str, done: int, of: int) -> None:
        now = time.monotonic()
        if now - self._last_s >= STEP_S:
            self._last_s = now
            with contextlib.suppress(OSError):  # the batch is gone: the next question tells so
                self._connection.send((stage, done, of))

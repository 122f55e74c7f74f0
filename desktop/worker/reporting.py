"""A job's progress on its way to the window: some twenty messages a second at most, and the last one always."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from desktop.worker.messages import Progressed

EVERY_S = 0.05


class Reporter:
    """Sends where a job is; a thread of its own does so later where it was too soon.

    Attributes:
        job_id: of the job that is under way.
    """

    def __init__(self, send: Callable[[Progressed], None]) -> None:
        self.job_id = 0
        self._send = send
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._unsent: Progressed | None = None
        self._last: Progressed | None = None
        self._began_s, self._first = 0.0, 0
        self._open = True
        threading.Thread(target=self._deliver, name="progress", daemon=True).start()

    def begin(self, job_id: int) -> None:
        """Another job begins."""
        with self._lock:
            self.job_id, self._last, self._unsent = job_id, None, None

    def report(self, stage: str, done: int, of: int) -> None:
        """A step of the job is reached; takes no time."""
        now = time.monotonic()
        with self._lock:
            last = self._last
            if last is None or stage != last.stage or done < last.done:
                self._began_s, self._first = now, done
            left = seconds_left(now - self._began_s, done - self._first, of - done)
            self._last = self._unsent = Progressed(self.job_id, stage, done, of, left)
        self._news.set()

    def finish(self) -> None:
        """The job is done: its last stage is shown as done, and nothing is sent after that."""
        with self._lock:
            last, self._last, self._unsent = self._last, None, None
            if last:
                self._send(Progressed(last.job_id, last.stage, last.of, last.of, 0.0))

    def drop(self) -> None:
        """The job ended otherwise: nothing is sent after that."""
        with self._lock:
            self._last = self._unsent = None

    def close(self) -> None:
        """Let the thread end."""
        self._open = False
        self._news.set()

    def _deliver(self) -> None:
        while self._news.wait() and self._open:
            self._news.clear()
            with self._lock:
                unsent, self._unsent = self._unsent, None
                if unsent:
                    self._send(unsent)
            time.sleep(EVERY_S)


def seconds_left(elapsed_s: float, done: int, left: int) -> float:
    """How long ``left`` steps take if ``done`` took ``elapsed_s``; -1 before the first is done."""
    if left <= 0:
        return 0.0
    return elapsed_s * left / done if done > 0 else -1.0

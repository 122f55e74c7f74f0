"""Ctrl-C, SIGTERM and a closed terminal, made into one exception, so that nothing half-written stays.

Python runs a signal's handler wherever it is. Inside a callback that libsndfile made, what the handler raises would
be printed and lost, so there it comes back a moment later. A second Ctrl-C soon after the first one is taken for
impatience and must not break off the clearing up.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE_S = 2.0
RETRY_S = 0.02
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """A signal asked the program to stop.

    Attributes:
        word: what to say of it.
        exit_code: the shell's, 128 and the signal's number.
        left: what to say of what was being made.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.word = "stopped" if number == signal.SIGINT else "terminated"
        self.exit_code = 128 + number
        self.left = "nothing was written"


class _Handler:
    """Raises `Stopped` once, and again only for who asks again later.

    Attributes:
        waiting: a signal that came where nothing may be raised, or None.
    """

    def __init__(self) -> None:
        self.waiting: int | None = None
        self._last_s = -PATIENCE_S
        self._again: threading.Timer | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if _in_callback(frame):
            self.waiting = number
            self._again = threading.Timer(RETRY_S, self.retry)
            self._again.daemon = True
            self._again.start()
            return
        self.rest()
        now = time.monotonic()
        if now - self._last_s >= PATIENCE_S:
            self._last_s = now
            raise Stopped(number)

    def retry(self) -> None:
        """Called in a thread: send the signal once more."""
        if self.waiting is not None:
            signal.raise_signal(self.waiting)

    def rest(self) -> None:
        """Wait for nothing any more."""
        self.waiting = None
        if self._again:
            self._again.cancel()


_handler = _Handler()


def look() -> bool:
    """Raise `Stopped` if a signal waits for it; for who asks between two steps whether to stop."""
    if _handler.waiting is not None:
        _handler(_handler.waiting, None)
    return False


@contextmanager
def stops() -> Iterator[None]:
    """While inside, the signals raise `Stopped`. One that is ignored, as under nohup, stays ignored."""
    global _handler
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread gets signals
        return
    _handler = _Handler()
    numbers = [number for number in SIGNALS if signal.getsignal(number) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, _handler) for number in numbers}
    try:
        yield
    finally:
        _handler.rest()
        for number, previous in before.items():
            signal.signal(number, previous)


def _in_callback(frame: FrameType | None) -> bool:
    """Whether a frame was called, at any depth, by libsndfile through soundfile."""
    while frame is not None:
        if frame.f_code.co_name.startswith("vio_") and frame.f_code.co_filename.endswith("soundfile.py"):
            return True
        frame = frame.f_back
    return False

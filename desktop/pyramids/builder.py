"""A background thread that works in short steps, so that it can be stopped, and turned to other work, at once."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable

from desktop.pyramids.readable import MakeReader
from engine.audio import Readable
from engine.errors import RetakeError

log = logging.getLogger(__name__)
STOP_WITHIN_S = 5.0  # a read that hangs (a network share that is gone) must not hang the program


class Builder:
    """Calls ``step(reader, version)`` for as long as that returns True; sleeps until woken otherwise.

    The thread starts with the first `wake`. `wake`, `renew` and `close` belong to one thread, the window's.

    Attributes:
        version: how often the sound has changed. A step gets the version that its reader was made at.
        stopping: whether `close` was called; a step of more than some milliseconds looks at it.
    """

    def __init__(
        self,
        name: str,
        make_reader: MakeReader,
        step: Callable[[Readable, int], bool],
        failed: Callable[[str], None],
    ) -> None:
        self.version = 0
        self.stopping = False
        self._name = name
        self._make_reader = make_reader
        self._step = step
        self._failed = failed
        self._changed = threading.Condition()
        self._asked = False
        self._made_version = -1
        self._fresh: tuple[Readable | None, int] | None = None
        self._thread: threading.Thread | None = None

    def renew(self) -> int:
        """The sound is another now: steps from the next `wake` on get a new reader. Returns the new version."""
        self.version += 1
        return self.version

    def wake(self) -> None:
        """There is something to do."""
        if self.stopping:
            return
        if self._made_version != self.version:
            self._replace_reader()
        with self._changed:
            self._asked = True
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop after the step under way and wait for that; may be called twice."""
        with self._changed:
            self.stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(STOP_WITHIN_S)
            self._thread = None

    def _replace_reader(self) -> None:
        reader: Readable | None = None
        self._made_version = self.version
        try:
            reader = self._make_reader()
        except (OSError, RetakeError) as error:
            self._failed(str(error))
        with self._changed:
            unused, self._fresh = self._fresh, (reader, self.version)
        if unused is not None:
            close_reader(unused[0])

    def _run(self) -> None:
        reader: Readable | None = None
        version = 0
        while self._wait():
            with self._changed:
                fresh, self._fresh = self._fresh, None
            if fresh is not None:
                close_reader(reader)
                reader, version = fresh
            if reader is not None and self._work(reader, version):
                with self._changed:
                    self._asked = True
        close_reader(reader)
        if self._fresh is not None:
            close_reader(self._fresh[0])

    def _wait(self) -> bool:
        """Sleep until there is something to do; returns False when it is time to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._asked or self.stopping)
            self._asked = False
            return not self.stopping

    def _work(self, reader: Readable, version: int) -> bool:
        try:
            return self._step(reader, version)
        except Exception as error:  # a thread that dies in silence would leave a picture half drawn
            log.exception("%s", self._name)
            self._failed(f"{self._name}: {error}")
            return False


def close_reader(reader: Readable | None) -> None:
    """Close a reader that can be closed."""
    close = getattr(reader, "close", None)
    if close is not None:
        with contextlib.suppress(OSError):
            close()

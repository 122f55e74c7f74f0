"""The engine process as the window's process sees it: started, spoken to, ended."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from pathlib import Path

from desktop.translating import translate
from desktop.worker import segments
from desktop.worker.messages import FAULT, Asked, Start
from engine.child import start_child

PATIENCE_S = 0.5


class EngineProcess:
    """One engine process, from its start to its end.

    Attributes:
        connection: to it; ready for reading when it answers, and when it has ended.
        prefix: how the names of its shared memory begin.
    """

    def __init__(self, trace: Path | None) -> None:
        segments.sweep_dead()
        self.prefix = segments.new_prefix()
        self._process, self.connection = start_child("desktop.worker.service")
        self.send(Start(self.prefix, trace))

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def send(self, asked: Start | Asked) -> None:
        """Tell it something; if it has ended, reading says so."""
        with contextlib.suppress(OSError):
            self.connection.send(asked)

    def end(self) -> str:
        """End it, if it hasn't, leave nothing of it behind, and say how it ended."""
        self.connection.close()
        for stop in (None, self._process.terminate, self._process.kill):
            if stop:
                stop()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_S if stop != self._process.kill else None)
                break
        segments.sweep(self.prefix)
        return how_it_ended(self._process.returncode)

    def kill(self) -> None:
        """End it without waiting; may be called from any thread."""
        self._process.kill()


def how_it_ended(code: int) -> str:
    """An exit code in words, such as ``it was killed (SIGKILL)``."""
    if code == FAULT:
        return translate("Engine", "the GPU failed and can only be used by a new process")
    if code >= 0:
        return translate("Engine", "it ended with exit code {code}").format(code=code)
    number = -code
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    if number == signal.SIGKILL:
        return translate("Engine", "it was killed ({name}), perhaps because memory ran out").format(name=name)
    if number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE):
        return translate("Engine", "it crashed ({name})").format(name=name)
    return translate("Engine", "it was ended ({name})").format(name=name)

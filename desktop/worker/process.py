"""The engine process as the window's process sees it: started, spoken to, ended.

A fresh interpreter, as `multiprocessing`'s spawn makes one, but started without it: that would import the program's
main module a second time in the child, and leave a tracker process beside it.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from desktop.translating import translate
from desktop.worker import segments
from desktop.worker.messages import FAULT, Asked, Start

# -P: the current folder is not searched. The child finds modules where this process does.
CODE = """import json, sys
sys.path[:] = json.loads(sys.argv[2])
from desktop.worker.service import serve
serve(int(sys.argv[1]))
"""
# Threads that wait for each other sleep and don't spin: where others compute too, as the window does, spinning costs
# more than ten times the work (measured: two threads on two busy cores).
CALM = {"OMP_WAIT_POLICY": "PASSIVE"}
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
        ours: Connection[Any, Any]
        ours, theirs = multiprocessing.Pipe()
        descriptor = theirs.fileno()
        environment = {**CALM, **os.environ}
        command = [sys.executable, "-P", "-c", CODE, str(descriptor), json.dumps(sys.path)]
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[descriptor], env=environment)
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self.connection = ours
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

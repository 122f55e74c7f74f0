"""A thread for what devices take their time for: loading PortAudio, opening and closing streams, looking again."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.playback.device import Output, chosen_device, portaudio, rescan
from engine.errors import RetakeError

log = logging.getLogger(__name__)
ENDS_WITHIN_S = 3.0


class Desk(QObject):
    """Does one thing after the other; the thread lives from the first one to `close`.

    Signals:
        opened(int, Output): the stream that was asked for with this number.
        failed(int, str): why it could not be opened.
    """

    opened = Signal(int, object)
    failed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._outputs: set[Output] = set()  # what was opened and is not shut, also where nobody took it

    def warm_up(self) -> None:
        """Load PortAudio ahead of the first sound; where it isn't there, the first sound says so."""
        self._do(portaudio)

    def open(self, number: int, key: str, rate: int, channels: int, latency_s: float) -> None:
        """Open the device of a key, or the system's own."""
        self._do(lambda: self._open(number, key, rate, channels, latency_s))

    def shut(self, output: Output) -> None:
        """Close a stream."""
        self._do(lambda: self._shut(output))

    def rescan(self) -> None:
        """Let PortAudio look for devices again."""
        self._do(rescan)

    def close(self) -> None:
        """Close all streams and end the thread; one that hangs in a device is left behind. May be called twice."""
        if self._thread:
            self._tasks.put(None)
            self._thread.join(ENDS_WITHIN_S)
            self._thread = None

    def _do(self, task: Callable[[], object]) -> None:
        self._tasks.put(task)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sound desk", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while task := self._tasks.get():
            try:
                task()
            except RetakeError as error:
                log.warning("at the sound desk: %s", error)
            except Exception:
                log.exception("at the sound desk")
        for output in list(self._outputs):
            self._shut(output)

    def _shut(self, output: Output) -> None:
        self._outputs.discard(output)
        output.close()

    def _open(self, number: int, key: str, rate: int, channels: int, latency_s: float) -> None:
        try:
            output = Output(chosen_device(key), rate, channels, latency_s)
        except Exception as error:  # whatever it is: who waits for a stream must be told
            log.warning("no stream: %s", error)
            self.failed.emit(number, str(error) or type(error).__name__)
        else:
            self._outputs.add(output)
            self.opened.emit(number, output)

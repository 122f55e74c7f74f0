"""A thread for what may take its time: opening and closing devices, and measuring loudness."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.playback.device import DeviceError, Output, chosen_device, portaudio, rescan
from desktop.playback.matching import measured
from desktop.playback.voices import Voices
from engine.errors import RetakeError

log = logging.getLogger(__name__)
ENDS_WITHIN_S = 3.0


class Desk(QObject):
    """Does one thing after the other; the thread lives from the first one to `close`.

    Signals:
        opened(Output): a stream.
        failed(str): why none could be opened.
        measured(object, Matching): for whom, and what.
    """

    opened = Signal(object)
    failed = Signal(str)
    measured = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def warm_up(self) -> None:
        """Load PortAudio ahead of the first sound; where it isn't there, the first sound says so."""
        self._do(self._load)

    def open(self, key: str, rate: int, channels: int, latency_s: float) -> None:
        """Open the device of a key, or the system's own."""
        self._do(lambda: self._open(key, rate, channels, latency_s))

    def shut(self, output: Output) -> None:
        """Close a stream."""
        self._do(output.close)

    def rescan(self) -> None:
        """Let PortAudio look for devices again."""
        self._do(rescan)

    def measure(self, voices: Voices, start: int, stop: int, whom: object) -> None:
        """Measure the loudness of voices, which are closed then; what can't be read isn't matched."""

        def work() -> None:
            try:
                self.measured.emit(whom, measured(voices, start, stop))
            finally:
                for voice in voices:
                    voice.close()

        self._do(work)

    def close(self) -> None:
        """End the thread once all is done; one that hangs in a device is left behind. May be called twice."""
        if self._thread:
            self._tasks.put(None)
            self._thread.join(ENDS_WITHIN_S)
            self._thread = None

    def _do(self, task: Callable[[], Any]) -> None:
        self._tasks.put(task)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sound desk", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while task := self._tasks.get():
            try:
                task()
            except (RetakeError, OSError) as error:
                log.warning("at the sound desk: %s", error)
            except Exception:
                log.exception("at the sound desk")

    def _load(self) -> None:
        portaudio()

    def _open(self, key: str, rate: int, channels: int, latency_s: float) -> None:
        try:
            self.opened.emit(Output(chosen_device(key), rate, channels, latency_s))
        except DeviceError as error:
            self.failed.emit(str(error))

"""Loudness of what is compared, measured in a thread ahead of being needed, and remembered."""

from __future__ import annotations

import logging
import queue
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from desktop.playback.matching import Level, Matching, level_of
from desktop.playback.voices import Voices

log = logging.getLogger(__name__)
REMEMBERED = 200
ENDS_WITHIN_S = 2.0

Keys = tuple[Hashable, Hashable, Hashable]


@dataclass(frozen=True)
class Question:
    """Voices, closed when it is answered; what each is, so that the answer can be remembered; and the frames."""

    voices: Voices
    keys: Keys
    start: int
    stop: int


class Measurer(QObject):
    """Answers the newest question; one that is asked meanwhile ends what is measured.

    Signals:
        measured: a question was answered, or can't be.
    """

    measured = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: OrderedDict[Hashable, Level] = OrderedDict()
        self._questions: queue.SimpleQueue[Question | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def known(self, keys: Keys) -> Matching | None:
        """What was measured, if all of it was."""
        levels = tuple(self._known.get(key) for key in keys)
        return Matching(levels) if all(levels) else None  # type: ignore[arg-type]

    def forget(self) -> None:
        """Forget all: another document is listened to."""
        self._known = OrderedDict()  # an answer that is under way may still be kept in the one before

    def ask(self, question: Question) -> None:
        """Have it measured."""
        self._questions.put(question)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="loudness", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread; may be called twice."""
        if self._thread:
            self._questions.put(None)
            self._thread.join(ENDS_WITHIN_S)
            self._thread = None

    def _run(self) -> None:
        while question := self._questions.get():
            try:
                self._answer(question)
            except Exception as error:  # what can't be read isn't matched; who plays it will be told
                log.warning("loudness was not measured: %s", error)
                self.measured.emit()
            finally:
                for voice in question.voices:
                    voice.close()

    def _answer(self, question: Question) -> None:
        known = self._known
        for voice, key in zip(question.voices, question.keys, strict=True):
            if key in known:
                continue
            level = level_of(voice, question.start, question.stop, lambda: not self._questions.empty())
            if level is None:
                return
            known[key] = level
            if len(known) > REMEMBERED:
                known.popitem(last=False)
        self.measured.emit()

"""Loudness of what is compared, measured in a thread ahead of being needed, and remembered."""

from __future__ import annotations

import logging
import queue
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from desktop.playback.matching import Level, Matching, level_of
from desktop.playback.voices import Voices

log = logging.getLogger(__name__)
REMEMBERED = 200
FIRST_S = 60.0  # of what is longer, so much is measured first, which is known a moment later
ENDS_WITHIN_S = 2.0

UNKNOWN = Level(None, 0.0)  # isn't matched

Keys = tuple[Hashable, Hashable, Hashable]


@dataclass(frozen=True)
class Question:
    """Voices, closed when it is answered; what each is, so that the answer can be remembered; and the frames."""

    voices: Voices
    keys: Keys
    start: int
    stop: int


class Measurer(QObject):
    """Answers the newest question, a long one twice; one that is asked meanwhile ends what is measured.

    Signals:
        measured: a question was answered, by its beginning or whole, or can't be.
    """

    measured = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: OrderedDict[Hashable, Level] = OrderedDict()
        self._questions: queue.SimpleQueue[Question | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._asked: Keys | None = None  # by the newest question, until it is answered

    def known(self, keys: Keys) -> Matching | None:
        """What was measured of these voices, if all of them were."""
        levels = tuple(self._known.get(key) for key in keys)
        return Matching(levels) if all(levels) else None  # type: ignore[arg-type]

    def forget(self) -> None:
        """Forget all: another document is listened to."""
        self._known = OrderedDict()  # an answer that is under way may still be kept in the one before
        self._asked = None

    def ask(self, question: Question) -> None:
        """Have it measured, unless that is under way."""
        if question.keys == self._asked:
            for voice in question.voices:
                voice.close()
            return
        self._asked = question.keys
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
            finally:
                for voice in question.voices:
                    voice.close()

    def _answer(self, question: Question) -> None:
        known = self._known
        first_stop = min(question.start + round(FIRST_S * question.voices[0].rate), question.stop)
        for stop in dict.fromkeys((first_stop, question.stop)):
            is_whole = stop == question.stop
            for voice, key in zip(question.voices, question.keys, strict=True):
                if key in known and (known[key].is_whole or not is_whole):
                    continue
                try:
                    level = level_of(voice, question.start, stop, lambda: not self._questions.empty())
                except Exception as error:  # who plays it will be told; what is known of it stands for all
                    log.warning("loudness was not measured: %s", error)
                    known[key] = replace(known.get(key, UNKNOWN), is_whole=True)
                    continue
                if level is None:
                    return
                known[key] = replace(level, is_whole=is_whole)
                if len(known) > REMEMBERED:
                    known.popitem(last=False)
            if is_whole and self._asked == question.keys:
                self._asked = None
            self.measured.emit()

"""Plays the document in front: what is heard, from where, in a loop or not, and on which device.

All that waits for a device or a disk is done in threads: `Feeder` reads, `Desk` opens and closes streams, `Measurer`
measures. What they answer carries a number, so that an answer to what isn't asked any more is left aside.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from desktop.document.document import Document
from desktop.playback.choices import Choices, Stretch
from desktop.playback.deck import Deck
from desktop.playback.desk import Desk
from desktop.playback.device import Output
from desktop.playback.feeding import Feed, Feeder
from desktop.playback.matching import Heard, Matching, gains
from desktop.playback.measurer import Measurer, Question
from desktop.playback.meters import Levels, Meters
from desktop.playback.route import Route
from desktop.playback.voices import kinds_of, voices_of
from desktop.preferences import LATENCIES_S
from engine.region import Region

log = logging.getLogger(__name__)
LOOK_MS = 40
JOIN_S = 0.03  # from now until another deck takes over at the same place
DEAD_S = 1.0  # without a call from the device
IDLE_MS = 20_000  # until the device is given back
WARM_UP_MS = 300  # after the window is there: loading PortAudio holds it up for a moment
SCRUB_S = 0.09
DIP_MS = 40  # of silence between what is heard in a blind test, so that the seam tells nothing
METERED = 8  # channels at most
NOBODY = np.zeros((2, 3), np.float32)


class Player(QObject):
    """One stream of sound for the whole window.

    Attributes:
        choices: see `choose`.
        stretch: what is played, or stands still in the middle; None otherwise.
        region: the one that this belongs to, or None.
        compared: the take that C stands for, or None.
        levels: of what is heard.

    Signals:
        state_changed: playing or not, a choice, or what is compared.
        moved(int): the frame that is heard now.
        looked: meters have something new.
        said(str, str): level and text of what the user must know.
    """

    state_changed = Signal()
    moved = Signal(int)
    looked = Signal()
    said = Signal(str, str)
    _failed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choices = Choices()
        self.stretch: Stretch | None = None
        self.region: Region | None = None
        self.compared: int | None = None
        self.levels = Levels()
        self._document: Document | None = None
        self._desk, self._measurer = Desk(self), Measurer(self)
        self._desk.opened.connect(self._opened)
        self._desk.failed.connect(self._not_opened)
        self._measurer.measured.connect(self._learned)
        self._failed.connect(self._feed_failed)
        self._output: Output | None = None
        self._feeder: Feeder | None = None
        self._meters: Meters | None = None
        self._playing = self._blind = self._scrubbing = self._waiting = self._renewing = False
        self._asked_for, self._opening = 0, False
        self._place = self._metered = self._seen = self._still = self._reported = self._looks = 0
        self._decks: list[Deck] = []  # those that may be heard now
        self._matched_by: Matching | None = None
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._look_at_device)
        self._idle = QTimer(self, interval=IDLE_MS, singleShot=True)
        self._idle.timeout.connect(self._give_back)
        self._dip = QTimer(self, interval=DIP_MS, singleShot=True)
        self._dip.timeout.connect(self._aim)
        self._warming = QTimer(self, interval=WARM_UP_MS, singleShot=True)
        self._warming.timeout.connect(self._desk.warm_up)
        self._warming.start()

    # What is listened to

    @property
    def document(self) -> Document | None:
        """What is played."""
        return self._document

    def set_document(self, document: Document | None) -> None:
        """Listen to another document; what is played stops, and the files of the one before are closed."""
        if document is self._document:
            return
        self.stop()
        if self._feeder:
            self._feeder.let_go()
        if self._document is not None:
            self._document.edited.disconnect(self._drop_compared)
            self._document.sound_changed.disconnect(self._follow_sound)
        self._document, self.region, self.compared = document, None, None
        self._place = 0
        self._asked_for += 1  # a stream that is being opened is for the one before
        self._opening = False
        self._measurer.forget()
        if self._output and (document is None or self._output.asked != (document.rate, document.channels)):
            self._give_back()
        if document is not None:
            document.edited.connect(self._drop_compared)
            document.sound_changed.connect(self._follow_sound)
        self.state_changed.emit()

    def choose(self, **changes: object) -> None:
        """Take over other `Choices`, by their names; what they mean is heard at once."""
        before, self.choices = self.choices, replace(self.choices, **changes)  # type: ignore[arg-type]
        now = self.choices
        if now == before:
            return
        if (before.device, before.latency) != (now.device, now.latency):
            self._change_device()
        elif needs_other_sound(before, now):
            self._renew()
        self._aim()
        self.state_changed.emit()

    def compare(self, take_id: int | None) -> None:
        """Let C stand for a take."""
        if take_id != self.compared and not self._blind:
            self.compared = take_id
            self._renew()
            self.state_changed.emit()

    @property
    def is_blind(self) -> bool:
        """Whether nothing may tell which voice is heard."""
        return self._blind

    def set_blind(self, blind: bool) -> None:
        """Tell nobody which voice is heard and keep what is compared as it is, or tell it again."""
        self._blind = blind
        self.state_changed.emit()

    def hear_blindly(self, heard: Heard) -> None:
        """Switch, with a moment of silence before, also to what is heard already."""
        self.choices = replace(self.choices, heard=heard)
        if self._output:
            self._output.mixer.set_gains(NOBODY.copy())
        self._dip.start()
        self.state_changed.emit()

    @property
    def matching(self) -> Matching | None:
        """Loudness of what is compared; None where it isn't known, or more than a region is played."""
        return self._matched_by

    # Transport

    @property
    def is_playing(self) -> bool:
        """Whether sound is played, or about to be."""
        return self._playing

    @property
    def is_scrubbing(self) -> bool:
        """Whether it plays a moment under the mouse."""
        return self._scrubbing

    @property
    def place(self) -> int:
        """The frame that is heard, or where it will go on."""
        output = self._output
        if not self._playing or output is None or output.mixer.deck not in self._decks:
            return self._place
        mixer = output.mixer
        count = mixer.heard_from + (output.now_s - mixer.heard_at_s) * output.rate
        return mixer.deck.place(max(0.0, min(count, mixer.deck.read)))

    def play(self, stretch: Stretch, region: Region | None = None, at: int | None = None) -> None:
        """Play a stretch, from its start or from ``at``; ``region`` is the one that it belongs to, or None."""
        if self._document is None or not 0 <= stretch.first < stretch.stop <= self._document.frames:
            return
        self._scrubbing = False
        self._play(stretch, region, stretch.first if at is None else at)

    def pause(self) -> None:
        """Stand still; `resume` goes on there."""
        if self._playing:
            self._place = self.place
            self._rest()
            self.moved.emit(self._place)
            self.state_changed.emit()

    def resume(self) -> None:
        """Go on from where it was paused, or from where it was sought."""
        if self.stretch is not None and not self._playing and self._document is not None:
            self._play(self.stretch, self.region, self._place)

    def stop(self) -> None:
        """Stop; the next time it begins anew."""
        if self.stretch is not None:
            self._place = self.stretch.first
            self.stretch = None
            self._rest()
            self.state_changed.emit()

    def seek(self, frame: int) -> None:
        """Go on from another frame, whether it plays or stands still; at the end, stop."""
        document, stretch = self._document, self.stretch
        if document is None:
            return
        if stretch is None:
            self._place = frame
            self.moved.emit(frame)
            return
        if frame >= document.frames:
            self.stop()
            return
        if not stretch.first <= frame < stretch.stop:
            stretch = Stretch(frame, document.frames)
        if self._playing:
            self._play(stretch, self.region, frame)
        else:
            self.stretch, self._place = stretch, frame
        self.moved.emit(frame)

    def scrub(self, frame: int) -> None:
        """Let a moment be heard around a frame."""
        document = self._document
        if document is not None and 0 <= frame < document.frames:
            self._scrubbing = True
            stop = min(document.frames, frame + round(SCRUB_S * document.rate))
            self._play(Stretch(frame, stop), None, frame)

    def close(self) -> None:
        """End all threads and give the device back; may be called twice."""
        self._warming.stop()
        self.set_document(None)
        self._give_back()
        self._desk.close()
        self._measurer.close()

    # The device

    @property
    def device_text(self) -> str:
        """Device, rate, latency and underruns, for a tip; empty while none is open."""
        output = self._output
        if output is None:
            return ""
        text = self.tr("{name}, {rate} Hz, {latency} ms, {underruns} underruns")
        latency = round(1000 * output.latency_s)
        return text.format(name=output.device.name, rate=output.rate, latency=latency, underruns=self.underruns)

    @property
    def underruns(self) -> int:
        """How often the device had nothing to play since it was opened."""
        return self._output.underruns + self._output.mixer.starved if self._output else 0

    def rescan(self) -> None:
        """Look for devices again; what is played pauses."""
        self.pause()
        self._give_back()
        self._desk.rescan()

    def _open(self) -> None:
        assert self._document
        self._asked_for += 1
        self._opening = True
        chosen, document = self.choices, self._document
        latency_s = LATENCIES_S[chosen.latency]
        self._desk.open(self._asked_for, chosen.device, document.rate, document.channels, latency_s)

    def _opened(self, number: int, output: Output) -> None:
        document = self._document
        if number != self._asked_for or document is None:
            self._desk.shut(output)
            return
        self._opening = False
        self._output = output
        self._feeder = Feeder(output.mixer, self._failed.emit)
        self._meters = Meters(output.rate, min(document.channels, output.channels, METERED))
        self._metered = self._seen = self._still = self._reported = 0
        wanted = self.choices.device
        if wanted and output.device.key != wanted:
            text = self.tr("{wanted} isn't there; it is played on {name}.")
            self.said.emit("warning", text.format(wanted=wanted, name=output.device.name))
        if output.rate != document.rate:
            text = self.tr("{name} doesn't play {rate} Hz; what you hear is resampled to {own} Hz.")
            self.said.emit("info", text.format(name=output.device.name, rate=document.rate, own=output.rate))
        if self._playing:
            self._begin()
        else:
            self._idle.start()
        self.state_changed.emit()

    def _not_opened(self, number: int, why: str) -> None:
        if number == self._asked_for:
            self._opening = False
            self._end_with(why)

    def _feed_failed(self, turn: int, why: str) -> None:
        if self._output and turn == self._output.mixer.turn:
            self._end_with(why)

    def _end_with(self, why: str) -> None:
        """Stop, keep the place and say why."""
        self._place = self.place
        self._rest()
        self.said.emit("error", why)
        self.state_changed.emit()

    def _change_device(self) -> None:
        playing = self._playing
        self.pause()
        self._give_back()
        self._asked_for += 1
        self._opening = False
        if playing:
            self.resume()

    def _give_back(self) -> None:
        self._look.stop()
        self._idle.stop()
        self._decks.clear()
        if self._feeder:
            self._feeder.close()
            self._feeder = None
        if self._output:
            self._desk.shut(self._output)
            self._output = self._meters = None

    # What is played

    def _play(self, stretch: Stretch, region: Region | None, at: int) -> None:
        self.stretch, self.region, self._place, self._playing = stretch, region, at, True
        self._idle.stop()
        self._renewing = False
        self._matched_by = self._known_or_asked()
        if self._output is not None:
            self._begin()
        elif not self._opening:
            self._open()
        self.state_changed.emit()

    def _begin(self) -> None:
        """Fill a deck from the place on and play it."""
        assert self._output and self._feeder
        keys = self._keys()
        if keys is not None:  # it may have been measured while the device was opened
            self._matched_by = self._measurer.known(keys)
        # A blind test whose voices differ in level would be none, so it waits for the loudness.
        wait = self._blind and not self._waiting and keys is not None and not is_whole(self._matched_by)
        self._waiting = wait
        if wait:
            return
        self._aim()
        self._output.mixer.turn += 1
        feed = self._feed(self._place)
        self._decks = [feed.deck]
        self._feeder.play(feed, self._output.mixer.turn)
        if self._meters:
            self._meters.reset()
        self._metered = self._output.mixer.played
        self._look.start()

    def _renew(self) -> None:
        """Go on at the same place with what is so now: other takes, speed, band, loop or loudness."""
        if not self._playing or self._output is None or self._feeder is None:
            return
        known = self._known_or_asked()
        self._renewing = known is None and self._keys() is not None
        if self._renewing:  # what is heard goes on until it is known how loud the other is
            return
        self._matched_by = known
        self._go_over()

    def _go_over(self) -> None:
        assert self._output and self._feeder
        deck = self._output.mixer.deck
        if deck not in self._decks:  # what was asked for isn't heard yet
            self._begin()
            return
        joins_at = deck.read + round(JOIN_S * self._output.rate)
        feed = self._feed(deck.place(joins_at))
        self._decks = [deck, feed.deck]
        self._feeder.play(feed, self._output.mixer.turn, joins_at)

    def _feed(self, at: int) -> Feed:
        assert self._output and self._document and self.stretch
        stretch = self.stretch
        first = stretch.first if self.choices.looped and not self._scrubbing else None
        at = min(max(at, 0), stretch.stop - 1)
        voices = voices_of(self._document, self.compared, self._band())
        match = self._matched_by.gains() if self._matched_by else None
        return Feed(
            voices,
            Route(at, stretch.stop, first),
            self._output.rate,
            self._output.channels,
            self.choices.speed,
            match,
        )

    def _band(self) -> Region | None:
        return self.region if self.choices.band_only else None

    def _drop_compared(self, edit: object) -> None:
        if self.compared is not None and self._document and self.compared not in self._document.takes:
            self.compare(None)

    def _follow_sound(self, start: int, stop: int) -> None:
        """What takes changed is heard at once; other edits, a name or a star, change no sound."""
        if not self._blind:
            self._renew()

    def _aim(self) -> None:
        if self._output and not self._dip.isActive():
            chosen = self.choices
            made = gains(
                chosen.heard,
                matched=chosen.matched,
                difference_db=chosen.difference_db,
                volume_db=chosen.volume_db,
            )
            self._output.mixer.set_gains(made)

    def _rest(self) -> None:
        self._playing = self._waiting = self._renewing = self._scrubbing = False
        if self._output:
            self._output.mixer.rest()
            self._idle.start()

    # Loudness

    def _keys(self) -> tuple[Hashable, Hashable, Hashable] | None:
        """What is to be compared, if anything is: the voices over the frames that are played."""
        document, stretch = self._document, self.stretch
        if document is None or stretch is None or not stretch.alone or not self.choices.matched:
            return None
        place = (stretch.first, stretch.stop, self._band())
        first, second, third = kinds_of(document, self.compared, stretch.first, stretch.stop)
        return (first, place), (second, place), (third, place)

    def _known_or_asked(self) -> Matching | None:
        """What is known of the loudness, if there is anything to match; it is measured while not all of it is."""
        keys = self._keys()
        if keys is None:
            return None
        known = self._measurer.known(keys)
        if not is_whole(known):
            assert self._document and self.stretch
            voices = voices_of(self._document, self.compared, self._band())
            self._measurer.ask(Question(voices, keys, self.stretch.first, self.stretch.stop))
        return known

    def _learned(self) -> None:
        """Go on with gains that fit, faded over like another take; what can't be measured isn't matched."""
        keys = self._keys()
        known = self._measurer.known(keys) if keys is not None else None
        if self._waiting and not is_whole(known):
            return  # that was the answer to another question, or the rest is being measured
        waited, changed = self._waiting or self._renewing, known != self._matched_by
        if not self._playing or self._output is None or not (waited or changed):
            return
        self._matched_by, self._renewing = known, False
        if self._waiting:
            self._begin()
        else:
            self._go_over()
        self.state_changed.emit()

    # What the device says

    def _look_at_device(self) -> None:
        output = self._output
        if output is None or self._meters is None:
            return
        mixer = output.mixer
        played = mixer.played
        self._meter(output)
        if self.underruns > self._reported:
            self._reported = self.underruns
            self.state_changed.emit()
        self._still = 0 if played > self._seen else self._still + 1
        self._seen = played
        if not output.is_alive or self._still * LOOK_MS > 1000 * DEAD_S:
            self._lose()
        elif self._playing and mixer.finished is not None and mixer.finished in self._decks:
            if output.now_s >= mixer.finished_at_s:
                self._finish()
        elif self._playing:
            self.moved.emit(self.place)
        elif not mixer.playing and self._looks % 2 == 0:
            self._look.stop()

    def _meter(self, output: Output) -> None:
        """Every other time: figures are read no faster."""
        self._looks += 1
        mixer, meters = output.mixer, self._meters
        if self._looks % 2 or meters is None:
            return
        played = mixer.played
        meters.push(mixer.recent(self._metered)[:, : meters.channels])
        self._metered = played
        self.levels = meters.levels() if self._playing or mixer.playing else Levels()
        self.looked.emit()

    def _finish(self) -> None:
        """All was played: the next time it begins where this one did."""
        assert self.stretch
        first = self.stretch.first
        self.stretch, self._place = None, first
        self._rest()
        self.moved.emit(first)
        self.state_changed.emit()

    def _lose(self) -> None:
        """The device is gone: stop, keep the place."""
        assert self._output
        self._look.stop()
        name = self._output.device.name
        self._place = self.place
        self._rest()
        self.levels = Levels()
        self.looked.emit()
        self._give_back()
        self._desk.rescan()
        text = self.tr("{name} stopped, or was unplugged. Play again to go on, on the device that is there.")
        self.said.emit("warning", text.format(name=name))
        self.state_changed.emit()


def needs_other_sound(before: Choices, now: Choices) -> bool:
    """Whether a deck that was filled for one choice doesn't do for another."""
    return any(getattr(before, name) != getattr(now, name) for name in ("speed", "band_only", "looped", "matched"))


def is_whole(matching: Matching | None) -> bool:
    """Whether all is known that is needed to match, not from the beginning of it alone."""
    return matching is not None and matching.is_whole

"""Plays the document in front: what is heard, from where, in a loop or not, and on which device.

All that waits for a device or a disk is done in threads: `Feeder` reads, `Desk` opens and closes streams.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.document.document import Document
from desktop.playback.deck import Deck
from desktop.playback.desk import Desk
from desktop.playback.device import LATENCIES_S, Output
from desktop.playback.feeding import Feed, Feeder
from desktop.playback.matching import Heard, Matching, gains
from desktop.playback.meters import Levels, Meters
from desktop.playback.route import Route
from desktop.playback.voices import voices_of
from engine.region import Region

log = logging.getLogger(__name__)
LOOK_MS = 30
JOIN_S = 0.15  # from now until another deck takes over at the same place
DEAD_S = 1.0  # without a call from the device
IDLE_MS = 20_000  # until the device is given back
SCRUB_S = 0.09


@dataclass(frozen=True)
class Choices:
    """How it is listened to.

    Attributes:
        heard: A the original, B the takes in use, C the compared take, D the difference of B and A.
        matched: whether what is compared is made equally loud.
        looped: whether a stretch is played again and again.
        band_only: whether only the region's band is heard.
        difference_db, volume_db: gains.
        speed: 1 as recorded.
        device: `Device.key`; empty for the system's own.
        latency: of `LATENCIES_S`.
    """

    heard: Heard = "B"
    matched: bool = True
    looped: bool = False
    band_only: bool = False
    difference_db: float = 0.0
    volume_db: float = 0.0
    speed: float = 1.0
    device: str = ""
    latency: str = "normal"


class Player(QObject):
    """One stream of sound for the whole window.

    Attributes:
        choices: see `choose`.
        route: what is played or was played last; None before.
        compared: the take that C stands for, or None.
        levels: of what was heard last.
        matching: loudness of the voices over the region that is played; None where that isn't so.

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
    _failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choices = Choices()
        self.route: Route | None = None
        self.compared: int | None = None
        self.levels = Levels()
        self.matching: Matching | None = None
        self._document: Document | None = None
        self._desk = Desk(self)
        self._desk.opened.connect(self._opened)
        self._desk.failed.connect(self._not_opened)
        self._desk.measured.connect(self._measured)
        self._failed.connect(self._end_with)
        self._output: Output | None = None
        self._feeder: Feeder | None = None
        self._meters: Meters | None = None
        self._metered = 0
        self._playing = self._opening = self._blind = self._scrubbing = False
        self._place = 0
        self._band: Region | None = None
        self._seen, self._silent_looks = 0, 0
        self._reported = 0
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._look_at_device)
        self._idle = QTimer(self, interval=IDLE_MS, singleShot=True)
        self._idle.timeout.connect(self._give_back)

    # What is listened to

    @property
    def document(self) -> Document | None:
        """What is played."""
        return self._document

    def set_document(self, document: Document | None) -> None:
        """Listen to another document; what is played stops."""
        if document is self._document:
            return
        self.stop()
        if self._output and document and self._output.asked != (document.rate, document.channels):
            self._give_back()
        if self._document is not None:
            self._document.edited.disconnect(self._follow_edit)
        self._document, self.route, self.compared, self.matching = document, None, None, None
        self._place = 0
        if document is not None:
            document.edited.connect(self._follow_edit)
            self._desk.warm_up()

    def choose(self, **changes: object) -> None:
        """Take over other `Choices`, by their names; what they mean is heard at once."""
        before, self.choices = self.choices, replace(self.choices, **changes)  # type: ignore[arg-type]
        now = self.choices
        if now == before:
            return
        if (before.device, before.latency) != (now.device, now.latency):
            self._change_device()
        elif (before.speed, before.band_only, before.looped) != (now.speed, now.band_only, now.looped):
            self._renew()
        self._aim()
        self.state_changed.emit()

    def compare(self, take_id: int | None) -> None:
        """Let C stand for a take."""
        if take_id != self.compared:
            self.compared = take_id
            self._renew()
            self.state_changed.emit()

    @property
    def is_blind(self) -> bool:
        """Whether nothing may tell which voice is heard."""
        return self._blind

    def set_blind(self, blind: bool) -> None:
        """Tell nobody which voice is heard, or tell it again."""
        self._blind = blind
        self.state_changed.emit()

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
    def band(self) -> Region | None:
        """The region that what is played belongs to."""
        return self._band

    @property
    def place(self) -> int:
        """The frame that is heard, or where it will go on."""
        output = self._output
        if not self._playing or output is None or self._opening:
            return self._place
        mixer = output.mixer
        count = mixer.heard_from + (output.now_s - mixer.heard_at_s) * output.rate
        return mixer.deck.place(max(0.0, min(count, mixer.deck.read)))

    def play(self, route: Route, band: Region | None = None) -> None:
        """Play a stretch from its start; ``band`` is the region that it belongs to, or None."""
        if self._document is not None:
            self._scrubbing = False
            self._play(route, band)

    def _play(self, route: Route, band: Region | None) -> None:
        assert self._document
        self.route, self._band = route, band
        self._place = route.start
        self._playing = True
        self._idle.stop()
        self._measure()
        if self._output is None:
            if not self._opening:
                self._opening = True
                document = self._document
                latency_s = LATENCIES_S[self.choices.latency]
                self._desk.open(self.choices.device, document.rate, document.channels, latency_s)
        else:
            self._begin()
        self.state_changed.emit()

    def pause(self) -> None:
        """Stand still; `resume` goes on there."""
        if not self._playing:
            return
        self._place = self.place
        self._rest()
        self.moved.emit(self._place)
        self.state_changed.emit()

    def resume(self) -> None:
        """Go on from where it was paused, or from where it was sought."""
        route = self.route
        if route is None or self._playing:
            return
        self.play(route.joined_at(self._place), self._band)

    def stop(self) -> None:
        """Stop; the next time it begins anew."""
        if self.route is None:
            return
        start = self.route.start if self.route.loop_start is None else self.route.loop_start
        self._rest()
        self.route, self._place = None, start
        self.state_changed.emit()

    def seek(self, frame: int) -> None:
        """Go on from another frame, whether it plays or stands still."""
        self._place = frame
        if self.route is not None:
            last = self.route.stop if self.route.loop_start is not None else self._last_frame()
            inside = frame < last
            route = Route(frame, last, self.route.loop_start) if inside else Route(frame, self._last_frame())
            if self._playing:
                self.play(route, self._band)
            else:
                self.route = route
        self.moved.emit(frame)

    def scrub(self, frame: int) -> None:
        """Let a moment be heard around a frame."""
        document = self._document
        if document is None or not 0 <= frame < document.frames:
            return
        self._scrubbing = True
        self._play(Route(frame, min(document.frames, frame + round(SCRUB_S * document.rate))), None)

    def close(self) -> None:
        """End all threads and give the device back; may be called twice."""
        self.set_document(None)
        self._give_back()
        self._desk.close()

    # What the device says

    @property
    def device_text(self) -> str:
        """Device, rate, latency and underruns, for a tip; empty while none is open."""
        output = self._output
        if output is None:
            return ""
        text = self.tr("{name}, {rate} Hz, {latency} ms, {underruns} underruns")
        return text.format(
            name=output.device.name,
            rate=output.rate,
            latency=round(1000 * output.latency_s),
            underruns=self.underruns,
        )

    @property
    def underruns(self) -> int:
        """How often the device had nothing to play since it was opened."""
        return self._output.underruns + self._output.mixer.starved if self._output else 0

    def rescan(self) -> None:
        """Look for devices again; what is played stops."""
        self.pause()
        self._give_back()
        self._desk.rescan()

    def _opened(self, output: Output) -> None:
        self._opening = False
        document = self._document
        if document is None:
            output.close()
            return
        self._output = output
        self._feeder = Feeder(output.mixer, self._failed.emit)
        self._meters = Meters(output.rate, output.channels)
        self._metered = self._seen = self._silent_looks = self._reported = 0
        if output.rate != document.rate:
            text = self.tr("{name} doesn't play {rate} Hz; what you hear is resampled to {own} Hz.")
            self.said.emit("info", text.format(name=output.device.name, rate=document.rate, own=output.rate))
        if self._playing:
            self._begin()
        else:
            self._idle.start()
        self.state_changed.emit()

    def _not_opened(self, why: str) -> None:
        self._opening = False
        self._end_with(why)

    def _end_with(self, why: str) -> None:
        """Stop, keep the place and say why."""
        self._place = self.place
        self._rest()
        self.said.emit("error", why)
        self.state_changed.emit()

    def _begin(self) -> None:
        """Fill a deck from the route's start and play it."""
        assert self._output and self._feeder and self._document and self.route
        output = self._output
        if output.mixer.channels < min(self._document.channels, 2):
            log.info("channels are folded down to %d", output.mixer.channels)
        self._aim()
        self._feeder.play(self._feed(self.route))
        if self._meters:
            self._meters.reset()
        self._look.start()

    def _feed(self, route: Route) -> Feed:
        assert self._output and self._document
        band = self._band if self.choices.band_only else None
        voices = voices_of(self._document, self.compared, band)
        return Feed(voices, route, self._output.rate, self._output.channels, self.choices.speed)

    def _renew(self) -> None:
        """Go on at the same place with what is so now: other takes, speed, band or loop."""
        self._measure()
        if not self._playing or self._output is None or self._feeder is None or self.route is None:
            return
        deck: Deck = self._output.mixer.deck
        joins_at = deck.read + round(JOIN_S * self._output.rate)
        route = self.route
        if route.loop_start is not None and not self.choices.looped:
            route = self.route = Route(route.start, route.stop)
        self._feeder.play(self._feed(route.joined_at(deck.place(joins_at))), joins_at)

    def _follow_edit(self, edit: object) -> None:
        if self.compared is not None and self._document and self.compared not in self._document.takes:
            self.compared = None
        self._renew()

    def _aim(self) -> None:
        if self._output:
            matching = self.matching if self.choices.matched else None
            made = gains(self.choices.heard, matching, self.choices.difference_db, self.choices.volume_db)
            self._output.mixer.set_gains(made)

    def _measure(self) -> None:
        """Have the loudness measured, where a region alone is played."""
        self.matching = None
        route, region, document = self.route, self._band, self._document
        if route is None or region is None or document is None or not within(route, region):
            return
        self._desk.measure(voices_of(document, self.compared), region.start_frame, region.end_frame, document)

    def _measured(self, document: Document, matching: Matching) -> None:
        if document is self._document and self._band is not None and self._band.start_frame == matching.start:
            self.matching = matching
            self._aim()
            self.state_changed.emit()

    def _look_at_device(self) -> None:
        output = self._output
        if output is None or self._meters is None:
            return
        mixer = output.mixer
        self._meters.push(mixer.recent(self._metered))
        self._metered = mixer.played
        self.levels = self._meters.levels()
        self.looked.emit()
        if self.underruns > self._reported:
            self._reported = self.underruns
            self.state_changed.emit()
        self._silent_looks = 0 if mixer.played > self._seen else self._silent_looks + 1
        self._seen = mixer.played
        if not output.is_alive or self._silent_looks * LOOK_MS > 1000 * DEAD_S:
            self._lose()
        elif self._playing and mixer.finished:
            self._finish()
        elif self._playing:
            self.moved.emit(self.place)

    def _finish(self) -> None:
        """All was played: the next time it begins where this one did."""
        assert self.route
        start = self.route.start
        self._rest()
        self.route, self._place = None, start
        self.moved.emit(start)
        self.state_changed.emit()

    def _lose(self) -> None:
        """The device is gone: stop, keep the place."""
        assert self._output
        name = self._output.device.name
        self._place = self.place
        self._rest()
        self._give_back()
        self._desk.rescan()
        text = self.tr("{name} stopped, or was unplugged. Play again to go on, on the device that is there.")
        self.said.emit("warning", text.format(name=name))
        self.state_changed.emit()

    def _rest(self) -> None:
        self._playing = False
        self.levels = Levels()
        if self._output:
            self._output.mixer.rest()
            self._idle.start()
        self.looked.emit()

    def _change_device(self) -> None:
        playing, place = self._playing, self.place
        self.pause()
        self._give_back()
        if playing and self.route:
            self.play(self.route.joined_at(place), self._band)

    def _give_back(self) -> None:
        self._look.stop()
        self._idle.stop()
        if self._feeder:
            self._feeder.close()
            self._feeder = None
        if self._output:
            self._desk.shut(self._output)
            self._output = self._meters = None

    def _last_frame(self) -> int:
        return self._document.frames if self._document else 0


def within(route: Route, region: Region) -> bool:
    """Whether nothing but a region is played."""
    first = route.start if route.loop_start is None else route.loop_start
    return region.start_frame <= min(first, route.start) and route.stop <= region.end_frame

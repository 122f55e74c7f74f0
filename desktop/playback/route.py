"""Which frames of a recording are played after which."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import InputError


@dataclass(frozen=True)
class Route:
    """From ``start`` to ``stop``, half-open; in a loop, from ``loop_start`` on again each time.

    Raises:
        InputError: there is nothing to play.
    """

    start: int
    stop: int
    loop_start: int | None = None

    def __post_init__(self) -> None:
        first = self.start if self.loop_start is None else self.loop_start
        if not (0 <= self.start < self.stop and 0 <= first < self.stop):
            raise InputError(f"frames {self.start} to {self.stop} from {first} can't be played; a stretch must rise")

    def stretch(self, place: int | None, most: int) -> tuple[int, int] | None:
        """The next frames from ``place`` on, or from the start: at most ``most``, up to the end; None at the end."""
        if place is None:
            place = self.start
        elif place >= self.stop:
            if self.loop_start is None:
                return None
            place = self.loop_start
        return place, min(place + most, self.stop)

    def place(self, passed: int) -> int:
        """The frame that is reached when ``passed`` frames were played."""
        first = self.stop - self.start
        if passed < first:
            return self.start + max(passed, 0)
        if self.loop_start is None:
            return self.stop
        return self.loop_start + (passed - first) % (self.stop - self.loop_start)

    def joined_at(self, place: int) -> Route:
        """The same, begun at another frame."""
        return Route(min(max(place, 0), self.stop - 1), self.stop, self.loop_start)

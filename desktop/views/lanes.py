"""Channels lie below each other in lanes of the same height."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class Lanes:
    """Lanes of ``channels`` channels in ``height`` device pixels, at least ``gap`` pixels between them.

    Attributes:
        lane_height: of each lane, in whole pixels, at least 1.
    """

    channels: int
    height: int
    gap: int

    @property
    def lane_height(self) -> int:
        return max(1, (self.height - self._gap * (self.channels - 1)) // self.channels)

    @property
    def tops(self) -> list[int]:
        """The first pixel of each lane; what is left over widens some of the gaps."""
        room = max(self.height + self._gap, (self.lane_height + self._gap) * self.channels)
        return [channel * room // self.channels for channel in range(self.channels)]

    def channel_at(self, y: float) -> int:
        """The lane under ``y``, or the nearest one."""
        return max(bisect_right(self.tops, y) - 1, 0)

    @property
    def _gap(self) -> int:
        # Of many channels in a low view nothing would be left but gaps.
        return self.gap if self.height >= 8 * self.gap * self.channels else 0


def channel_name(channel: int, channels: int) -> str:
    """What stands beside a lane: L and R of two, numbers of more, nothing of one."""
    if channels == 1:
        return ""
    return "LR"[channel] if channels == 2 else str(channel + 1)

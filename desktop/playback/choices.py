"""How something is listened to."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.playback.matching import Heard


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
        device: `desktop.playback.device.Device.key`; empty for the system's own.
        latency: of `desktop.preferences.LATENCIES_S`.
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


@dataclass(frozen=True)
class Stretch:
    """What is played.

    Attributes:
        first, stop: frames, half-open; a loop goes back to ``first``.
        alone: whether it is a region or a selection and nothing else: then levels are matched.
    """

    first: int
    stop: int
    alone: bool = False

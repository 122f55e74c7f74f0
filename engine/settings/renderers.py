"""Settings of the renderers, and which renderers there are. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.settings.checks import check_range


@dataclass(frozen=True)
class GainSettings:
    """The renderer `gain`.

    Attributes:
        boost_db: no cell is raised by more than this.
        cut_db: no cell is lowered by more than this.
        window_ms: length of the transform's window at the recording's rate; rounded to a fast length.
    """

    boost_db: float = 24.0
    cut_db: float = 69.5
    window_ms: float = 80.0

    def __post_init__(self) -> None:
        check_range("boost_db", self.boost_db, 0.0, 60.0)
        check_range("cut_db", self.cut_db, 0.0, 120.0)
        check_range("window_ms", self.window_ms, 5.0, 200.0)


@dataclass(frozen=True)
class GriffinLimSettings:
    """The renderer `griffinlim`.

    Attributes:
        iterations: of fast Griffin-Lim; 0 keeps the starting phase.
        momentum: of fast Griffin-Lim; 0 is the plain algorithm.
    """

    iterations: int = 32
    momentum: float = 0.99

    def __post_init__(self) -> None:
        check_range("iterations", self.iterations, 0, 1000)
        check_range("momentum", self.momentum, 0.0, 1.0)


@dataclass(frozen=True)
class VocoderSettings:
    """The renderer `vocoder` has no settings: the model's own vocoder does it."""


RENDERER_SETTINGS: dict[str, type[Any]] = {
    "gain": GainSettings,
    "griffinlim": GriffinLimSettings,
    "vocoder": VocoderSettings,
}

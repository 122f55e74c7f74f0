"""Settings of the tasks, and which tasks there are. Free of torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError
from engine.settings.checks import check_range

QUIETEST_THRESHOLD_DB, LOUDEST_THRESHOLD_DB = -60.0, 20.0


@dataclass(frozen=True)
class ReconstructSettings:
    """The task `reconstruct` has no settings: every cell is trusted."""


@dataclass(frozen=True)
class FillSettings:
    """The task `fill`.

    Attributes:
        ar_ms: regions up to so long are interpolated from the samples around them, and no model is asked; 0 for none.
        texture: share of the surroundings' texture that the guess is given, for the model to start from.
    """

    ar_ms: float = 20.0
    texture: float = 0.85

    def __post_init__(self) -> None:
        check_range("ar_ms", self.ar_ms, 0.0, 50.0)
        check_range("texture", self.texture, 0.0, 1.0)


@dataclass(frozen=True)
class ExtendSettings:
    """The task `extend`.

    Attributes:
        cutoff_hz: what lies above is made anew; 0 finds the recording's own cut-off.
    """

    cutoff_hz: float = 0.0

    def __post_init__(self) -> None:
        check_range("cutoff_hz", self.cutoff_hz, 0.0, 1e6)


@dataclass(frozen=True)
class DenoiseSettings:
    """The task `denoise`.

    Attributes:
        noise_from: ``START:END`` in seconds, a stretch of the recording that holds noise alone, to learn it from; empty
            where it is to be found in the region and its context.
        amount: in 0..1, share of the reduction in dB that is carried out; 0 changes nothing.
        floor_db: no bin is lowered by more than this, 0 or below.
    """

    noise_from: str = ""
    amount: float = 1.0
    floor_db: float = -25.0

    def __post_init__(self) -> None:
        check_range("amount", self.amount, 0.0, 1.0)
        check_range("floor_db", self.floor_db, -80.0, 0.0)
        _ = self.stretch_s

    @property
    def stretch_s(self) -> tuple[float, float] | None:
        """Start and end of the stretch in seconds, or None where there is none.

        Raises:
            InputError: ``noise_from`` is something else than two rising times.
        """
        if not self.noise_from:
            return None
        start, _, end = self.noise_from.partition(":")
        try:
            start_s, end_s = float(start), float(end)
        except ValueError:
            start_s = end_s = math.nan
        if not 0 <= start_s < end_s < math.inf:
            raise InputError(f"noise_from is {self.noise_from!r}; START:END in seconds is accepted, such as 0.2:1.5")
        return start_s, end_s


@dataclass(frozen=True)
class DeclipSettings:
    """The task `declip`.

    Attributes:
        threshold_db: level in dBFS at and beyond which samples are taken for clipped; ``auto`` finds it for each
            channel and polarity.
        model_db: the model may change the level of the classically declipped sound by no more than this.
    """

    threshold_db: str = "auto"
    model_db: float = 0.3

    def __post_init__(self) -> None:
        check_range("model_db", self.model_db, 0.0, 24.0)
        _ = self.threshold

    @property
    def threshold(self) -> float | None:
        """The threshold as a magnitude, or None where it is to be found.

        Raises:
            InputError: ``threshold_db`` is neither ``auto`` nor a level.
        """
        if self.threshold_db == "auto":
            return None
        try:
            level_db = float(self.threshold_db)
        except ValueError:
            level_db = math.nan
        if not QUIETEST_THRESHOLD_DB <= level_db <= LOUDEST_THRESHOLD_DB:
            raise InputError(
                f"threshold_db is {self.threshold_db!r}; accepted: auto, or a level from {QUIETEST_THRESHOLD_DB:g} to "
                f"{LOUDEST_THRESHOLD_DB:g} dBFS"
            )
        return float(10 ** (level_db / 20))


TASK_SETTINGS: dict[str, type[Any]] = {
    "reconstruct": ReconstructSettings,
    "fill": FillSettings,
    "extend": ExtendSettings,
    "denoise": DenoiseSettings,
    "declip": DeclipSettings,
}
# Tasks that trust everything: nothing is left to imagine.
WHOLLY_TRUSTED = ("reconstruct",)

"""What a document holds besides its recording: regions and takes, as frozen rows of plain values.

A row goes to the project file, and into the undo history, as the dictionary that `to_dict` gives; that one holds
nothing but what JSON holds, so a row read back is equal to the one that was written.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

from engine.region import Region


@dataclass(frozen=True)
class RegionRow:
    """A region that is named and kept.

    Attributes:
        id: never used again for another region.
        name, notes: as the user wrote them.
        start_frame, end_frame, low_hz, high_hz: as in `engine.region.Region`.
        layer: later ones lie above.
        take_id: the take in use; None for the original.
    """

    id: int
    name: str
    notes: str
    start_frame: int
    end_frame: int
    low_hz: float
    high_hz: float
    layer: int
    take_id: int | None = None

    @property
    def region(self) -> Region:
        """Its place and band."""
        return Region(self.start_frame, self.end_frame, self.low_hz, self.high_hz)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as they are stored."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RegionRow:
        """The row of `to_dict`'s values."""
        return cls(**values)


@dataclass(frozen=True)
class TakeRow:
    """One result for one region; its sound lies in the project file under the same id.

    Attributes:
        id, region_id: never used again for others.
        name, starred: as the user wants them.
        settings: `engine.settings.described` of all choices.
        model_name, model_hash, licence, device: what made it; ``seconds`` is the time that took.
        notes, measures: what the engine had to say of it; an undefined measure is None.
        base: takes of lower layers that were heard when it was made, lowest first.
        created_s: seconds since 1970.
        start_frame, frames: where its sound lies, which stays there when the region is moved later.
        quick: made with few steps.
        region: start frame, end frame, low Hz and high Hz of the region as it was then.
    """

    id: int
    region_id: int
    name: str
    starred: bool
    settings: dict[str, Any]
    model_name: str
    model_hash: str
    licence: str
    device: str
    seconds: float
    notes: tuple[str, ...]
    measures: dict[str, float | None]
    base: tuple[int, ...]
    created_s: float
    start_frame: int
    frames: int
    quick: bool
    region: tuple[int, int, float, float] = field(default=(0, 0, 0.0, 0.0))

    @property
    def stop_frame(self) -> int:
        """Where its sound ends."""
        return self.start_frame + self.frames

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as they are stored."""
        values = dataclasses.asdict(self)
        values.update(notes=list(self.notes), base=list(self.base), region=list(self.region))
        values["measures"] = {name: defined(value) for name, value in self.measures.items()}
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TakeRow:
        """The row of `to_dict`'s values."""
        start, end, low_hz, high_hz = values["region"]
        tuples = {"notes": tuple(values["notes"]), "base": tuple(values["base"])}
        return cls(**{**values, **tuples, "region": (start, end, low_hz, high_hz)})


def defined(value: float | None) -> float | None:
    """None for NaN, which is not equal to itself and no JSON."""
    return None if value is None or math.isnan(value) else float(value)

"""Every choice of an export as frozen, checked values. Free of Qt."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from desktop.translating import translate
from engine.errors import InputError
from engine.normalising import Normalising

What = Literal["whole", "selection", "regions", "takes"]
WHATS: tuple[What, ...] = ("whole", "selection", "regions", "takes")
FIELDS = ("source", "number", "region", "take", "start")
DEFAULT_PATTERN = "{source} - {region}"
DEFAULT_TAKES_PATTERN = "{source} - {region} - {take}"


@dataclass(frozen=True)
class ExportSettings:
    """What is written, and how.

    Attributes:
        what: ``whole``; ``selection``; ``regions``, a file for each; ``takes``, a file for each that is chosen.
        takes: ids of those.
        container, subtype: libsndfile's names; None for the source's.
        rate: in Hz; None for the source's.
        dither: where bits are lost.
        normalising: of each file.
        pattern: names of several files, with `FIELDS` in braces.
        listing: whether a text file says what was exported, with which takes.
    """

    what: What = "whole"
    takes: tuple[int, ...] = ()
    container: str | None = None
    subtype: str | None = None
    rate: int | None = None
    dither: bool = True
    normalising: Normalising = field(default_factory=Normalising)
    pattern: str = DEFAULT_PATTERN
    listing: bool = False

    def __post_init__(self) -> None:
        if self.what not in WHATS:
            raise InputError(f"export of {self.what!r}; accepted are {', '.join(WHATS)}")
        check_pattern(self.pattern)

    @property
    def several(self) -> bool:
        """Whether files are named by the pattern."""
        return self.what in ("regions", "takes")

    def to_dict(self) -> dict[str, Any]:
        """What is worth remembering for the next export, as plain values; not which takes."""
        values = dataclasses.asdict(self)
        del values["takes"]
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ExportSettings:
        """The settings of `to_dict`; what is unknown or not accepted any more is left at its default."""
        known = {item.name for item in dataclasses.fields(cls)} - {"takes", "normalising"}
        kept = {name: value for name, value in values.items() if name in known}
        try:
            return cls(**kept, normalising=Normalising(**values.get("normalising", {})))
        except (InputError, TypeError, AttributeError):
            return cls()


def check_pattern(pattern: str) -> None:
    """Refuse a pattern of names that has other fields than `FIELDS`.

    Raises:
        InputError: with what is accepted.
    """
    try:
        text = pattern.format(**dict.fromkeys(FIELDS, "x"))
    except (KeyError, IndexError, ValueError, AttributeError):
        accepted = " ".join(f"{{{name}}}" for name in FIELDS)
        text = translate("Export", "names are to follow {pattern!r}; accepted in braces are {accepted}")
        raise InputError(text.format(pattern=pattern, accepted=accepted)) from None
    if not text.strip(" ."):
        raise InputError(translate("Export", "names of the files are empty; at least one character is expected"))

"""What became of one recording of a batch. Free of torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.batch.plan import Item


@dataclass(frozen=True)
class Outcome:
    """What became of one recording.

    Attributes:
        name: of the recording, relative to the batch's folder, with ``/`` on every system.
        variant: of an evaluation, such as ``guided``; empty in a plain batch.
        source: the recording's path.
        output: the result's path; empty where there is none.
        facts: what ``retake restore --json`` prints; None where there is no result.
        notes: what the user must be told of how it was done.
        error: why there is no result, in one line; empty where there is one.
        sha256: of the result's bytes, hexadecimal; empty where there is none.
        size: of the result in bytes.
        disk_full: whether there is no result because the disk is full, as it will be for the others; it is for the
            batch at work and not written down. A file that is too large by itself is no full disk.
    """

    name: str
    variant: str
    source: str
    output: str = ""
    facts: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    error: str = ""
    sha256: str = ""
    size: int = 0
    disk_full: bool = False

    @property
    def is_done(self) -> bool:
        """Whether there is a result."""
        return self.facts is not None

    def as_json(self) -> dict[str, Any]:
        """For a file of JSON."""
        values = dataclasses.asdict(self)
        del values["disk_full"]
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Outcome:
        """The other way round.

        Raises:
            TypeError, KeyError: it is none.
        """
        return cls(**{**values, "notes": tuple(values["notes"])})


def as_named_now(outcome: Outcome, item: Item) -> Outcome:
    """An outcome by the paths that its item's files have here and now."""
    source, output = str(item.source), str(item.target)
    if outcome.facts is None:
        return dataclasses.replace(outcome, source=source)
    facts = {**outcome.facts, "input": source, "output": output}
    return dataclasses.replace(outcome, source=source, output=output, facts=facts)


def names_in_all(outcomes: Iterable[Outcome]) -> set[str]:
    """Names of the recordings that there is a result of in every variant, but variants that have none at all."""
    made: dict[str, set[str]] = {}
    for outcome in outcomes:
        if outcome.is_done:
            made.setdefault(outcome.variant, set()).add(outcome.name)
    return set.intersection(*made.values()) if made else set()

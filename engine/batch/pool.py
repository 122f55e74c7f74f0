"""What a batch needs of those who do its work, be they processes here or actors on other machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.batch.outcome import Outcome
from engine.batch.plan import Item


@dataclass(frozen=True)
class Step:
    """Where the work on an item is."""

    item: Item
    stage: str
    done: int
    of: int


@dataclass(frozen=True)
class Lost:
    """An item whose worker ended in the middle of it.

    Attributes:
        item: which nobody works on any more; it may be handed over again.
        why: in one line.
    """

    item: Item
    why: str


Said = tuple[Item, Outcome] | Step | Lost


class Pool(Protocol):
    """Workers that items are handed to; where one is lost, another takes its place."""

    @property
    def free(self) -> int:
        """How many more items may be handed over now; back-pressure: no more wait in line than keep all busy."""

    def hand(self, item: Item, force: bool) -> None:
        """Have an item carried out.

        Args:
            item: what is to be done.
            force: whether a file that is there may be replaced.
        """

    def wait(self, timeout_s: float) -> Sequence[Said]:
        """What came of the items since; returns as soon as there is something, or after ``timeout_s``."""

    def close(self) -> None:
        """Stop what is being done, let nothing half-written stay, end all workers."""

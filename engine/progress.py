"""How a job says where it is, and how it is told to stop. Free of torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import Cancelled


def _silent(stage: str, done: int, of: int) -> None:
    """Report to nobody."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Control:
    """What every stage of a job calls between its steps.

    Attributes:
        report: told the stage's name, steps done and steps in all.
        cancelled: True once the user wants to stop.
        notes: what the user must be told of how it was done, such as a limit that was met.
    """

    report: Callable[[str, int, int], None] = _silent
    cancelled: Callable[[], bool] = _never
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Have the user told, once."""
        if text not in self.notes:
            self.notes.append(text)

    def check(self, stage: str) -> None:
        """Stop here if the user wants to.

        Raises:
            Cancelled: the user does.
        """
        if self.cancelled():
            raise Cancelled(f"stopped while {stage}")

    def step(self, stage: str, done: int, of: int) -> None:
        """Report a step, and stop here if the user wants to.

        Raises:
            Cancelled: the user does.
        """
        self.check(stage)
        self.report(stage, done, of)

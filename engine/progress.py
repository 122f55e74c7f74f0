"""How a job says where it is, and how it is told to stop. Free of torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
    """

    report: Callable[[str, int, int], None] = _silent
    cancelled: Callable[[], bool] = _never

    def step(self, stage: str, done: int, of: int) -> None:
        """Report a step, and stop here if the user wants to.

        Raises:
            Cancelled: the user does.
        """
        if self.cancelled():
            raise Cancelled(f"stopped while {stage}")
        self.report(stage, done, of)

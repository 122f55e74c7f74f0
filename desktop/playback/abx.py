"""Blind comparison: is X the original or the take? Random, counted, and with the chance of guessing it."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.errors import InputError

Answer = Literal["A", "B"]
TRIALS = (10, 16)


@dataclass
class Trial:
    """A row of questions about one region.

    Attributes:
        region_id, take_id: what is compared: the original and this take of this region.
        trials: how many questions.
        answers: what was said, and what was so, in order.
    """

    region_id: int
    take_id: int
    trials: int = TRIALS[0]
    answers: list[tuple[Answer, Answer]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.trials not in TRIALS:
            raise InputError(f"{self.trials} trials aren't offered; accepted: {', '.join(map(str, TRIALS))}")
        self._hidden = drawn()

    @property
    def hidden(self) -> Answer:
        """What X is now; for the ears alone."""
        return self._hidden

    @property
    def is_over(self) -> bool:
        """Whether all questions were answered."""
        return len(self.answers) >= self.trials

    @property
    def right(self) -> int:
        """Answers that were right."""
        return sum(said == so for said, so in self.answers)

    def answer(self, said: Answer) -> None:
        """Answer a question; X is drawn anew.

        Raises:
            InputError: all were answered.
        """
        if self.is_over:
            raise InputError(f"all {self.trials} questions were answered")
        self.answers.append((said, self._hidden))
        self._hidden = drawn()

    def p_value(self) -> float:
        """How likely so many right answers or more are by guessing: a one-sided binomial test."""
        asked = len(self.answers)
        ways: int = sum(math.comb(asked, right) for right in range(self.right, asked + 1))
        return ways / 2.0**asked

    def to_dict(self) -> dict[str, Any]:
        """As it is kept in a project."""
        return {
            "region_id": self.region_id,
            "take_id": self.take_id,
            "trials": self.trials,
            "answers": [list(answer) for answer in self.answers],
            "given_up": not self.is_over,
            "p_value": self.p_value(),
        }


def drawn() -> Answer:
    """A or B, each as likely."""
    return "A" if secrets.randbelow(2) else "B"

"""What a person is told of one setting, and between which limits a control offers it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Editor(Enum):
    """The control that a setting gets."""

    NUMBER = "number"
    WHOLE_NUMBER = "whole number"
    SWITCH = "switch"
    CHOICE = "choice"
    KIND = "kind"  # of sound; the model says which there are
    LEVEL = "level"  # text: `auto`, or a level
    STRETCH = "stretch"  # text: empty, or START:END in seconds
    WORDS = "words"  # text, for models that take prompts
    SPOKEN = "spoken"  # text, for models that say it


@dataclass(frozen=True)
class FieldText:
    """One setting as it is shown.

    Attributes:
        label: its name for people, one to three words.
        sentence: what it does.
        editor: how it is set.
        low, high: sensible limits, both accepted by the settings; a value beyond them that the settings accept can
            still come from a preset or a take.
        step, decimals, unit: of a number; ``unit`` is shown behind it.
        low_text: shown in place of ``low`` where that has a meaning of its own, such as "automatic".
        choices: value and name for people, in order.
        basic: whether it is seen at once; the others are folded away.
    """

    label: str
    sentence: str
    editor: Editor = Editor.NUMBER
    low: float = 0.0
    high: float = 1.0
    step: float = 0.05
    decimals: int = 2
    unit: str = ""
    low_text: str = ""
    choices: tuple[tuple[object, str], ...] = ()
    basic: bool = False


@dataclass(frozen=True)
class StageText:
    """A task, method or renderer as it is shown: its name for people and what it does, in a sentence."""

    label: str
    sentence: str

"""A line of the table in a model's card, and the conditions that it can hold a figure to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Column = Mapping[str, float]


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        what: is measured.
        part, key: where its medians are in the result.
        form: of a figure.
        wanted: in words; empty where the figure is for comparison only.
        holds: whether a column of medians is as wanted; raises KeyError where it lacks what that takes.
        judged: the columns that have to hold.
    """

    what: str
    part: str
    key: str
    form: str = ".2f"
    wanted: str = ""
    holds: Callable[[Column], bool] | None = None
    judged: tuple[str, ...] = ("all",)


def at_least(key: str, least: float) -> Callable[[Column], bool]:
    return lambda column: column[key] >= least


def at_most(key: str, most: float) -> Callable[[Column], bool]:
    return lambda column: column[key] <= most


def within(key: str, least: float, most: float) -> Callable[[Column], bool]:
    return lambda column: least <= column[key] <= most

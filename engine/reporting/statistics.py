"""Medians, quartiles and differences of a set of outcomes. Free of torch.

Quartiles are interpolated linearly between the values on both sides (type 7 of Hyndman and Fan, The American
Statistician 50(4), 1996). Infinite ones count: they are those of identical recordings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.batch.outcome import names_in_all
from engine.reporting.set_measures import Row, SetMeasure


@dataclass(frozen=True)
class Spread:
    """How the values of one measure lie; the numbers are None where ``count`` is 0."""

    count: int
    least: float | None
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None
    most: float | None


@dataclass(frozen=True)
class Difference:
    """How a variant differs from another on the same recordings.

    Attributes:
        change: values of the variant minus those of the other.
        better, worse: on how many recordings it is nearer to the measure's aim, or further away.
    """

    change: Spread
    better: int
    worse: int


def by_variant(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows of each variant, in the order in which these appear."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.outcome.variant, []).append(row)
    return found


def values_of(rows: Sequence[Row], key: str) -> list[float]:
    """Values that there are."""
    return [value for row in rows if (value := row.values[key]) is not None]


def spread(values: Sequence[float]) -> Spread:
    """Least, quartiles, most."""
    if not values:
        return Spread(0, None, None, None, None, None)
    ranked = sorted(values)
    return Spread(len(ranked), *(quantile(ranked, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)))


def quantile(ranked: Sequence[float], share: float) -> float:
    """The value below which a share of ascending values lies."""
    place = share * (len(ranked) - 1)
    below = math.floor(place)
    low, high = ranked[below], ranked[math.ceil(place)]
    return low if low == high else low + (high - low) * (place - below)


def common(rows: Sequence[Row]) -> list[Row]:
    """Rows of the recordings that every variant has a result of, but variants that have none at all."""
    names = names_in_all(row.outcome for row in rows)
    return [row for row in rows if row.outcome.name in names]


def best(medians: Sequence[float | None], measure: SetMeasure) -> set[int]:
    """Places of the best of several medians; none where all are equal, there are fewer than two, or no aim."""
    known = [place for place, median in enumerate(medians) if median is not None]
    if measure.aim is None or len(known) < 2:
        return set()
    # As they are shown: what looks equal is equal.
    misses = {place: measure.miss(float(format(medians[place], measure.form))) for place in known}
    least = min(misses.values())
    found = {place for place in known if misses[place] == least}
    return set() if len(found) == len(known) else found


def difference(rows: Sequence[Row], base: Sequence[Row], measure: SetMeasure) -> Difference:
    """How a variant's rows differ from another's on the recordings for which both have the measure."""
    values = {row.outcome.name: row.values[measure.key] for row in base}
    changes, better, worse = [], 0, 0
    for row in rows:
        value, other = row.values[measure.key], values.get(row.outcome.name)
        if value is None or other is None:
            continue
        changes.append(0.0 if value == other else value - other)  # two infinities differ by nothing
        if measure.aim is not None:
            miss, other_miss = measure.miss(value), measure.miss(other)
            better, worse = better + (miss < other_miss), worse + (miss > other_miss)
    return Difference(spread(changes), better, worse)

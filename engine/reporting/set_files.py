"""A set's report for programs: all of it as JSON, and a line a result as CSV. Free of torch."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from engine.metrics import MEASURE_TEXTS
from engine.reporting.set_distances import SetDistance
from engine.reporting.set_measures import LOUDNESS_CHANGE, SET_MEASURES, Row
from engine.reporting.spreadsheet import Cell, csv_text
from engine.reporting.statistics import by_variant, difference, spread, values_of
from engine.reporting.versions import versions

FACTS = ("task", "method", "renderer", "model", "seed", "steps", "device", "rate", "channels", "seconds")
MEASURES = (*(text.key for text in MEASURE_TEXTS), LOUDNESS_CHANGE)


def set_json(
    rows: Sequence[Row], distances: Mapping[str, SetDistance], title: str, settings: Mapping[str, str]
) -> bytes:
    """Every outcome, statistics by variant, settings and versions; what isn't finite is null."""
    variants = by_variant(rows)
    statistics = {
        variant: {measure.key: dataclasses.asdict(spread(values_of(of, measure.key))) for measure in SET_MEASURES}
        for variant, of in variants.items()
    }
    told = {
        "title": title,
        "counts": counts(rows),
        "settings": dict(settings),
        "versions": versions(),
        "statistics": statistics,
        "differences": differences(variants),
        "frechet": {variant: dataclasses.asdict(distance) for variant, distance in distances.items()},
        "outcomes": [{**row.outcome.as_json(), "meaningless": sorted(row.hidden)} for row in rows],
    }
    return json.dumps(finite(told), indent=1, allow_nan=False).encode() + b"\n"


def counts(rows: Sequence[Row]) -> dict[str, int]:
    """How many there are of what."""
    done = sum(row.outcome.is_done for row in rows)
    return {
        "recordings": len({row.outcome.name for row in rows}),
        "variants": len({row.outcome.variant for row in rows}),
        "done": done,
        "failed": len(rows) - done,
    }


def differences(variants: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """Every variant but the first against the first."""
    if len(variants) < 2:
        return {}
    base, *others = variants
    return {
        "base": base,
        "variants": {
            variant: {
                measure.key: dataclasses.asdict(difference(variants[variant], variants[base], measure))
                for measure in SET_MEASURES
            }
            for variant in others
        },
    }


def finite(value: Any) -> Any:
    """A value of JSON with None for NaN and the infinities."""
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def set_csv(rows: Sequence[Row]) -> bytes:
    """A line a recording and variant, failed ones too; empty where a value is undefined or says nothing."""
    head = ["name", "variant", "state", "error", *FACTS, "start_s", "end_s", *MEASURES]
    head += ["notes", "source", "output", "sha256", "size"]
    return csv_text(head, map(csv_row, rows)).encode("utf-8", "backslashreplace")


def csv_row(row: Row) -> list[Cell]:
    """One line."""
    outcome, facts = row.outcome, row.outcome.facts or {}
    region = facts.get("region") or {}
    return [
        outcome.name,
        outcome.variant,
        "done" if outcome.is_done else "failed",
        outcome.error,
        *(facts.get(key) for key in FACTS),
        region.get("start_s"),
        region.get("end_s"),
        *(row.values[key] for key in MEASURES),
        "; ".join(outcome.notes),
        outcome.source,
        outcome.output,
        outcome.sha256,
        outcome.size if outcome.is_done else None,
    ]

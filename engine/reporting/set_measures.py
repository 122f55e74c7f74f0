"""The measures of a set of recordings: what each is aimed at, and its value for one outcome. Free of torch.

A measure is None where it is undefined, where it says nothing of what the renderer made, and where there is no
result. Identical recordings have ratios of infinity, which the outcome's JSON could not hold: they are put in here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.batch.outcome import Outcome
from engine.measuring.meaning import meaningless
from engine.metrics import MEASURE_TEXTS

RATIOS = ("snr_db", "si_sdr_db")
LOUDNESS_CHANGE = "loudness_change_lu"


@dataclass(frozen=True)
class SetMeasure:
    """A measure as a set shows it.

    Attributes:
        key: of a `MeasureText`, or `LOUDNESS_CHANGE`.
        label, unit, form: as it is shown.
        aim: the value that is best: infinity where higher is better, minus infinity where lower is; None: neither.
        hint: how to read it, in a few words.
    """

    key: str
    label: str
    unit: str
    form: str
    aim: float | None
    hint: str

    @property
    def heading(self) -> str:
        """Label and unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def miss(self, value: float) -> float:
        """How far a value is from the aim; less is better.

        Raises:
            ValueError: the measure has no aim.
        """
        if self.aim is None:
            raise ValueError(f"{self.key} has no aim")
        if math.isinf(self.aim):
            return -value if self.aim > 0 else value
        return abs(value - self.aim)


def _measure(key: str, aim: float | None, hint: str, label: str | None = None) -> SetMeasure:
    text = next(text for text in MEASURE_TEXTS if text.key == key)
    return SetMeasure(key, label or text.label, text.unit, text.form, aim, hint)


MAIN_MEASURES = (
    _measure("mel_db", -math.inf, "lower is closer"),
    _measure("lsd_db", -math.inf, "lower is closer", "Log-spectral dist."),
    _measure("si_sdr_db", math.inf, "higher is closer"),
    _measure("correlation", math.inf, "1 is the same waveform"),
    _measure("band_retention.low", 100.0, "100 is all of it", "Kept < 500 Hz"),
    _measure("band_retention.mid", 100.0, "100 is all of it", "Kept 0.5 to 4 kHz"),
    _measure("band_retention.high", 100.0, "100 is all of it", "Kept > 4 kHz"),
    SetMeasure(LOUDNESS_CHANGE, "Loudness change", "LU", "+z.2f", 0.0, "0 is none"),
)
OTHER_MEASURES = (
    _measure("snr_db", math.inf, "higher is closer"),
    _measure("mrstft", -math.inf, "lower is closer"),
    _measure("true_peak_dbtp", None, "above 0 a converter may clip"),
    _measure("pesq", math.inf, "1 to 4.6"),
    _measure("stoi", math.inf, "up to 1"),
)
SET_MEASURES = MAIN_MEASURES + OTHER_MEASURES


@dataclass(frozen=True)
class Row:
    """One outcome with its values by key of every `MeasureText` and `LOUDNESS_CHANGE`.

    Attributes:
        hidden: keys of measures that say nothing of it.
    """

    outcome: Outcome
    values: Mapping[str, float | None]
    hidden: frozenset[str]

    @property
    def name(self) -> str:
        """Of recording and variant."""
        return f"{self.outcome.name} ({self.outcome.variant})" if self.outcome.variant else self.outcome.name


def row_of(outcome: Outcome) -> Row:
    """Read the values off an outcome."""
    facts = outcome.facts or {}
    hidden = meaningless(str(facts.get("renderer", "")))
    measures = facts.get("measures") or {}
    values: dict[str, float | None] = {}
    for text in MEASURE_TEXTS:
        values[text.key] = None if text.key in hidden else _value(measures, text.key)
    before, after = values["lufs_reference"], values["lufs_result"]
    values[LOUDNESS_CHANGE] = None if before is None or after is None else after - before
    return Row(outcome, values, hidden if outcome.is_done else frozenset())


def _value(measures: Mapping[str, Any], key: str) -> float | None:
    if key in RATIOS and measures.get("mse") == 0:
        return math.inf
    value: Any = measures
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if not isinstance(value, int | float) or math.isnan(value):
        return None
    return float(value)


def shown(value: float | None, form: str) -> str:
    """A value as text, plain ASCII; "n/a" where there is none."""
    return "n/a" if value is None else format(value, form)

"""How far the results of each variant are from their recordings as a set: the Frechet distance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch.outcome import Outcome, names_in_all
from engine.errors import Cancelled, RecordingError, RetakeError
from engine.progress import Control

if TYPE_CHECKING:
    from engine.measuring.frechet import LatentStatistics
    from engine.model.load import Model
    from engine.restoring import Order

MOST_SECONDS = 1800.0  # of sound, 45,000 latent frames; two samples of the same are 0.2 apart from 600 s on
ORIGINAL = None  # in the place of a variant: the recordings
Results = Mapping[str, Outcome]  # of one recording, by variant


@dataclass(frozen=True)
class SetDistance:
    """A variant's distance.

    Attributes:
        distance: squared, in the latent space of the model that measured it; None where there is too little sound.
        recordings: how many were measured, the same ones for all variants that have results.
        seconds: how long they are together.
    """

    distance: float | None
    recordings: int
    seconds: float


def set_distances(outcomes: Sequence[Outcome], order: Order, model: Model, control: Control) -> dict[str, SetDistance]:
    """Measure all variants by `engine.measuring.frechet`, on recordings that each of them has a result of.

    Of many, half an hour is measured, drawn by their names, and one at least. One whose files can't be read any more
    is left out, with a note. Of a region, only that is looked at.

    Args:
        outcomes: of all variants.
        order: what all variants have in common, but their settings: says how the files are read.
        model: with its ``vae``; distances with different models are on different scales.
        control: told of progress in seconds of sound, and asked whether to stop.

    Raises:
        Cancelled: the user stopped.
    """
    from engine.measuring.frechet import distance_between

    drawn = _drawn(outcomes)
    whole = sum(map(_duration_s, drawn))
    totals: dict[str | None, LatentStatistics] = {}
    recordings, seconds, passed = 0, 0.0, 0.0
    for results in drawn:
        control.step("comparing", round(passed), round(whole))
        passed += _duration_s(results)
        try:
            measured = _measured(results, order, model, control)
        except Cancelled:
            raise
        except RetakeError as error:
            control.note(f"left out of the Frechet distance: {error}")
            continue
        recordings, seconds = recordings + 1, seconds + _duration_s(results)
        totals = {key: totals[key].merged(found) if key in totals else found for key, found in measured.items()}
    return {
        variant: SetDistance(distance_between(totals[ORIGINAL], totals[variant]), recordings, seconds)
        if variant in totals
        else SetDistance(None, 0, 0.0)
        for variant in dict.fromkeys(outcome.variant for outcome in outcomes)
    }


def _drawn(outcomes: Sequence[Outcome]) -> list[Results]:
    """Recordings that all variants have a result of, as many as `MOST_SECONDS` holds, but one at least."""
    names = names_in_all(outcomes)
    complete: dict[str, dict[str, Outcome]] = {}
    for outcome in outcomes:
        if outcome.is_done and outcome.name in names:
            complete.setdefault(outcome.name, {})[outcome.variant] = outcome
    drawn: list[Results] = []
    seconds = 0.0
    for name in sorted(complete, key=lambda name: hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()):
        seconds += _duration_s(complete[name])
        if drawn and seconds > MOST_SECONDS:
            break
        drawn.append(complete[name])
    return drawn


def _region_s(outcome: Outcome) -> tuple[float, float]:
    region = (outcome.facts or {})["region"]
    return region["start_s"], region["end_s"]


def _duration_s(results: Results) -> float:
    start_s, end_s = _region_s(next(iter(results.values())))
    return end_s - start_s


def _measured(results: Results, order: Order, model: Model, control: Control) -> dict[str | None, LatentStatistics]:
    """Of a recording's region, and of each variant's result there."""
    from engine.audio import open_clip
    from engine.measuring.frechet import statistics_of

    def of(path: str, region_s: tuple[float, float] | None) -> LatentStatistics:
        with open_clip(
            Path(path), allow_truncated=order.allow_truncated, repair_nonfinite=order.repair_nonfinite
        ) as clip:
            start, end = (0, clip.frames)
            if region_s is not None:
                start, end = (min(clip.frames, round(second * clip.rate)) for second in region_s)
            if start >= end:
                raise RecordingError(f"{path}: is shorter than when it was restored")
            return statistics_of(clip, start, end, model, Control(cancelled=control.cancelled))

    first = next(iter(results.values()))
    return {ORIGINAL: of(first.source, _region_s(first))} | {
        variant: of(outcome.output, None if order.region_only else _region_s(outcome))
        for variant, outcome in results.items()
    }

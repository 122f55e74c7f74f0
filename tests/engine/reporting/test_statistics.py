import math

import numpy as np
import pytest

from engine.reporting.set_measures import LOUDNESS_CHANGE, MAIN_MEASURES, SET_MEASURES, row_of
from engine.reporting.statistics import best, by_variant, common, difference, spread, values_of
from tests.engine.reporting.sets import failed, made_up

MEASURES = {measure.key: measure for measure in SET_MEASURES}
MEL, SI_SDR, HIGH = (MEASURES[key] for key in ("mel_db", "si_sdr_db", "band_retention.high"))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 10, 101])
def test_quartiles_are_numpy_s(count):
    values = np.random.default_rng(count).standard_normal(count).tolist()
    found = spread(values)
    expected = np.percentile(values, [0, 25, 50, 75, 100])
    numbers = (found.least, found.lower_quartile, found.median, found.upper_quartile, found.most)
    assert numbers == pytest.approx(tuple(expected), abs=1e-12)
    assert found.count == count


def test_of_nothing_there_are_no_quartiles():
    assert spread([]).count == 0 and spread([]).median is None


def test_infinite_values_count():
    assert spread([1.0, 2.0, math.inf]).median == 2
    assert spread([1.0, math.inf]).median == math.inf
    assert spread([math.inf, math.inf]).lower_quartile == math.inf


def test_identical_recordings_have_infinite_ratios():
    row = row_of(made_up("a", 0.0, mse=0.0, snr_db=None, si_sdr_db=None))
    assert row.values["snr_db"] == row.values["si_sdr_db"] == math.inf


@pytest.mark.parametrize("value", [None, math.nan, "a", {}])
def test_what_is_no_number_is_undefined(value):
    row = row_of(made_up("a", 1.0, lsd_db=value))
    assert row.values["lsd_db"] is None


def test_where_phase_is_invented_the_waveform_s_measures_are_left_out():
    measures = {"snr_db": 1.0, "si_sdr_db": 2.0, "correlation": 0.1, "mae": 0.1}
    row = row_of(made_up("a", 3.0, renderer="vocoder", **measures))
    assert [row.values[key] for key in (*measures, "mse")] == [None] * 5
    assert row.values["mel_db"] == 3
    assert row_of(made_up("a", 3.0, **measures)).values["si_sdr_db"] == 2


def test_the_change_of_loudness_is_result_minus_reference():
    assert row_of(made_up("a", 1.0, lufs_reference=-23.0, lufs_result=-22.5)).values[LOUDNESS_CHANGE] == 0.5
    assert row_of(made_up("a", 1.0, lufs_reference=None, lufs_result=-22.5)).values[LOUDNESS_CHANGE] is None


def test_a_failure_has_no_values():
    assert values_of([row_of(failed("a", "why"))], "mel_db") == []


def test_variants_stand_in_their_order():
    rows = [row_of(made_up("a", 1.0, variant=variant)) for variant in ("z", "a", "z", "m")]
    assert list(by_variant(rows)) == ["z", "a", "m"]


def test_common_are_recordings_that_every_variant_has():
    outcomes = [made_up("a", 1.0, variant="v"), made_up("a", 1.0, variant="w"), made_up("b", 1.0, variant="v")]
    rows = [row_of(outcome) for outcome in [*outcomes, failed("b", "why", "w")]]
    assert {row.outcome.name for row in common(rows)} == {"a"}


@pytest.mark.parametrize(
    ("measure", "medians", "places"),
    [
        (MEL, [2.0, 1.0, 3.0], {1}),
        (SI_SDR, [2.0, 1.0, math.inf], {2}),
        (HIGH, [90.0, 104.0, None], {1}),
        (HIGH, [96.0, 104.0, 90.0], {0, 1}),
        (MEL, [1.001, 1.002, 2.0], {0, 1}),
        (MEL, [1.0, 1.0], set()),
        (MEL, [1.0, None], set()),
        (MEASURES["true_peak_dbtp"], [1.0, 2.0], set()),
    ],
)
def test_the_best_is_nearest_to_the_aim_as_it_is_shown(measure, medians, places):
    assert best(medians, measure) == places


def test_a_difference_is_taken_recording_by_recording():
    base = {"a": 1.0, "b": 2.0, "c": 3.0, "d": None}
    other = {"a": 0.5, "b": 2.5, "c": 1.0, "d": 1.0, "e": 1.0}
    rows = [row_of(made_up(name, value, variant="base")) for name, value in base.items()]
    rows += [row_of(made_up(name, value, variant="other")) for name, value in other.items()]
    found = difference(by_variant(rows)["other"], by_variant(rows)["base"], MEL)
    assert (found.change.count, found.better, found.worse, found.change.median) == (3, 2, 1, -0.5)


def test_two_infinite_values_differ_by_nothing():
    rows = [row_of(made_up("a", 0.0, variant=variant, mse=0)) for variant in "vw"]
    found = difference(by_variant(rows)["w"], by_variant(rows)["v"], SI_SDR)
    assert (found.change.median, found.better, found.worse) == (0, 0, 0)


def test_every_main_measure_has_an_aim():
    assert all(measure.aim is not None for measure in MAIN_MEASURES)

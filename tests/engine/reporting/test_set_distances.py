"""The Frechet distance of a batch's variants: what it is measured on, what is left out, what the page says."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.batch.outcome import Outcome
from engine.commands.demo import demo_folder
from engine.errors import Cancelled
from engine.progress import Control
from engine.reporting import set_distances as module
from engine.reporting.set_distances import set_distances
from engine.reporting.set_report import write_set_report
from engine.restoring import Order
from engine.settings import RestoreSettings
from tests.engine.page import Page
from tests.engine.reporting.sets import done, failed

ORDER = Order(RestoreSettings())
RATE = 16000


def demo_sound(number: int, seconds: float) -> np.ndarray:
    """Some of a bundled recording, (1, frames)."""
    path = sorted(path for path in demo_folder().iterdir() if path.suffix != ".tsv")[number]
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return sound[: round(seconds * rate), :1].T[:, : round(seconds * RATE)]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> list[Outcome]:
    """Three recordings, in a variant with a little noise and one with much; a fourth has a result in one alone."""
    folder = tmp_path_factory.mktemp("sets")
    made = []
    for number in range(3):
        before = demo_sound(number, 4)
        grain = np.random.default_rng(number).standard_normal(before.shape).astype(np.float32)
        for variant, amount in (("mild", 0.001), ("strong", 0.03)):
            made.append(done(folder, f"{number}.wav", before, before + amount * grain, variant=variant))
    made.append(done(folder, "3.wav", demo_sound(0, 4), 0 * demo_sound(0, 4), variant="mild"))
    return [*made, failed("3.wav", "why", "strong")]


def test_the_variant_that_changed_more_is_further_away(outcomes, bundled) -> None:
    told: list[tuple[str, int, int]] = []
    found = set_distances(outcomes, ORDER, bundled, Control(report=lambda *step: told.append(step)))
    assert list(found) == ["mild", "strong"]
    mild, strong = found.values()
    assert mild.distance is not None and strong.distance is not None
    assert 0 < mild.distance < 0.5 * strong.distance
    assert mild.recordings == strong.recordings == 3  # the fourth has no result in one of them
    assert mild.seconds == pytest.approx(12)
    assert told == [("comparing", 0, 12), ("comparing", 4, 12), ("comparing", 8, 12)]


def test_the_order_of_outcomes_does_not_count(outcomes, bundled) -> None:
    backwards = set_distances(outcomes[::-1], ORDER, bundled, Control())
    assert backwards == set_distances(outcomes, ORDER, bundled, Control())


def test_what_is_around_a_region_does_not_count(tmp_path, bundled) -> None:
    """The recording and its result differ before the region; of a result that is the region alone nothing does."""
    whole = demo_sound(1, 8)
    other = whole.copy()
    other[:, :RATE] = np.random.default_rng(0).uniform(-1, 1, (1, RATE))
    region = {"start_frame": RATE, "end_frame": 8 * RATE, "start_s": 1.0, "end_s": 8.0, "low_hz": 0, "high_hz": 8000}
    outcome = done(tmp_path, "a.wav", whole, other, region=region)
    assert set_distances([outcome], ORDER, bundled, Control())[""].distance == pytest.approx(0, abs=1e-3)

    alone = done(tmp_path, "b.wav", whole, whole, region=region)
    soundfile.write(alone.output, whole[0, RATE:], RATE, subtype="FLOAT")
    only = dataclasses.replace(ORDER, region_only=True)
    assert set_distances([alone], only, bundled, Control())[""].distance == pytest.approx(0, abs=1e-3)


def test_a_result_at_another_rate_is_compared_over_the_same_seconds(tmp_path, bundled) -> None:
    sound = demo_sound(0, 6)
    outcome = done(tmp_path, "a.wav", sound, sound)
    soundfile.write(outcome.output, np.repeat(sound, 3, axis=1).T, 3 * RATE, subtype="FLOAT")
    found = set_distances([outcome], ORDER, bundled, Control())[""]
    assert found.distance is not None and found.seconds == pytest.approx(6)


def test_of_many_recordings_as_many_are_drawn_as_half_an_hour_holds(outcomes, bundled, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_SECONDS", 8.5)
    found = set_distances(outcomes, ORDER, bundled, Control())
    assert {each.recordings for each in found.values()} == {2}
    monkeypatch.setattr(module, "MOST_SECONDS", 1.0)
    assert {each.recordings for each in set_distances(outcomes, ORDER, bundled, Control()).values()} == {1}


def test_a_recording_that_is_gone_or_shorter_is_left_out(tmp_path, bundled) -> None:
    before = demo_sound(2, 6)
    kept, gone, cut = (done(tmp_path, f"{name}.wav", before, 0.5 * before) for name in ("kept", "gone", "cut"))
    Path(gone.source).unlink()
    region = {"start_frame": 6 * RATE, "end_frame": 9 * RATE, "start_s": 6.0, "end_s": 9.0}
    cut = dataclasses.replace(cut, facts={**(cut.facts or {}), "region": region})
    control = Control()
    found = set_distances([kept, gone, cut], ORDER, bundled, control)[""]
    assert len(control.notes) == 2 and all("left out of the Frechet distance" in note for note in control.notes)
    assert (found.recordings, found.seconds) == (1, pytest.approx(6))
    nothing = set_distances([gone], ORDER, bundled, Control())[""]
    assert (nothing.distance, nothing.recordings, nothing.seconds) == (None, 0, 0)


def test_a_variant_without_results_has_none_and_the_others_are_measured(outcomes, bundled) -> None:
    found = set_distances([*outcomes, failed("0.wav", "why", "broken")], ORDER, bundled, Control())
    assert found["broken"] == module.SetDistance(None, 0, 0.0)
    assert found["mild"].recordings == 3 and found["mild"].distance is not None


def test_too_little_sound_has_no_distance(tmp_path, bundled) -> None:
    before = demo_sound(0, 2)
    assert set_distances([done(tmp_path, "a.wav", before, before)], ORDER, bundled, Control())[""].distance is None


def test_it_can_be_stopped(outcomes, bundled) -> None:
    asked: list[None] = []
    with pytest.raises(Cancelled):
        set_distances(outcomes, ORDER, bundled, Control(cancelled=lambda: bool(asked.append(None)) or len(asked) > 3))


def test_the_page_and_the_json_tell_it(outcomes, bundled, tmp_path) -> None:
    distances = set_distances(outcomes, ORDER, bundled, Control())
    write_set_report(tmp_path, outcomes, title="A set", settings={}, control=Control(), distances=distances)
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    page.assert_whole()
    head, mild, strong = page.tables["Distance of the sets"]
    assert head == ["Variant", "Frechet distance"]
    assert (mild, strong) == tuple([name, f"{each.distance:.3f}"] for name, each in distances.items())
    assert any("3 recordings (0.2 minutes)" in text for text in page.text)
    assert "Less than a minute is too little" in page.told() and "before the repair" not in page.told()
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["frechet"]
    assert told == {variant: dataclasses.asdict(each) for variant, each in distances.items()}


def test_of_repairs_none_is_praised_for_being_near_what_was_damaged(outcomes, bundled, tmp_path) -> None:
    distances = set_distances(outcomes, ORDER, bundled, Control())
    repairs = [dataclasses.replace(each, facts=each.facts and {**each.facts, "task": "denoise"}) for each in outcomes]
    best = []
    for name, of in (("same", outcomes), ("repaired", repairs)):
        (tmp_path / name).mkdir()
        write_set_report(tmp_path / name, of, title="", settings={}, control=Control(), distances=distances)
        page = (tmp_path / name / "report.html").read_text(encoding="utf-8")
        table = page[page.index("Distance of the sets") :].partition("</table>")[0]
        best.append(table.count("<strong>"))
    assert best == [1, 0] and "not a fault" in page

"""What is safe on disk of a batch."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest

from engine.audio import stamp
from engine.batch.journal import Journal
from engine.batch.outcome import Outcome
from engine.batch.plan import Item, Plan, plan_of
from engine.errors import InputError, OutputError
from engine.model.manifest import sha256_of
from engine.progress import Control
from engine.restoring import Order
from engine.settings import RestoreSettings, with_options


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    for name in ("a.wav", "b.wav"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(name.encode())
    return plan_of([str(tmp_path / "in")], tmp_path / "out", {"": Order(RestoreSettings())}, 1)


def make(item: Item, content: bytes = b"restored") -> Outcome:
    """A result on disk, and its outcome."""
    item.target.write_bytes(content)
    digest = sha256_of(item.target, Control())
    facts = {"measures": {"snr_db": None}}
    return Outcome(item.name, "", str(item.source), str(item.target), facts, ("noted",), "", digest, len(content))


def begun(plan: Plan) -> Journal:
    """A journal of one result and one failure."""
    journal = Journal(plan, "hash")
    first, second = plan.items
    journal.begin(first)
    journal.finish(first, make(first), stamp(first.source))
    journal.begin(second)
    journal.finish(second, Outcome(second.name, "", str(second.source), "", None, (), "broken", "", 0), (0, 0))
    return journal


def again(plan: Plan, model_hash: str = "hash") -> Journal:
    return Journal(plan, model_hash, resume=True)


def test_results_are_known_again_and_failures_are_not_results(plan: Plan) -> None:
    before = begun(plan)
    before.close()
    after = again(plan)
    assert after.outcomes == before.outcomes == {("", "a.wav"): before.outcomes["", "a.wav"]}
    assert after.begun == {("", "a.wav"), ("", "b.wav")}
    assert [after.check(item, Control()) for item in plan.items] == [True, False]
    after.close()


def test_a_result_that_was_changed_or_whose_recording_was_is_none(plan: Plan) -> None:
    item = plan.items[0]
    for spoil in (
        lambda: item.target.write_bytes(b"restoreD"),
        lambda: item.target.write_bytes(b"restored more"),
        item.target.unlink,
        lambda: os.utime(item.source, ns=(0, 0)),
        item.source.unlink,
    ):
        item.source.write_bytes(b"a.wav")
        item.target.parent.mkdir(exist_ok=True)
        (plan.folder / "batch.jsonl").unlink(missing_ok=True)
        begun(plan).close()
        resumed = again(plan)
        assert resumed.check(item, Control())
        spoil()
        assert not resumed.check(item, Control())
        resumed.close()


def test_a_line_that_was_cut_off_is_taken_away(plan: Plan) -> None:
    begun(plan).close()
    path = plan.folder / "batch.jsonl"
    whole = path.read_bytes()
    for cut in (1, 5, len(whole.splitlines(keepends=True)[-1]) - 1):
        path.write_bytes(whole[:-cut])
        journal = again(plan)
        assert ("", "a.wav") in journal.outcomes
        journal.finish(plan.items[1], make(plan.items[1]), stamp(plan.items[1].source))
        journal.close()
        resumed = again(plan)
        assert len(resumed.outcomes) == 2
        resumed.close()


def test_every_cut_of_the_file_is_taken_up(plan: Plan) -> None:
    """Wherever a kill cuts it off, what stands before is read and nothing else."""
    begun(plan).close()
    path = plan.folder / "batch.jsonl"
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        journal = again(plan)
        journal.close()
        kept = path.read_bytes()
        assert whole.startswith(kept) or kept.splitlines() == whole.splitlines()[:1]


@pytest.mark.parametrize("text", [b"{}\n", b"[]\n", b"nonsense\n", b'{"ended": 3}\n', b'{"ended": {"notes": []}}\n'])
def test_a_damaged_line_is_told_with_its_number(plan: Plan, text: bytes) -> None:
    begun(plan).close()
    path = plan.folder / "batch.jsonl"
    path.write_bytes(path.read_bytes() + text)
    with pytest.raises(InputError, match=r"line 6, is damaged.*--force"):
        again(plan)


def test_a_folder_that_holds_a_batch_is_gone_on_with_or_begun_anew(plan: Plan) -> None:
    begun(plan).close()
    with pytest.raises(OutputError, match="--resume goes on"):
        Journal(plan, "hash")
    journal = Journal(plan, "hash", anew=True)
    assert not journal.outcomes and not journal.begun
    journal.close()


def test_one_that_came_to_nothing_is_in_the_way_of_nobody(plan: Plan) -> None:
    Journal(plan, "hash").close()
    journal = Journal(dataclasses.replace(plan, threads=2), "other")
    journal.close()
    again(dataclasses.replace(plan, threads=2), "other").close()


@pytest.mark.parametrize(
    "text", [b"my notes, no newline", b"[1]\n", b'{"begun": ["", "a.wav"]}\n', b'{"batch": null}\n']
)
def test_what_is_no_journal_is_left_as_it_is(plan: Plan, text: bytes) -> None:
    path = plan.folder / "batch.jsonl"
    path.parent.mkdir()
    path.write_bytes(text)
    for resume in (True, False):
        if text.startswith(b'{"batch"') and not resume:
            continue  # it came to nothing
        with pytest.raises((InputError, OutputError)):
            Journal(plan, "hash", resume=resume).close()
        assert path.read_bytes() == text


def test_one_process_writes_it_at_a_time(plan: Plan) -> None:
    journal = begun(plan)
    with pytest.raises(OutputError, match="another process"):
        again(plan)
    journal.close()
    again(plan).close()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda plan: dataclasses.replace(plan, threads=2), r"threads 1, now it is 2"),
        (
            lambda plan: dataclasses.replace(plan, orders={"": Order(with_options(RestoreSettings(), ["steps=3"]))}),
            r"steps",
        ),
        (lambda plan: dataclasses.replace(plan, orders={"vae": Order(RestoreSettings(method="vae"))}), r"more differ"),
        (lambda plan: dataclasses.replace(plan, orders={"": Order(RestoreSettings(seed=1))}), r"seed 0, now it is 1"),
        (lambda plan: dataclasses.replace(plan, orders={"": Order(RestoreSettings(), start_s=2.0)}), r"start_s"),
    ],
)
def test_other_settings_are_refused_by_name(plan: Plan, change, says: str) -> None:
    begun(plan).close()
    with pytest.raises(InputError, match=says):
        again(change(plan))


def test_another_model_is_refused(plan: Plan) -> None:
    begun(plan).close()
    with pytest.raises(InputError, match="model_hash"):
        again(plan, "other")


def test_each_line_is_one_object(plan: Plan) -> None:
    begun(plan).close()
    lines = (plan.folder / "batch.jsonl").read_text().splitlines()
    assert [next(iter(json.loads(line))) for line in lines] == ["batch", "begun", "ended", "begun", "ended"]

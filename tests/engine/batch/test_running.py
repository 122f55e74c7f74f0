"""The course of a batch, with pools that answer as they are told to."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.batch.journal import Journal
from engine.batch.outcome import Outcome
from engine.batch.plan import Item, Plan, plan_of
from engine.batch.pool import Lost, Said
from engine.batch.running import missing_of, run_batch
from engine.batch.worker import Worker, failed, failure
from engine.errors import Cancelled, DiskFullError
from engine.progress import Control
from engine.restoring import Order
from engine.settings import RestoreSettings


class Answering:
    """A pool that has so many workers, and answers for all items at once that it was handed.

    Attributes:
        handed: the items, and whether files might be replaced.
    """

    def __init__(self, count: int, answer: Callable[[Item], Said]) -> None:
        self._count, self._answer = count, answer
        self._doing: list[Item] = []
        self.handed: list[tuple[str, bool]] = []

    @property
    def free(self) -> int:
        return self._count - len(self._doing)

    def hand(self, item: Item, force: bool) -> None:
        self._doing.append(item)
        self.handed.append((item.name, force))

    def wait(self, timeout_s: float) -> Sequence[Said]:
        done, self._doing = self._doing, []
        return [self._answer(item) for item in done]

    def close(self) -> None:
        """Nothing is at work."""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    (tmp_path / "in").mkdir()
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / "in" / name).write_bytes(name.encode())
    return plan_of([str(tmp_path / "in")], tmp_path / "out", {"": Order(RestoreSettings())}, 1)


@pytest.fixture
def journal(plan: Plan) -> Iterator[Journal]:
    journal = Journal(plan, "hash")
    yield journal
    journal.close()


def run(plan: Plan, pool: Answering, journal: Journal) -> list[Outcome]:
    return run_batch(plan, plan.items, pool, journal, force=False, tell=lambda standing: None)


def ended(journal: Journal) -> list[str]:
    lines = [json.loads(line) for line in journal.path.read_text().splitlines()]
    return [line["ended"]["name"] for line in lines if "ended" in line]


def done(item: Item) -> Outcome:
    return Outcome(item.name, item.variant, str(item.source), str(item.target), facts={"input": str(item.source)})


def test_a_full_disk_ends_the_batch_once_what_else_is_known_is_written_down(plan: Plan, journal: Journal) -> None:
    def answer(item: Item) -> Said:
        if item.name == "b.wav":
            return item, failed(item, "b.wav: no space: No space left on device", disk_full=True)
        return item, done(item) if item.name == "a.wav" else failed(item, "is empty")

    with pytest.raises(DiskFullError, match="No space left on device; the batch stops here, 1 of 3 are done; --resume"):
        run(plan, Answering(3, answer), journal)
    assert ended(journal) == ["a.wav", "c.wav"]


def test_a_recording_too_large_for_the_disk_fails_alone(plan: Plan, journal: Journal) -> None:
    def answer(item: Item) -> Said:
        if item.name == "a.wav":
            return item, failure(item, DiskFullError(f"{item.target}: no space: 9 bytes are needed, 8 are free"))
        return item, done(item)

    assert [outcome.is_done for outcome in run(plan, Answering(1, answer), journal)] == [False, True, True]


def test_words_of_a_full_disk_in_a_name_end_nothing(plan: Plan, journal: Journal) -> None:
    outcomes = run(plan, Answering(2, lambda item: (item, failed(item, "x: no space: y.wav is empty"))), journal)
    assert len(outcomes) == 3 and ended(journal) == ["a.wav", "b.wav", "c.wav"]


def test_stopped_after_a_result_was_written_it_is_made_again(plan: Plan, journal: Journal, tiny_folder: Path) -> None:
    item = plan.items[0]
    soundfile.write(item.source, 0.1 * np.random.default_rng(0).standard_normal(8000), 16000)
    orders = {"": Order(RestoreSettings(method="vae", model=str(tiny_folder), device="cpu"))}
    plan = dataclasses.replace(plan, orders=orders, items=[item])
    worker = Worker(orders, 1)

    def stopped(item: Item) -> Said:  # while the result is read for its hash
        return item, worker.carry_out(item, False, Control(cancelled=item.target.exists))

    with pytest.raises(Cancelled):
        run(plan, Answering(1, stopped), journal)
    assert item.target.exists() and ended(journal) == []
    pool = Answering(1, lambda item: (item, worker.carry_out(item, pool.handed[-1][1], Control())))
    missing = missing_of(plan, journal, Control())
    (outcome,) = run_batch(plan, missing, pool, journal, force=False, tell=lambda standing: None)
    assert missing == [item] and outcome.is_done, outcome.error
    assert pool.handed == [("a.wav", True)] and journal.check(item, Control())


def test_an_item_that_is_lost_with_its_worker_is_handed_over_again_first(plan: Plan, journal: Journal) -> None:
    lost = {"a.wav", "b.wav"}

    def answer(item: Item) -> Said:
        if item.name in lost:
            lost.remove(item.name)
            item.target.write_bytes(b"whole, but nobody told so")
            return Lost(item, "killed")
        return item, done(item)

    pool = Answering(1, answer)
    assert all(outcome.is_done for outcome in run(plan, pool, journal))
    names = ["a.wav", "a.wav", "b.wav", "b.wav", "c.wav"]
    assert pool.handed == list(zip(names, (False, True, False, True, False), strict=True))


def test_an_item_that_loses_its_workers_is_given_up_with_a_reason(plan: Plan, journal: Journal) -> None:
    def answer(item: Item) -> Said:
        return Lost(item, "the process ended with SIGKILL") if item.name == "b.wav" else (item, done(item))

    pool = Answering(1, answer)
    outcomes = run(plan, pool, journal)
    assert [outcome.is_done for outcome in outcomes] == [True, False, True]
    b = plan.items[1].source
    assert outcomes[1].error == f"{b}: tried 2 times and given up: the process ended with SIGKILL"
    assert [name for name, _ in pool.handed] == ["a.wav", "b.wav", "b.wav", "c.wav"]
    assert ended(journal) == ["a.wav", "b.wav", "c.wav"]

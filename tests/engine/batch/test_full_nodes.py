"""Batches whose files are sent to nodes with full disks: all but Ray and what its workers do is real."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from engine.batch import cluster as cluster_module
from engine.batch.cluster import Cluster
from engine.batch.journal import Journal
from engine.batch.outcome import Outcome
from engine.batch.plan import Item, plan_of
from engine.batch.running import run_batch
from engine.batch.worker import failed
from engine.errors import RetakeError
from engine.restoring import Order
from engine.settings import RestoreSettings

crew_module = pytest.importorskip("engine.batch.crew", reason="Ray isn't installed")

WORK_S = 0.05
NAMES = [f"{number}.wav" for number in range(8)]


class Call:
    """A method of a worker, which answers soon or at once."""

    def __init__(self, answer: Callable[..., Any]) -> None:
        self._answer = answer

    def options(self, **how: object) -> Call:
        return self

    def remote(self, *given: Any) -> Any:
        return self._answer(*given)


def at_once(value: Any = None) -> Any:
    answer = asyncio.get_running_loop().create_future()
    answer.set_result(value)
    return answer


class Nodes:
    """A node for each name, with one worker at a time, in the place of Ray.

    Attributes:
        tried: how many recordings were sent to each.
    """

    def __init__(self, names: list[str], is_full: Callable[[str, Item], bool]) -> None:
        self._free, self._is_full = names, is_full
        self.tried: Counter[str] = Counter()

    def options(self, **how: object) -> Nodes:
        return self

    def remote(self) -> Worker:
        return Worker(self._free.pop(0), self)

    def kill(self, worker: Worker) -> None:
        self._free.append(worker.name)

    def receive(self, name: str, item: Item) -> Outcome | None:
        self.tried[name] += 1
        return failed(item, f"node {name}: no space", disk_full=True) if self._is_full(name, item) else None


class Worker:
    """One on such a node."""

    def __init__(self, name: str, nodes: Nodes) -> None:
        self.name = name
        self._items: dict[Any, Item] = {}
        self._nodes = nodes
        self.host, self.prepare = Call(lambda: at_once(name)), Call(lambda *given: at_once(""))
        self.ping, self.receive = Call(at_once), Call(self._receive)
        self.carry_out_received = Call(self._carry_out)

    def _receive(self, item: Item, data: bytes) -> Any:
        self._items[item.key] = item
        return at_once(self._nodes.receive(self.name, item))

    def _carry_out(self, key: Any) -> tuple[Any, Any]:
        item = self._items.pop(key)
        outcome = Outcome(item.name, "", str(item.source), str(item.target), facts={})
        return asyncio.ensure_future(asyncio.sleep(WORK_S, outcome)), at_once(b"restored")


class Serving(threading.Thread):
    """The process that speaks to Ray, as a thread."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        super().__init__()
        self._connection = connection

    def run(self) -> None:
        wanted = self._connection.recv()
        self._connection.send(0)
        try:
            asyncio.run(crew_module.course(wanted, self._connection))
        except RetakeError as error:
            self._connection.send(error)
        self._connection.close()

    def wait(self, timeout_s: float) -> None:
        self.join(timeout_s)


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Nodes, int], list[Outcome]]:
    """A function that runs a batch of eight recordings on nodes, with so many workers."""
    (tmp_path / "in").mkdir()
    for name in NAMES:
        (tmp_path / "in" / name).write_bytes(b"damaged")

    def start(*given: object) -> tuple[Serving, Connection[Any, Any]]:
        ours, theirs = Pipe()
        serving = Serving(theirs)
        serving.start()
        return serving, ours

    def run(nodes: Nodes, count: int) -> list[Outcome]:
        monkeypatch.setattr(crew_module, "PAUSE_S", WORK_S / 10)
        monkeypatch.setattr(crew_module.ray, "remote", lambda actor: nodes)
        monkeypatch.setattr(crew_module.ray, "kill", nodes.kill)
        monkeypatch.setattr(crew_module.ray, "put", lambda data: data)
        monkeypatch.setattr(cluster_module, "start_child", start)
        orders = {"": Order(RestoreSettings(method="vae", device="cpu"))}
        plan = plan_of([str(tmp_path / "in")], tmp_path / "out", orders, 1)
        journal = Journal(plan, "hash")
        pool = Cluster("auto", count, len(NAMES), orders, 1, model_hash="hash", journal=journal.path, sends=True)
        try:
            return run_batch(plan, plan.items, pool, journal, force=False, tell=lambda standing: None)
        finally:
            pool.close()
            journal.close()

    return run


def test_what_finds_a_nodes_disk_full_is_done_by_the_others(batch: Callable[[Nodes, int], list[Outcome]]) -> None:
    nodes = Nodes(["well", "full"], lambda name, item: name == "full")
    outcomes = batch(nodes, 2)
    assert [outcome.error for outcome in outcomes] == [""] * len(NAMES)
    assert nodes.tried == {"well": len(NAMES), "full": crew_module.MOST_FULL}


def test_a_recording_too_large_for_the_nodes_is_given_up_alone(batch: Callable[[Nodes, int], list[Outcome]]) -> None:
    outcomes = batch(Nodes(["small"], lambda name, item: item.name == "3.wav"), 1)
    failures = [outcome for outcome in outcomes if not outcome.is_done]
    assert [outcome.name for outcome in failures] == ["3.wav"]
    assert failures[0].error.endswith("3.wav: tried 2 times and given up: node small: no space")


def test_where_all_nodes_disks_are_full_the_batch_ends(batch: Callable[[Nodes, int], list[Outcome]]) -> None:
    with pytest.raises(RetakeError, match=r"no worker is left whose disk isn't full: node \w+: no space; --resume"):
        batch(Nodes(["one", "two"], lambda name, item: True), 2)

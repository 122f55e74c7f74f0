"""What the process that speaks to Ray makes of Ray's errors, asked without a cluster."""

from __future__ import annotations

import asyncio
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from engine.batch.cluster import Wanted
from engine.batch.outcome import Outcome
from engine.batch.plan import Item

crew_module = pytest.importorskip("engine.batch.crew", reason="Ray isn't installed")

WANTED = Wanted(
    address="auto",
    count=1,
    most=1,
    threads=1,
    device="cpu",
    memory_bytes=0,
    sends=True,
    orders={},
    release="",
    model_hash="",
    folder="",
    names={},
    journal=None,
)


class Method:
    """What a worker is asked by, which answers nothing."""

    async def remote(self, *given: object) -> None:
        """It is done."""


class Healthy:
    """A worker that lives."""

    ping, receive = Method(), Method()


@pytest.mark.parametrize("name", ["ObjectStoreFullError", "OutOfDiskError"])
def test_a_store_without_room_fails_the_item_and_costs_no_worker(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(data: bytes) -> Any:
        raise getattr(crew_module, name)("Failed to put an object of 5 bytes.")

    monkeypatch.setattr(crew_module.ray, "put", put)
    (tmp_path / "a.wav").write_bytes(b"sound")
    item = Item("a.wav", "", tmp_path / "a.wav", tmp_path / "out" / "a.wav")
    ours, theirs = Pipe()

    async def serve() -> None:
        crew = crew_module.Crew(WANTED, theirs)
        crew.waiting.put_nowait((item, False))
        serving = asyncio.create_task(crew._serve(Healthy, "one", set()))
        while not ours.poll() and not serving.done():
            await asyncio.sleep(0.01)
        assert not serving.done(), "the worker was given up"
        serving.cancel()

    with ours, theirs:
        asyncio.run(serve())
        told, outcome = ours.recv()
    assert told == item and isinstance(outcome, Outcome)
    assert outcome.error == f"{item.source}: can't be sent: Failed to put an object of 5 bytes."


def test_of_an_error_of_many_lines_the_one_that_matters_is_told() -> None:
    one_line = crew_module.one_line
    assert one_line(RuntimeError("Traceback\n  in x\n\nValueError: why\n")) == "ValueError: why"
    memory = crew_module.OutOfMemoryError("The node is low on memory.\nTop 10 memory users:\nRead the documentation.")
    assert one_line(memory) == "The node is low on memory."
    assert one_line(RuntimeError()) == "RuntimeError"

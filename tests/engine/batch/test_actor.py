"""What a worker on a node answers, asked without Ray."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from engine.batch import actor as actor_module
from engine.batch.actor import Actor, model_hash_of
from engine.batch.plan import Item
from engine.batch.worker import Worker, failure
from engine.errors import DiskFullError
from engine.restoring import Order
from engine.settings import RestoreSettings


@pytest.fixture
def actor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """One that has said that it can do what is asked, and is never told to stop."""
    monkeypatch.setattr(actor_module, "_cancelled", lambda: lambda: False)
    orders = {"": Order(RestoreSettings(method="vae", device="cpu"))}
    made = Actor()
    values = {variant: order.as_json() for variant, order in orders.items()}
    assert made.prepare(version("retake"), values, 1, model_hash_of(orders), str(tmp_path), {}) == ""
    return made


def test_a_nodes_full_disk_is_named_and_ends_no_batch(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def carry_out(self: Worker, item: Item, *given: object) -> object:
        return failure(item, DiskFullError(f"{item.target}: no space: No space left on device; nothing was written"))

    monkeypatch.setattr(Worker, "carry_out", carry_out)
    item = Item("a.wav", "", Path("in/a.wav"), Path("out/a.wav"))
    actor.receive(item, b"sound")
    outcome, data = actor.carry_out_received()
    assert not outcome.disk_full and not outcome.is_done and data == b""
    assert outcome.error.startswith("in/a.wav: failed on node ") and "out/a.wav" not in outcome.error
    assert outcome.error.endswith("a.wav: no space: No space left on device; nothing was written")

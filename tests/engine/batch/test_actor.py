"""What a worker on a node answers, asked without Ray."""

from __future__ import annotations

import errno
import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from socket import gethostname

import pytest

from engine.batch import actor as actor_module
from engine.batch.actor import Actor, named
from engine.batch.model import model_hash_of, model_of
from engine.batch.outcome import Outcome
from engine.batch.plan import Item
from engine.batch.sent import PREFIX
from engine.batch.shared import mark_of
from engine.batch.worker import Worker, failed
from engine.restoring import Order
from engine.settings import RestoreSettings


@pytest.fixture
def actor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """One that has said that it can do what is asked, and is never told to stop."""
    monkeypatch.setattr(actor_module, "_cancelled", lambda: lambda: False)
    orders = {"": Order(RestoreSettings(method="vae", device="cpu"))}
    made = Actor()
    values = {variant: order.as_json() for variant, order in orders.items()}
    assert (
        made.prepare(version("retake"), values, 1, model_hash_of(orders, model_of(orders)), str(tmp_path), {}, None)
        == ""
    )
    return made


def test_a_nodes_full_disk_is_named_by_what_is_on_it(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def carry_out(self: Worker, item: Item, *given: object) -> object:
        return failed(item, f"{item.target}: no space: No space left on device; nothing was written", disk_full=True)

    monkeypatch.setattr(Worker, "carry_out", carry_out)
    item = Item("a.wav", "", Path("in/a.wav"), Path("out/a.wav"))
    assert actor.receive(item, b"sound") is None
    outcome, data = actor.carry_out_received(item.key)
    assert outcome.disk_full and not outcome.is_done and data == b""
    assert outcome.error.startswith(f"node {gethostname()}: {tempfile.gettempdir()}/{PREFIX}")
    assert outcome.error.endswith("a.wav: no space: No space left on device; nothing was written")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EACCES])
def test_a_node_that_has_no_place_for_a_recording_says_so(
    code: int, actor: Actor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise OSError(code, os.strerror(code), tmp_path)

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    refusal = actor.receive(Item("a.wav", "", Path("in/a.wav"), Path("out/a.wav")), b"sound")
    assert refusal is not None and refusal.error == f"node {gethostname()}: {tmp_path}: {os.strerror(code)}"
    assert refusal.disk_full == (code != errno.EACCES)


def test_where_a_disk_is_full_that_ends_a_batch_the_node_is_named(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = "/tmp has no room for 40 MB of working memory"
    monkeypatch.setattr(Worker, "carry_out", lambda self, item, *given: failed(item, full, disk_full=True))
    outcome = actor.carry_out(Item("a.wav", "", Path("in/a.wav"), Path("out/a.wav")), False)
    assert outcome.disk_full and outcome.error == f"node {gethostname()}: {full}"


def test_a_result_has_the_paths_of_its_item_whatever_the_model_is_called(
    actor: Actor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model, source = str(tmp_path / "own"), str(tmp_path / "own-in" / "a.wav")
    item = Item("a.wav", "", Path(source), Path("out/a.wav"))
    monkeypatch.setattr(actor, "_names", {model: f"{model}/"})
    notes = (f"{model}/vae is large", f"{source} is short")

    def carry_out(self: Worker, there: Item, *given: object) -> Outcome:
        facts = {"input": str(there.source), "output": str(there.target), "model": model, "task": "fill"}
        return Outcome(there.name, "", str(there.source), str(there.target), facts=facts, notes=notes)

    monkeypatch.setattr(Worker, "carry_out", carry_out)
    outcome = actor.carry_out(item, False)
    facts = {"input": source, "output": "out/a.wav", "model": f"{model}/", "task": "fill"}
    assert outcome == Outcome("a.wav", "", source, "out/a.wav", facts=facts, notes=notes)


def test_a_failure_has_no_result_and_names_what_the_user_knows(actor: Actor, tmp_path: Path) -> None:
    outcome = actor.carry_out(Item("a.wav", "", Path("in/a.wav"), Path("out/a.wav")), False)
    assert (outcome.source, outcome.output, outcome.facts) == ("in/a.wav", "", None)
    assert outcome.error.startswith(f"node {gethostname()}: in/a.wav: ") and str(tmp_path) not in outcome.error


@pytest.mark.parametrize("there", [None, b"", b"{}\n", b'{"batch": {"of": "another"}}\n' * 9])
def test_a_node_that_does_not_see_the_batch_is_refused(there: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "out" / "batch.jsonl"
    path.parent.mkdir()
    path.write_bytes(b'{"batch": {"of": "this"}}\n' * 3000)
    mark = mark_of(path)
    path.unlink()
    if there is not None:
        path.write_bytes(there)
    orders = {"": Order(RestoreSettings(method="vae", device="cpu")).as_json()}
    refusal = Actor().prepare(version("retake"), orders, 1, "", str(tmp_path), {}, mark)
    assert refusal.startswith(f"it doesn't see {path.parent}, where the results go; the same paths are needed")


def test_a_journal_that_has_grown_since_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "batch.jsonl"
    path.write_bytes(b"a line\n")
    monkeypatch.chdir(tmp_path)
    mark = mark_of(Path("batch.jsonl"))
    monkeypatch.chdir("/")
    path.write_bytes(b"a line\nand one more\n")
    assert mark.is_seen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/srv/m: is damaged", "model: is damaged"),
        ("'/srv/m', /srv/m/vae/config.json and (/srv/m)", "'model', model/vae/config.json and (model)"),
        ("/srv/m", "model"),
        ("/srv/m/in: /srv/m/in/a.wav", "recordings: recordings/a.wav"),
        ("/srv/m-in/a.wav, /srv/m.old, /srv/mm", "/srv/m-in/a.wav, /srv/m.old, /srv/mm"),
        ("/data/srv/m/a.wav", "/data/srv/m/a.wav"),
    ],
)
def test_only_whole_names_are_called_otherwise(text: str, said: str) -> None:
    assert named(text, {"/srv/m": "model", "/srv/m/in": "recordings"}) == said
    assert named(text, {}) == text

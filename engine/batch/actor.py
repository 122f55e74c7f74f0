"""A worker on a node of a Ray cluster. Each node imports it from the Retake that is installed there."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from socket import gethostname
from typing import Any

from engine.batch.model import model_hash_of, model_of
from engine.batch.outcome import Outcome, as_named_now
from engine.batch.plan import Item, Key
from engine.batch.sent import Parcel, sweep_parcels
from engine.batch.shared import Mark
from engine.batch.worker import Worker, failed, failure
from engine.errors import RetakeError
from engine.progress import Control
from engine.restoring import Order

IN_NAME = r"[^\s/:;,'\"()\[\]]"  # what a word or a name of a file goes on with


class Actor:
    """Carries out items as a local process does, with the model loaded once.

    Ray makes it; until `prepare` said yes, nothing else but `host` is to be called.
    """

    def __init__(self) -> None:
        self._parcels: dict[Key, Parcel] = {}

    def host(self) -> str:
        """What this node is called."""
        return gethostname()

    def prepare(
        self,
        release: str,
        orders: Mapping[str, dict[str, Any]],
        threads: int,
        model_hash: str,
        folder: str,
        names: Mapping[str, str],
        journal: Mark | None,
    ) -> str:
        """Get ready; says why this node can't do what is asked, or nothing.

        Args:
            release: of Retake where the batch runs.
            orders: by variant, as plain values.
            threads: to compute with.
            model_hash: from `engine.batch.model.model_hash_of` where the batch runs; results follow from the model too.
            folder: that relative paths of items begin in.
            names: what is called otherwise in orders than by the user, and how the user calls it.
            journal: of the batch, whose files this node has to see; None where they are sent.
        """
        if version("retake") != release:
            return f"Retake {version('retake')} is installed there, {release} here; the same is needed on all nodes"
        if journal is not None and not journal.is_seen:
            where = f"{Path(journal.path).parent}, where the results go"
            return f"it doesn't see {where}; the same paths are needed on all nodes, or --cluster-files sent"
        try:
            known = {variant: Order.from_json(values) for variant, values in orders.items()}
            model = model_of(known)
            if model_hash_of(known, model) != model_hash:
                return f"model {model.name} has other weights there than here"
        except RetakeError as error:
            return str(error)
        self._worker = Worker(known, threads)
        self._folder, self._names = Path(folder), dict(names)
        sweep_parcels()
        return ""

    def ping(self) -> None:
        """Return, if the worker is alive."""

    def carry_out(self, item: Item, force: bool) -> Outcome:
        """Restore a recording that lies where this node sees it too; as `engine.batch.worker.Worker.carry_out`."""
        there = dataclasses.replace(item, source=self._folder / item.source, target=self._folder / item.target)
        return self._told(item, there, self._worker.carry_out(there, force, Control(cancelled=_cancelled())))

    def receive(self, item: Item, data: bytes) -> Outcome | None:
        """Take a recording's bytes, which `carry_out_received` restores; its outcome where they can't be written."""
        try:
            self._parcels[item.key] = Parcel(item, data)
        except OSError as error:
            return self._named(failure(item, error))
        return None

    def carry_out_received(self, key: Key) -> tuple[Outcome, bytes]:
        """Restore what was received; the outcome, and the result's bytes where there is one."""
        with self._parcels.pop(key) as parcel:
            outcome = self._worker.carry_out(parcel.there, True, Control(cancelled=_cancelled()))
            if outcome.disk_full:  # this node's, whose paths say which disk that is
                return self._named(failed(parcel.item, outcome.error, disk_full=True)), b""
            data = parcel.there.target.read_bytes() if outcome.is_done else b""
            return self._told(parcel.item, parcel.there, outcome), data

    def _told(self, item: Item, there: Item, outcome: Outcome) -> Outcome:
        """The outcome as it would be where the batch runs, by the user's names; a failure names the node."""
        paths = {str(there.source): str(item.source), str(there.target): str(item.target)}
        known = as_named_now(renamed(outcome, {**self._names, **paths}), item)
        return known if known.is_done else self._named(known)

    def _named(self, failed: Outcome) -> Outcome:
        return dataclasses.replace(failed, error=f"node {self.host()}: {failed.error}")


def renamed(outcome: Outcome, names: Mapping[str, str]) -> Outcome:
    """An outcome whose words and model call by its value what is a key of ``names``, or begins with one and a ``/``."""
    facts = outcome.facts and {**outcome.facts, "model": named(outcome.facts["model"], names)}
    notes = tuple(named(note, names) for note in outcome.notes)
    return dataclasses.replace(outcome, facts=facts, notes=notes, error=named(outcome.error, names))


def named(text: str, names: Mapping[str, str]) -> str:
    """A text in which paths are called otherwise, but no path that has one of them for a part of a name."""
    keys = sorted(names, key=len, reverse=True)  # a path may begin with another one
    found = re.compile(rf"(?<!{IN_NAME})(?:{'|'.join(map(re.escape, keys))})(?!{IN_NAME})(/?)")

    def value(match: re.Match[str]) -> str:
        name = names[match[0].removesuffix("/")]
        return f"{name.removesuffix('/')}/" if match[1] else name

    return found.sub(value, text) if keys else text


def _cancelled() -> Callable[[], bool]:
    """Whether the batch was stopped, asked without a word over the network."""
    import ray

    asked: Callable[[], bool] = ray.get_runtime_context().is_canceled
    return asked

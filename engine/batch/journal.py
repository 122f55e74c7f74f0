"""What a batch has done so far, on disk: one line of JSON for everything that happens, each safe before the next.

A batch that was killed is taken up again from it. A result counts only while it has the size and hash that stand here,
its recording the size and time of change.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from engine.audio import stamp
from engine.batch.outcome import Outcome
from engine.batch.plan import Item, Key, Plan
from engine.errors import InputError, OutputError
from engine.model.manifest import sha256_of
from engine.progress import Control
from engine.restoring import Order
from engine.saving import explain, hold, sync_directory

NAME = "batch.jsonl"
VERSION = 1


class Journal:
    """The journal of one batch, which one process may write at a time.

    Attributes:
        path: its file.
        model_hash: of the model that results follow from.
        outcomes: what is done, by variant and name; failures are not among it.
        begun: what was begun, whatever became of it.
        notes: what else holds of the batch: ``force``, files at its places may be replaced; ``report``, it has one.
    """

    def __init__(self, plan: Plan, model_hash: str, *, resume: bool = False, anew: bool = False) -> None:
        """Begin one in the plan's folder; where one is there, ``resume`` goes on with it and ``anew`` forgets it.

        Raises:
            OutputError: it can't be written, another process writes it, or it is there and not to be gone on with.
            InputError: it is of a batch with other settings, or damaged.
        """
        self.path, self.model_hash = plan.folder / NAME, model_hash
        self.outcomes: dict[Key, Outcome] = {}
        self.begun: set[Key] = set()
        self.notes: set[str] = set()
        self._stamps: dict[Key, tuple[int, int]] = {}
        header = header_of(plan, model_hash)
        try:
            plan.folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a+b", buffering=0)
        except OSError as error:
            raise explain(error, self.path) from error
        try:
            if hold(self._file.fileno()) is False:
                raise OutputError(f"{plan.folder}: another process is at work on this batch")
            if not resume:
                if not anew and not self._is_unused():
                    raise OutputError(f"{plan.folder}: holds a batch; --resume goes on with it, --force begins anew")
                self._file.truncate(0)
            if not self._read(header):
                self._append({"batch": header})
                sync_directory(plan.folder)  # or the file itself is lost with the power
            if anew:
                self.note("force")
        except BaseException:
            self._file.close()
            raise

    def begin(self, item: Item) -> None:
        """Note that a result is about to be made: one that is found at its place from now on is the batch's own."""
        if item.key not in self.begun:
            self.begun.add(item.key)
            self._append({"begun": list(item.key)})

    def finish(self, item: Item, outcome: Outcome, source: tuple[int, int]) -> None:
        """Note what became of it; ``source`` is the recording's stamp from before the work."""
        if outcome.is_done:
            self.outcomes[item.key] = outcome
            self._stamps[item.key] = source
        self._append({"ended": outcome.as_json(), "source": list(source)})

    def note(self, word: str) -> None:
        """Note what else holds of the batch, once."""
        if word not in self.notes:
            self.notes.add(word)
            self._append({"noted": word})

    def check(self, item: Item, control: Control) -> bool:
        """Whether an item's result is there, byte for byte, and its recording still the same.

        Raises:
            Cancelled: the user stopped.
        """
        outcome = self.outcomes.get(item.key)
        if outcome is None:
            return False
        try:
            same = stamp(item.source) == self._stamps.get(item.key) and item.target.stat().st_size == outcome.size
            return same and sha256_of(item.target, control) == outcome.sha256
        except OSError:
            return False

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def _append(self, values: dict[str, Any]) -> None:
        line = json.dumps(values, allow_nan=False).encode() + b"\n"
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._file.fileno())
        except OSError as error:
            raise explain(error, self.path) from error

    def _read(self, header: dict[str, Any]) -> bool:
        """Take in what is there; False where there is nothing. A last line that was cut off is taken away."""
        self._file.seek(0)
        data = self._file.read()
        whole = data[: data.rfind(b"\n") + 1]
        if not whole and not b'{"batch": '.startswith(data[:10]):
            raise InputError(f"{self.path} is no journal of a batch; --force begins anew")
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                values = json.loads(line)
                if ("batch" in values) != (number == 1):
                    raise ValueError("the settings stand in the first line")
                self._take_in(values, header)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InputError(f"{self.path}, line {number}, is damaged: {error}; --force begins anew") from error
        self._file.truncate(len(whole))
        return bool(whole)

    def _is_unused(self) -> bool:
        """Whether nothing is there, or a batch that was never at work."""
        self._file.seek(0)
        lines = self._file.read().splitlines()
        try:
            return not lines or (len(lines) == 1 and "batch" in json.loads(lines[0]))
        except (ValueError, TypeError):
            return False

    def _take_in(self, values: dict[str, Any], header: dict[str, Any]) -> None:
        if "batch" in values:
            check_header(values["batch"], header, self.path)
        elif "noted" in values:
            self.notes.add(values["noted"])
        elif "begun" in values:
            variant, name = values["begun"]
            self.begun.add((variant, name))
        else:
            outcome = Outcome.from_json(values["ended"])
            key = outcome.variant, outcome.name
            self.outcomes.pop(key, None)
            if outcome.is_done:
                self.outcomes[key] = outcome
                size, changed = values["source"]
                self._stamps[key] = size, changed


def header_of(plan: Plan, model_hash: str) -> dict[str, Any]:
    """What results follow from, the recordings apart."""
    return {
        "version": VERSION,
        "threads": plan.threads,
        "model_hash": model_hash,
        "orders": {variant: order.as_json() for variant, order in plan.orders.items()},
    }


def check_header(found: dict[str, Any], wanted: dict[str, Any], path: Path) -> None:
    """Refuse a batch whose results followed from other settings.

    Raises:
        InputError: names what differs.
    """
    if found.get("version") != VERSION:
        raise InputError(f"{path} is of version {found.get('version')!r}; {VERSION} is accepted")
    orders = {variant: Order.from_json(order).as_json() for variant, order in found["orders"].items()}
    before, now = flat({**found, "orders": orders}), flat(wanted)
    differing = [key for key in dict.fromkeys([*before, *now]) if before.get(key) != now.get(key)]
    if differing:
        key = differing[0]
        more = f", and {len(differing) - 1} more differ" if len(differing) > 1 else ""
        raise InputError(
            f"{path} is of a batch with {key} {before.get(key)!r}, now it is {now.get(key)!r}{more}; "
            "--resume takes the settings that the batch was begun with, --force begins anew"
        )


def flat(values: Any, path: str = "") -> dict[str, Any]:
    """Nested values by their path."""
    if not isinstance(values, dict) or not values:
        return {path: values}
    paths = {".".join(filter(None, (path, name))): inner for name, inner in values.items()}
    return {key: value for name, inner in paths.items() for key, value in flat(inner, name).items()}

"""Workers on the nodes of a Ray cluster, of which this machine is one."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.batch.plan import Item
from engine.batch.pool import Lost, Said
from engine.batch.shared import Mark, mark_of
from engine.child import start_child
from engine.errors import InputError, RetakeError
from engine.model.folder import BUNDLED
from engine.restoring import Order
from engine.saving import sweep_parts

AUTO = "auto"
ADDRESS = re.compile(r"\[?([\w.:-]+?)\]?:(\d{1,5})")
REACH_S, CONNECT_S = 5.0, 15.0
NODES_S = 300.0  # for a node that can work; a machine that is started for it takes minutes
CLOSE_S = 15.0
GIGA = 1e9
# Ray tells nobody what it is used for, and copies no folder to the nodes where it is started by uv.
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}


@dataclass(frozen=True)
class Wanted:
    """What a batch asks of a cluster.

    Attributes:
        address: for `ray.init`.
        count: of workers; None is as many as there is room for, up to ``most``.
        most: that there is work for.
        threads: of each, one CPU for each of them.
        device: of the settings.
        memory_bytes: that a worker takes.
        sends: whether files go through the object store.
        orders: by variant, as plain values; their folders are absolute.
        names: see `engine.batch.actor.Actor.prepare`, as for the others.
        journal: so too.
    """

    address: str
    count: int | None
    most: int
    threads: int
    device: str
    memory_bytes: int
    sends: bool
    orders: Mapping[str, dict[str, Any]]
    release: str
    model_hash: str
    folder: str
    names: Mapping[str, str]
    journal: Mark | None


class Cluster:
    """Workers on a cluster, each with the model loaded once; see `engine.batch.pool.Pool`.

    Args:
        address: ``auto`` or ``HOST:PORT``.
        count: of workers; None is as many as there is room for.
        most: that there is work for.
        orders: by variant.
        threads: that each worker computes with.
        model_hash: see `engine.batch.actor.Actor.prepare`.
        journal: of the batch, by which a node is known to see the files.
        sends: whether files go through Ray; otherwise all nodes see them by the same paths.
        memory_bytes: that a worker takes; 0 leaves it out.

    Raises:
        InputError: Ray isn't installed, there is no such cluster, or it doesn't go with this machine.
    """

    def __init__(
        self,
        address: str,
        count: int | None,
        most: int,
        orders: Mapping[str, Order],
        threads: int,
        *,
        model_hash: str,
        journal: Path,
        sends: bool = False,
        memory_bytes: int = 0,
    ) -> None:
        check_reachable(address)
        self._address = address
        self._handed: set[Item] = set()
        self._folders: set[Path] = set()
        self._ready, self._ready_s = 0, time.monotonic()
        settings = next(iter(orders.values())).settings
        names, model = _absolute(settings.model)
        wanted = Wanted(
            address=address,
            count=None if count is None else min(count, most),
            most=most,
            threads=threads,
            device=settings.device,
            memory_bytes=memory_bytes,
            sends=sends,
            orders={variant: _with_model(order, model).as_json() for variant, order in orders.items()},
            release=version("retake"),
            model_hash=model_hash,
            folder=str(Path.cwd()),
            names=names,
            journal=None if sends else mark_of(journal),
        )
        memory = f" and {memory_bytes / GIGA:.1f} GB" if memory_bytes else ""
        self._asks = f"each takes {threads} CPUs{memory}; --resume goes on with the batch"
        self._loss = ""
        self._process, self._connection = start_child("engine.batch.crew", QUIET)
        try:
            self._connection.send(wanted)
            self._connect()
        except BaseException:
            self.close()
            raise

    @property
    def free(self) -> int:
        """How many workers are ready and have nothing to do."""
        return self._ready - len(self._handed)

    def hand(self, item: Item, force: bool) -> None:
        """Have the next worker that has nothing to do carry out an item."""
        self._handed.add(item)
        self._folders.add(item.target.parent)
        with contextlib.suppress(OSError):  # it has ended: that is seen when it is listened to
            self._connection.send((item, force))

    def wait(self, timeout_s: float) -> Sequence[Said]:
        """What became of items since.

        Raises:
            RetakeError: no node is left, a node can't do what is asked, or the connection is lost.
        """
        told: list[Said] = []
        while self._connection.poll(0.0 if told else timeout_s):
            said = self._heard()
            if isinstance(said, int):
                self._ready, self._ready_s = said, time.monotonic()
                break  # there may be something to hand out
            if isinstance(said, str):
                self._loss = f"; the last one was lost: {said}"
                break  # where they keep being lost there is always more to hear
            self._handed.discard(said.item if isinstance(said, Lost) else said[0])
            told.append(said)
        if self._ready == 0 and time.monotonic() - self._ready_s > NODES_S:
            waited = f"no worker was ready for {NODES_S:.0f} s"
            raise RetakeError(f"cluster {self._address}: {waited}; {self._asks}{self._loss}")
        return told

    def close(self) -> None:
        """End all workers; each clears up what it was writing, or it is done here."""
        self._connection.close()
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for folder in self._folders:
            sweep_parts(folder)

    def _connect(self) -> None:
        """Wait until the cluster answers.

        Raises:
            InputError: it doesn't, or it doesn't go with this machine.
        """
        if not self._connection.poll(CONNECT_S):
            self._process.kill()
            raise InputError(
                f"cluster {self._address}: no answer for {CONNECT_S:.0f} s; "
                "accepted is a cluster of Ray with this machine as one of its nodes (`ray start --address`)"
            )
        self._heard()

    def _heard(self) -> Any:
        """The next thing that is said.

        Raises:
            RetakeError: it is an error, or there is nobody any more.
        """
        try:
            said = self._connection.recv()
        except (EOFError, OSError) as error:
            raise RetakeError(
                f"cluster {self._address}: this machine's node, or the cluster's head, is gone"
            ) from error
        if isinstance(said, RetakeError):
            raise said
        return said


def check_reachable(address: str) -> None:
    """Refuse at once what Ray would wait for.

    Raises:
        InputError: Ray isn't installed, it is no address, or nobody listens there.
    """
    match = ADDRESS.fullmatch(address)
    if address != AUTO and not match:
        raise InputError(f"cluster is {address!r}; {AUTO} and HOST:PORT are accepted")
    if find_spec("ray") is None:
        raise InputError("--cluster needs Ray, which is not installed: pip install 'retake[cluster]'")
    if match:
        try:
            socket.create_connection((match[1], int(match[2])), REACH_S).close()
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"cluster {address}: can't be reached: {reason}") from error


def _absolute(model: str) -> tuple[dict[str, str], str]:
    """A model's folder as other machines call it, and what the user calls it; a name stays as it is."""
    folder = Path(model).expanduser()
    if model == BUNDLED or not folder.is_dir():
        return {}, model
    there = str(folder.resolve())
    return {there: model}, there


def _with_model(order: Order, model: str) -> Order:
    return dataclasses.replace(order, settings=dataclasses.replace(order.settings, model=model))

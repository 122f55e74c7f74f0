"""The process that speaks to Ray for `engine.batch.cluster`: one actor on a node for each worker.

A process of its own because Ray waits for minutes where no cluster is, takes over signals, prints, and ends the process
when its node is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from typing import Any

import ray
from ray.exceptions import ObjectStoreFullError, OutOfDiskError, OutOfMemoryError, RayError, RayTaskError

from engine.batch.actor import Actor
from engine.batch.cluster import Wanted
from engine.batch.outcome import Outcome
from engine.batch.plan import Item, Key
from engine.batch.pool import Lost
from engine.batch.sent import read_recording, write_result
from engine.batch.worker import failed, failure, thread_environment
from engine.child import CALM
from engine.errors import InputError, RetakeError

TRANSFERS = 4  # recordings and results at a time in the object store, however many workers there are
PAUSE_S = 2.0  # before a worker takes the place of one that was lost; Ray may not know of its node yet
MOST_FULL = 2  # items in a row that find a worker's disk full, before nobody takes its place
STOP_S = 10.0  # for workers to clear up what they are writing
IMPORT_FAILED = "failed to import"
STORE_ERRORS = (ObjectStoreFullError, OutOfDiskError)  # the worker is as well as before


def serve(descriptor: int) -> None:
    """Be that process, with the batch at the other end of a pipe; returns when that is closed.

    What is told: how many workers are ready; why one was lost, or `Lost` with its item; an item and its outcome; an
    error, which ends it.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C in the terminal is the batch's to answer
    os.set_inheritable(descriptor, False)
    if not os.environ.get("RETAKE_TRACEBACK"):
        hush()
    connection: Connection[Any, Any] = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError):
        wanted: Wanted = connection.recv()
        try:
            connect(wanted.address)
            connection.send(0)
            asyncio.run(course(wanted, connection))
        except RetakeError as error:
            connection.send(error)
        except Exception as error:  # ours or Ray's: without a word, the cluster would be taken for lost
            why = f"failed: {type(error).__name__}: {one_line(error)}"
            connection.send(RetakeError(f"cluster {wanted.address}: {why}"))
            raise


def hush() -> None:
    """Have what Ray prints go nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)


def connect(address: str) -> None:
    """Join a cluster; this machine is one of its nodes.

    Raises:
        InputError: there is none, or it runs another version of Ray or Python.
    """
    try:
        ray.init(address=address, log_to_driver=False, logging_level="CRITICAL")
    except Exception as error:  # whatever Ray has to say
        raise InputError(f"cluster {address}: {one_line(error)}") from error


async def course(wanted: Wanted, connection: Connection[Any, Any]) -> None:
    """Keep workers at work until the batch closes the pipe.

    Raises:
        InputError: a node can't do what is asked.
        RetakeError: all nodes' disks are full.
    """
    crew = Crew(wanted, connection)
    gone = asyncio.get_running_loop().create_future()

    def hear() -> None:
        try:
            crew.waiting.put_nowait(connection.recv())
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(connection.fileno())
            gone.set_result(None)

    asyncio.get_running_loop().add_reader(connection.fileno(), hear)
    keeping = [asyncio.create_task(crew.keep()) for _ in range(crew.size)]
    done, _ = await asyncio.wait([gone, *keeping], return_when=asyncio.FIRST_COMPLETED)
    crew.stop()
    for task in done:
        task.result()


class NodeFullError(Exception):
    """The disk of a node that files are sent to is full."""


class Crew:
    """The workers of a batch, and what waits for them.

    Attributes:
        waiting: items that no worker has, with ``force``.
        size: how many workers there are to be.
    """

    def __init__(self, wanted: Wanted, connection: Connection[Any, Any]) -> None:
        self._wanted, self._connection = wanted, connection
        gpus = int(wants_gpu(wanted.device))
        environment = {**CALM, **thread_environment(wanted.threads), **({} if gpus else {"CUDA_VISIBLE_DEVICES": ""})}
        self._actor = ray.remote(Actor).options(
            num_cpus=wanted.threads,
            num_gpus=gpus,
            memory=wanted.memory_bytes or None,
            runtime_env={"env_vars": environment},
        )
        self.size = wanted.count or max(1, min(wanted.most, room_for(wanted.threads, gpus, wanted.memory_bytes)))
        self.waiting: asyncio.Queue[tuple[Item, bool]] = asyncio.Queue()
        self._ready = self._taken = self._retired = 0
        self._asked: set[Any] = set()
        self._stopping = False
        self._transfers = asyncio.Semaphore(TRANSFERS)

    async def keep(self) -> None:
        """Keep one worker at work, and put another one in the place of one that is lost.

        Where its disk is full the others come first, and after a few items nobody takes its place.

        Raises:
            InputError: its node can't do what is asked.
            RetakeError: its node's disk is full, as are those of all others.
        """
        full: set[Key] = set()  # not a count: one recording too large for it is tried twice
        while not self._stopping:
            actor = self._actor.remote()
            try:
                async with self._started(actor) as host:
                    await self._serve(actor, host, full)
            except NodeFullError as error:
                self._tell(str(error))
                if len(full) == MOST_FULL:
                    await self._retire(str(error))
                await self._others_first()
            except RayError as error:
                if IMPORT_FAILED in str(error):
                    release = self._wanted.release
                    raise InputError(f"a node lacks Retake {release}, or a part of it: {one_line(error)}") from error
                self._tell(one_line(error))
            finally:
                ray.kill(actor)
            await asyncio.sleep(PAUSE_S)

    async def _retire(self, why: str) -> None:
        """Be out of work for good; the worker keeps its place, so that Ray puts no other one there.

        Raises:
            RetakeError: so are all others.
        """
        self._retired += 1
        if self._retired == self.size:
            full = "no worker is left whose disk isn't full"
            raise RetakeError(f"cluster {self._wanted.address}: {full}: {why}; --resume goes on with the batch")
        await asyncio.get_running_loop().create_future()

    async def _others_first(self) -> None:
        """Wait while others are ready until one of them takes something up, which is what was lost last."""
        taken = self._taken
        while self._ready and self._taken == taken:
            await asyncio.sleep(PAUSE_S)

    def stop(self) -> None:
        """Have the workers clear up what they are doing; they end with this process."""
        self._stopping = True
        for asked in self._asked:
            ray.cancel(asked)
        if self._asked:
            ray.wait(list(self._asked), num_returns=len(self._asked), timeout=STOP_S)

    @asynccontextmanager
    async def _started(self, actor: Any) -> AsyncIterator[str]:
        """Prepare a worker, which counts as ready inside; gives its node's name."""
        wanted = self._wanted
        host: str = await actor.host.remote()
        refusal = await actor.prepare.remote(
            wanted.release,
            wanted.orders,
            wanted.threads,
            wanted.model_hash,
            wanted.folder,
            wanted.names,
            wanted.journal,
        )
        if refusal:
            raise InputError(f"cluster {wanted.address}: node {host} can't take part: {refusal}")
        self._count(+1)
        try:
            yield host
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        self._ready += change
        self._tell(self._ready)

    def _tell(self, what: Any) -> None:
        with contextlib.suppress(OSError):  # the batch is gone: the reader sees it too
            self._connection.send(what)

    async def _serve(self, actor: Any, host: str, full: set[Key]) -> None:
        """Have a worker carry out one item after the other; ``full`` holds those that found its disk full, in a row.

        Raises:
            RayError: it is lost; its item is told of, or waits for another one.
            NodeFullError: its disk is full; its item is told of.
        """
        while True:
            item, force = await self.waiting.get()
            self._taken += 1
            try:
                await actor.ping.remote()
            except RayError:  # lost while it had nothing to do, which is no fault of the item
                self.waiting.put_nowait((item, force))
                raise
            try:
                outcome = await (self._sent if self._wanted.sends else self._shared)(actor, item, force)
            except RayTaskError as error:  # the worker lives
                outcome = failed(item, f"node {host}: {item.source}: failed: {one_line(error.cause)}")
            except RayError as error:
                self._tell(Lost(item, f"the worker that worked on it was lost: {one_line(error)}"))
                raise
            except NodeFullError as error:
                full.add(item.key)
                self._tell(Lost(item, str(error)))
                raise
            if outcome.is_done:
                full.clear()
            self._tell((item, outcome))

    async def _shared(self, actor: Any, item: Item, force: bool) -> Outcome:
        """Have a worker restore a recording that it sees."""
        outcome: Outcome = await self._answer(actor.carry_out.remote(item, force))
        return outcome

    async def _sent(self, actor: Any, item: Item, force: bool) -> Outcome:
        """Send a recording to a worker and fetch the result.

        Raises:
            RayError: the worker is lost.
            NodeFullError: its disk is full.
        """
        outcome: Outcome
        refusal: Outcome | None
        try:
            async with self._transfers:
                data = await asyncio.to_thread(read_recording, item, force)
                refusal = await actor.receive.remote(item, ray.put(data))
                del data
            if refusal:
                return checked(refusal)
            outcome_asked, data_asked = actor.carry_out_received.options(num_returns=2).remote(item.key)
            outcome = checked(await self._answer(outcome_asked))
            async with self._transfers:
                if outcome.is_done:
                    await asyncio.to_thread(write_result, item, await data_asked, force)
        except STORE_ERRORS as error:
            return failed(item, f"{item.source}: can't be sent: {one_line(error)}")
        except (RayError, NodeFullError):
            raise
        except Exception as error:
            return failure(item, error)
        return outcome

    async def _answer(self, asked: Any) -> Any:
        """What a worker answers, which is asked to stop where the batch is."""
        self._asked.add(asked)
        try:
            return await asked
        finally:
            self._asked.discard(asked)


def checked(outcome: Outcome) -> Outcome:
    """What a node answers that files are sent to.

    Raises:
        NodeFullError: its disk is full.
    """
    if outcome.disk_full:
        raise NodeFullError(outcome.error)
    return outcome


def wants_gpu(device: str) -> bool:
    """Whether a worker needs a GPU: where it is asked for, or the cluster has some and any device will do."""
    return device == "cuda" or (device == "auto" and ray.cluster_resources().get("GPU", 0) > 0)


def room_for(cpus: int, gpus: int, memory_bytes: int) -> int:
    """How many workers the nodes have room for that are there now, other work on them aside."""
    asked = {"CPU": cpus, "GPU": gpus, "memory": memory_bytes}
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return sum(min(int(node.get(key, 0) // each) for key, each in asked.items() if each) for node in nodes)


def one_line(error: BaseException) -> str:
    """What matters of what Ray says: the last line, above which stand tracebacks.

    Where versions differ it is all of it; where there is no room, the first line, below which stand tables and advice.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    if isinstance(error, (OutOfMemoryError, *STORE_ERRORS)):
        return lines[0]
    return " ".join(lines) if "ersion" in lines[0] else lines[-1]

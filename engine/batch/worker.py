"""Carries out one item after the other, with the model loaded once."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.batch.outcome import Outcome
from engine.batch.plan import Item
from engine.errors import Cancelled, DiskFullError, RetakeError
from engine.model.manifest import sha256_of
from engine.progress import Control
from engine.restoring import Order, restored
from engine.saving import explain

# To be set before a process loads anything: they say how many threads its numerical libraries start with.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
VISIBLE = "CUDA_VISIBLE_DEVICES"
GPUS = Path("/proc/driver/nvidia/gpus")  # a folder each, where the driver is
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def thread_environment(threads: int) -> dict[str, str]:
    """The environment of a process that is to compute with so many threads."""
    return dict.fromkeys(THREAD_VARIABLES, str(threads))


class Worker:
    """Carries out items in this process.

    Args:
        orders: by variant.
        threads: to compute with; results depend on it in their last bits.
    """

    def __init__(self, orders: Mapping[str, Order], threads: int) -> None:
        import torch

        from engine.model.resident import Resident

        torch.set_num_threads(threads)
        self._orders = orders
        self._models = Resident()

    def carry_out(self, item: Item, force: bool, control: Control) -> Outcome:
        """Restore one recording; what goes wrong becomes the outcome's error.

        Args:
            item: what is to be done.
            force: whether a file that is there may be replaced.
            control: told of progress and asked whether to stop; for this recording alone.

        Raises:
            Cancelled: the user stopped; nothing half-written is left behind, but the result may be there, whole. It is
                the batch's own: what takes the batch up again makes it anew.
        """
        said: list[str] = []

        def say(notes: Iterable[str]) -> None:
            said.extend(notes)

        try:
            make_folder(item)
            order = self._orders[item.variant]
            made = restored(item.source, item.target, order, control, force=force, say=say, models=self._models)
            digest, size = sha256_of(item.target, control), item.target.stat().st_size
        except Cancelled:
            raise
        except Exception as error:  # one recording's trouble is not that of the others
            return failure(item, error)
        notes = tuple(dict.fromkeys((*said, *made.notes)))
        return Outcome(
            item.name,
            item.variant,
            str(item.source),
            str(item.target),
            facts=made.facts,
            notes=notes,
            sha256=digest,
            size=size,
        )


def make_folder(item: Item) -> None:
    """Make the folder that an item's result goes to.

    Raises:
        OutputError, DiskFullError: it can't be made.
    """
    try:
        item.target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(error, item.target) from error


def failure(item: Item, error: Exception) -> Outcome:
    """The outcome of an item that an error ended."""
    if isinstance(error, RetakeError):
        why = str(error)
    elif isinstance(error, OSError) and isinstance(error.filename, str | Path):
        why = f"{error.filename}: {error.strerror or error}"
    else:
        why = f"{item.source}: failed: {type(error).__name__}: {error}"
    return failed(item, why, disk_full=finds_full(error))


def finds_full(error: Exception) -> bool:
    """Whether the disk is full, and not one file too large for its file system or for what is free."""
    cause = error.__cause__ if isinstance(error, DiskFullError) else error
    return isinstance(cause, OSError) and cause.errno in NO_SPACE


def failed(item: Item, error: str, *, disk_full: bool = False) -> Outcome:
    """The outcome of an item that has no result."""
    line = " ".join(error.split()) or "failed without a word"
    return Outcome(item.name, item.variant, str(item.source), error=line, disk_full=disk_full)


def gpu_environment(number: int) -> dict[str, str]:
    """The environment that shares the GPUs out among workers, of which this is the one of that number."""
    gpus = visible_gpus()
    return {VISIBLE: gpus[number % len(gpus)]} if len(gpus) > 1 else {}


def visible_gpus() -> list[str]:
    """The NVIDIA GPUs that the user leaves visible, or that the system lists, as CUDA names them; without torch."""
    installed = [str(number) for number, _ in enumerate(GPUS.glob("*"))]
    chosen = os.environ.get(VISIBLE)
    if chosen is None or not installed:
        return installed
    found: list[str] = []
    for name in map(str.strip, chosen.split(",")):
        if name in found or not _is_there(name, len(installed)):
            break  # CUDA sees none after one that isn't there
        found.append(name)
    return found


def _is_there(name: str, installed: int) -> bool:
    """Whether a GPU may be called so; of names that are no numbers only the driver knows."""
    return int(name) in range(installed) if re.fullmatch(r"[+-]?\d+", name) else name != ""

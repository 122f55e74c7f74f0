"""Workers that are processes of this machine, killed for real."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.batch.outcome import Outcome
from engine.batch.plan import Item
from engine.batch.pool import Lost, Said, Step
from engine.batch.processes import Processes
from engine.restoring import Order
from engine.settings import RestoreSettings

SOON_S = 60.0


@pytest.fixture
def item(tmp_path: Path) -> Item:
    source = tmp_path / "a.wav"
    soundfile.write(source, 0.1 * np.random.default_rng(0).standard_normal(8000), 16000)
    return Item("a.wav", "", source, tmp_path / "out" / "a.wav")


@pytest.fixture
def pool(tiny_folder: Path) -> Iterator[Processes]:
    pool = Processes(1, {"": Order(RestoreSettings(method="vae", model=str(tiny_folder), device="cpu"))}, 1)
    yield pool
    pool.close()


def children() -> set[int]:
    """The processes that this one started."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def heard(pool: Processes, wanted: Callable[[Said], bool]) -> Said:
    """The first thing of a kind that a pool says."""
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        for said in pool.wait(0.1):
            if wanted(said):
                return said
    pytest.fail("it was never said")


def test_an_item_whose_process_is_killed_is_told_of_and_may_be_handed_over_again(pool: Processes, item: Item) -> None:
    before = children()
    pool.hand(item, False)
    assert pool.free == 0
    heard(pool, lambda said: isinstance(said, Step))
    (worker,) = children() - before
    os.kill(worker, signal.SIGKILL)
    lost = heard(pool, lambda said: isinstance(said, Lost))
    assert lost == Lost(item, "the process that worked on it ended with SIGKILL") and pool.free == 1
    pool.hand(item, True)
    ended = heard(pool, lambda said: not isinstance(said, Step))
    assert isinstance(ended, tuple) and isinstance(ended[1], Outcome) and ended[1].is_done

"""What bounds a batch of 10,000 hours: compute, disks, Ray, the journal.

Compute is told in processor time of one thread, which other programs on the machine change little; what Ray adds, in
elapsed time, by turns with local processes.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.batch.journal import Journal
from engine.batch.outcome import Outcome
from engine.batch.plan import Item, Plan
from engine.batch.pool import Pool
from engine.batch.processes import Processes
from engine.model.manifest import sha256_of
from engine.progress import Control
from engine.restoring import Order
from engine.settings import RestoreSettings
from tests.engine.batch.test_cluster import Nodes, cluster

RATE, HOUR_S = 44100, 3600.0
TURNS = 3


@pytest.fixture(scope="module")
def nodes(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Three nodes on this machine."""
    running = Nodes(root, tmp_path_factory.mktemp("temporary"))
    yield running
    running.close()


def recordings(folder: Path, count: int, length_s: float) -> list[Item]:
    """Noise of so many seconds, mono, 16 bits."""
    folder.mkdir()
    for number in range(count):
        sound = 0.1 * np.random.default_rng(number).standard_normal(round(length_s * RATE))
        soundfile.write(folder / f"{number:03}.wav", sound, RATE, subtype="PCM_16")
    return [Item(path.name, "", path, folder / "out" / path.name) for path in sorted(folder.glob("*.wav"))]


def order(method: str) -> dict[str, Order]:
    return {"": Order(RestoreSettings(method=method, device="cpu"))}


def seconds_for(pool: Pool, count: int, items: list[Item]) -> float:
    """The time that a pool takes for items, once each of its workers has loaded the model."""
    carry_out(pool, items[:count], count)
    began = time.perf_counter()
    carry_out(pool, items, count)
    return time.perf_counter() - began


def carry_out(pool: Pool, items: list[Item], count: int) -> None:
    while pool.free < count:
        pool.wait(0.1)
    waiting, done = list(items), 0
    while done < len(items):
        while waiting and pool.free > 0:
            pool.hand(waiting.pop(), True)
        for said in pool.wait(1.0):
            if isinstance(said, tuple):
                assert said[1].is_done or not said[0].source.stat().st_size, said[1].error
                done += 1


@pytest.mark.parametrize("method", ["vae", "guided"])
def test_compute_and_memory_of_an_hour_of_sound(method: str, tmp_path: Path) -> None:
    lengths_s = (10.0, 40.0)
    spent = []
    for length_s in lengths_s:
        folder = tmp_path / f"{length_s:.0f}"
        (item,) = recordings(folder, 1, length_s)
        code = (
            "import sys, json, resource; from engine.cli import main; code = main();"
            "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
            "print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss])); sys.exit(code)"
        )
        given = ["batch", str(item.source), "-o", str(folder / "out"), "--method", method, "--device", "cpu"]
        command = [sys.executable, "-c", code, *given, "--workers", "1", "--no-report"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        spent.append(json.loads(done.stdout.splitlines()[-1]))
    per_s = (spent[1][0] - spent[0][0]) / (lengths_s[1] - lengths_s[0])
    start_s = spent[0][0] - lengths_s[0] * per_s
    print(f"\n{method}: {per_s * HOUR_S / 60:.1f} min of one core for an hour of sound; {start_s:.1f} s to begin with;")
    print(f"  memory {spent[0][1] / 1e6:.2f} GB with 10 s, {spent[1][1] / 1e6:.2f} GB with 40 s of sound at a time")


def test_what_ray_adds_to_a_recording(nodes: Nodes, tmp_path: Path) -> None:
    items = recordings(tmp_path / "short", 40, 0.5)
    orders = order("vae")
    pools: dict[str, Pool] = {
        "local": Processes(1, orders, 1),
        "shared": cluster(nodes.address, 1, 1, orders, 1),
        "sent": cluster(nodes.address, 1, 1, orders, 1, sends=True),
    }
    found: dict[str, list[float]] = {name: [] for name in pools}
    try:
        for _ in range(TURNS):
            for name, pool in pools.items():
                found[name].append(seconds_for(pool, 1, items) / len(items))
    finally:
        for pool in pools.values():
            pool.close()
    for name, each_s in found.items():
        told = " ".join(f"{1000 * s:.1f}" for s in each_s)
        print(f"\n{name}: {1000 * min(each_s):.1f} ms a recording of 0.5 s (all turns: {told})", end="")
    print()


def test_large_recordings_are_sent_at(nodes: Nodes, tmp_path: Path) -> None:
    """So long that bytes count, of which little is restored."""
    items = recordings(tmp_path / "long", 4, 600.0)
    megabytes = sum(item.source.stat().st_size for item in items) / 1e6
    short = {"": dataclasses.replace(order("vae")[""], start_s=1.0, end_s=1.5)}
    pools: dict[str, Pool] = {
        "shared": cluster(nodes.address, 1, 1, short, 1),
        "sent": cluster(nodes.address, 1, 1, short, 1, sends=True),
    }
    found: dict[str, list[float]] = {name: [] for name in pools}
    try:
        for _ in range(TURNS):
            for name, pool in pools.items():
                found[name].append(seconds_for(pool, 1, items))
    finally:
        for pool in pools.values():
            pool.close()
    more_s = min(found["sent"]) - min(found["shared"])
    print(f"\n{megabytes / len(items):.0f} MB each: shared {min(found['shared']) / len(items):.2f} s, ", end="")
    print(f"sent {min(found['sent']) / len(items):.2f} s; to and fro at {2 * megabytes / more_s:.0f} MB/s")


def test_two_workers_against_one(nodes: Nodes, tmp_path: Path) -> None:
    items = recordings(tmp_path / "some", 16, 4.0)
    found: dict[int, list[float]] = {1: [], 2: []}
    pools = {count: cluster(nodes.address, count, count, order("vae"), 1) for count in (1, 2)}
    try:
        for _ in range(TURNS):
            for count, pool in pools.items():
                found[count].append(seconds_for(pool, count, items))
    finally:
        for pool in pools.values():
            pool.close()
    print(f"\none worker {found[1]}, two {found[2]} s: {min(found[1]) / min(found[2]):.2f} times as fast")


def test_the_journal_takes_so_many_lines_a_second(tmp_path: Path) -> None:
    items = [Item(f"{number}.wav", "", tmp_path, tmp_path / "out" / f"{number}.wav") for number in range(200)]
    journal = Journal(Plan(tmp_path / "out", order("vae"), items, 1), "0" * 64)
    began = time.perf_counter()
    for item in items:
        journal.begin(item)
        facts = {"input": str(item.source), "measures": dict.fromkeys("abcdefgh", 1.5)}
        journal.finish(item, Outcome(item.name, "", str(tmp_path), str(item.target), facts, (), "", "0" * 64, 1000))
    spent_s = time.perf_counter() - began
    journal.close()
    print(f"\n{len(items) / spent_s:.0f} recordings a second, two lines each")


def test_so_many_recordings_pass_through_the_driver(nodes: Nodes, tmp_path: Path) -> None:
    """Empty ones, which workers refuse at once."""
    items = []
    for number in range(1000):
        (tmp_path / f"{number}.wav").touch()
        items.append(Item(f"{number}.wav", "", tmp_path / f"{number}.wav", tmp_path / "out" / f"{number}.wav"))
    pool = cluster(nodes.address, 2, 2, order("vae"), 1)
    try:
        spent_s = min(seconds_for(pool, 2, items) for _ in range(TURNS))
    finally:
        pool.close()
    print(f"\n{len(items) / spent_s:.0f} recordings a second with two workers")


def test_resuming_reads_results_at(tmp_path: Path) -> None:
    path = tmp_path / "result.wav"
    path.write_bytes(np.random.default_rng(0).bytes(300_000_000))
    began = time.process_time()
    sha256_of(path, Control())
    print(f"\n{300 / (time.process_time() - began):.0f} MB/s by one core, disk aside")

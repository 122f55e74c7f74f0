"""How many workers a batch gets by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.batch import sizing
from engine.batch.plan import Plan
from engine.batch.sizing import largest_bytes, workers_for
from engine.memory import estimate_bytes
from engine.restoring import Order
from engine.settings import RestoreSettings

GIGA = 10**9


@pytest.fixture
def sources(write_sound) -> list[Path]:
    """A second, twenty, and what is none."""
    sounds = [np.zeros((1, 8000 * seconds), np.float32) for seconds in (1, 20)]
    paths = [write_sound(sound, 8000, name=f"{place}.wav") for place, sound in enumerate(sounds)]
    broken = paths[0].with_name("broken.wav")
    broken.write_bytes(b"RIFF" + bytes(10**6))
    return [*paths, broken]


def plan_of(*orders: Order, threads: int = 1) -> Plan:
    return Plan(Path("out"), {f"{place}": order for place, order in enumerate(orders)}, [], threads)


def settings(**how) -> RestoreSettings:
    return RestoreSettings(device="cpu", **how)


def test_the_largest_recording_in_the_greediest_variant_counts(sources) -> None:
    plain, greedy = settings(method="vae"), settings(task="fill", method="vae")
    needed = [largest_bytes(plan_of(*map(Order, variants)), sources) for variants in ([plain], [plain, greedy])]
    assert needed == [estimate_bytes(160000, 8000, 1, each) for each in (plain, greedy)]
    assert needed[0] < needed[1]


def test_a_recording_is_counted_at_the_rate_that_it_gets(sources) -> None:
    extend = settings(task="extend", method="vae")
    assert largest_bytes(plan_of(Order(extend, rate=96000)), sources) == estimate_bytes(1920000, 96000, 1, extend)


def test_of_a_region_its_length_counts(sources) -> None:
    order = Order(settings(method="vae"), start_s=0.5, end_s=0.75)
    assert largest_bytes(plan_of(order), sources) == estimate_bytes(2000, 8000, 1, order.settings)


def test_what_cannot_be_opened_asks_for_nothing(sources) -> None:
    assert largest_bytes(plan_of(Order(settings())), sources[2:]) is None


@pytest.mark.parametrize(
    ("cores", "threads", "free", "workers"),
    [(8, 1, 1000 * GIGA, 8), (8, 3, 1000 * GIGA, 2), (2, 4, 1000 * GIGA, 1), (8, 1, 2 * GIGA, 2), (8, 1, 1000, 1)],
)
def test_workers_are_as_many_as_cores_and_memory_allow(sources, monkeypatch, cores, threads, free, workers) -> None:
    monkeypatch.setattr(sizing, "visible_gpus", list)
    monkeypatch.setattr("os.sched_getaffinity", lambda of: set(range(cores)))
    monkeypatch.setattr(sizing, "available_bytes", lambda: free)
    monkeypatch.setattr(sizing, "largest_bytes", lambda plan, sources: 700 * 10**6)
    assert workers_for(plan_of(Order(settings()), threads=threads), sources) == workers


def test_a_gpu_has_one_worker(sources, monkeypatch) -> None:
    monkeypatch.setattr(sizing, "visible_gpus", lambda: ["0", "1", "2"])
    assert workers_for(plan_of(Order(RestoreSettings())), sources) == 3

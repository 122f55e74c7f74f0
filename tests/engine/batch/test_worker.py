"""What a worker is given to work with, and what it tells of what went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.batch.plan import Item, Plan
from engine.batch.worker import gpu_environment, visible_gpus
from engine.commands.batch import workers_for
from engine.restoring import Order
from engine.settings import RestoreSettings

VISIBLE = "CUDA_VISIBLE_DEVICES"


@pytest.fixture
def item(tmp_path: Path) -> Item:
    return Item("a.wav", "", tmp_path / "in" / "a.wav", tmp_path / "out" / "a.wav")


@pytest.mark.parametrize(
    ("chosen", "gpus"),
    [
        ("0", ["0"]),
        ("3,1", ["3", "1"]),
        ("GPU-8932f937, MIG-5c89", ["GPU-8932f937", "MIG-5c89"]),
        ("2,-1,3", ["2"]),
        ("", []),
        ("-1", []),
    ],
)
def test_the_gpus_that_the_user_leaves_visible_are_shared_out(
    chosen: str, gpus: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VISIBLE, chosen)
    assert visible_gpus() == gpus
    shared_out = [gpu_environment(number).get(VISIBLE, chosen) for number in range(4)]
    assert shared_out == ((gpus * 4)[:4] if len(gpus) > 1 else [chosen] * 4)


def test_there_are_as_many_workers_as_visible_gpus(item: Item, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def workers(chosen: str) -> int:
        monkeypatch.setenv(VISIBLE, chosen)
        return workers_for(Plan(tmp_path, {"": Order(RestoreSettings())}, [item], 1000), [item.source])

    assert [workers(chosen) for chosen in ("5", "5,6,7", "", "-1")] == [1, 3, 1, 1]

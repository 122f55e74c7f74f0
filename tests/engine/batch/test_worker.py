"""What a worker is given to work with, and what it tells of what went wrong."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from engine.batch import worker
from engine.batch.outcome import Outcome
from engine.batch.plan import Item, Plan
from engine.batch.sizing import workers_for
from engine.batch.worker import Worker, failed, failure, gpu_environment, visible_gpus
from engine.errors import DiskFullError, OutputError
from engine.progress import Control
from engine.restoring import Order
from engine.saving import check_space, explain
from engine.settings import RestoreSettings

VISIBLE = "CUDA_VISIBLE_DEVICES"


@pytest.fixture
def eight_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As NVIDIA's driver lists them."""
    folder = tmp_path / "gpus"
    for bus in range(8):
        (folder / f"0000:{bus:02x}:00.0").mkdir(parents=True)
    monkeypatch.setattr(worker, "GPUS", folder)


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
        ("0,8,1", ["0"]),
        ("9", []),
        ("5,5", ["5"]),
        ("1,0,GPU-8932f937,0,2", ["1", "0", "GPU-8932f937"]),
        ("", []),
        ("-1", []),
    ],
)
@pytest.mark.usefixtures("eight_gpus")
def test_the_gpus_that_the_user_leaves_visible_are_shared_out(
    chosen: str, gpus: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VISIBLE, chosen)
    assert visible_gpus() == gpus
    shared_out = [gpu_environment(number).get(VISIBLE, chosen) for number in range(4)]
    assert shared_out == ((gpus * 4)[:4] if len(gpus) > 1 else [chosen] * 4)


def test_without_a_gpu_none_is_visible_whatever_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(worker, "GPUS", tmp_path / "none")
    monkeypatch.setenv(VISIBLE, "0")
    assert visible_gpus() == []


@pytest.mark.usefixtures("eight_gpus")
def test_there_are_as_many_workers_as_visible_gpus(item: Item, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def workers(chosen: str) -> int:
        monkeypatch.setenv(VISIBLE, chosen)
        return workers_for(Plan(tmp_path, {"": Order(RestoreSettings())}, [item], 1000), [item.source])

    assert [workers(chosen) for chosen in ("5", "5,6,7", "", "-1")] == [1, 3, 1, 1]


def test_what_needs_space_says_so_and_what_lacks_only_a_right_does_not(item: Item) -> None:
    full = [OSError(errno.ENOSPC, "No space left on device", "/tmp/x"), OSError(errno.EDQUOT, "Disk quota exceeded")]
    assert all(failure(item, error).disk_full and failure(item, shown(error)).disk_full for error in full)
    others = [OutputError("a: no space: b.wav: exists already"), OSError(errno.EACCES, "Permission denied", "/tmp/x")]
    assert not any(failure(item, error).disk_full for error in others)


def test_a_file_that_is_too_large_by_itself_is_no_full_disk(item: Item) -> None:
    item.target.parent.mkdir()
    with pytest.raises(DiskFullError, match="bytes are needed") as refused:
        check_space(item.target, 2**62)
    large = OSError(errno.EFBIG, "File too large", item.target)
    assert not any(failure(item, error).disk_full for error in (refused.value, large, shown(large)))


def shown(error: OSError) -> Exception:
    """It as a file's writer raises it."""
    try:
        raise explain(error, Path("a.wav")) from error
    except DiskFullError as made:
        return made


def test_an_error_names_the_file_that_it_is_about(item: Item) -> None:
    read = OSError(errno.EIO, "Input/output error", item.source)
    assert failure(item, read).error == f"{item.source}: Input/output error"
    unnamed = OSError(errno.EIO, "Input/output error")
    assert failure(item, unnamed).error == f"{item.source}: failed: OSError: [Errno 5] Input/output error"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_folder_that_can_not_be_made_fails_as_a_file_does(
    code: int, item: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise OSError(code, os.strerror(code), item.target.parent)

    monkeypatch.setattr(Path, "mkdir", refuse)
    outcome = Worker({"": Order(RestoreSettings())}, 1).carry_out(item, False, Control())
    why = str(explain(OSError(code, os.strerror(code)), item.target))
    assert outcome == failed(item, why, disk_full=code == errno.ENOSPC)


def test_a_full_disk_is_not_written_down(item: Item) -> None:
    outcome = failed(item, "no space", disk_full=True)
    assert "disk_full" not in outcome.as_json()
    assert Outcome.from_json(outcome.as_json()) == failed(item, "no space")

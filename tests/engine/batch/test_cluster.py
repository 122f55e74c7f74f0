"""Batches on a cluster of three nodes, each with its own Ray, workers and store; killed for real."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from engine.batch import cluster as cluster_module
from engine.batch.cluster import Cluster
from engine.batch.model import model_hash_of, model_of
from engine.batch.outcome import Outcome
from engine.batch.plan import Item
from engine.batch.pool import Lost
from engine.batch.sent import PREFIX
from engine.batch.shared import Mark
from engine.child import start_child
from engine.cli import main
from engine.errors import InputError, RetakeError
from engine.restoring import Order
from engine.settings import RestoreSettings
from tests.engine.batch import nodes as nodes_module

WHOLE = 12
BROKEN = ("cut.wav", "empty.wav", "nan.wav", "text.wav")
WORKING = "ray::Actor.carry_out"
SOON_S = 60.0
JOURNAL = Path(__file__)  # any file that all nodes see
CODE = "import sys; from engine.cli import main; sys.exit(main())"


class Nodes:
    """A cluster of real nodes.

    Attributes:
        address: of its head.
        raylets: the process of each node that its workers belong to; the head's first.
    """

    def __init__(self, root: Path, temporary: Path) -> None:
        self._temporary = temporary
        self._sessions = tempfile.mkdtemp(prefix="ray-")  # a socket's path has to be short
        self._process = subprocess.Popen(
            [sys.executable, nodes_module.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(root), "TMPDIR": str(temporary), "RAY_TMPDIR": self._sessions},
        )
        told = self._told()
        self.address: str = told["address"]
        self.raylets: list[int] = told["nodes"]

    def add(self) -> None:
        """Start one more."""
        assert self._process.stdin
        self._process.stdin.write("more\n")
        self._process.stdin.flush()
        self.raylets.append(self._told())

    def kill(self, raylet: int) -> None:
        """End a node and all its workers at once, as a power cut does."""
        self.raylets.remove(raylet)
        for pid in (raylet, *children(raylet)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def workers(self, title: str = "ray::Actor") -> list[int]:
        """The workers of all nodes that do what a title says."""
        return [pid for raylet in self.raylets for pid in children(raylet) if words(pid).startswith(title)]

    def parcels(self) -> list[Path]:
        """What was sent and is still there."""
        return list(self._temporary.glob(f"{PREFIX}*"))

    def close(self) -> None:
        """End all."""
        self._process.communicate()
        shutil.rmtree(self._sessions)

    def _told(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


def children(parent: int) -> list[int]:
    """The processes that a process started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(folder.name))
    return found


def working_on(raylet: int) -> list[int]:
    """A node's workers that are carrying out an item."""
    return [pid for pid in children(raylet) if words(pid).startswith(WORKING)]


def words(pid: int) -> str:
    """A process's command line, or the title that it gave itself."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.fixture(scope="module")
def nodes(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """The cluster, which is ended with all its processes."""
    running = Nodes(root, tmp_path_factory.mktemp("temporary"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve recordings of half a second to a second, in folders; four more that are broken."""
    folder = tmp_path_factory.mktemp("work") / "recordings"
    for number in range(WHOLE):
        path = folder / ("" if number < 6 else "later") / f"{number:02}.{('wav', 'flac')[number % 2]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = 0.1 * np.random.default_rng(number).standard_normal((8000 + 500 * number, 1 + number % 2))
        soundfile.write(path, sound, 16000, subtype="PCM_16")
    (folder / "cut.wav").write_bytes((folder / "00.wav").read_bytes()[:3000])
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("no sound at all")
    soundfile.write(folder / "nan.wav", np.full((4000, 1), np.nan), 16000, subtype="FLOAT")
    return folder


def arguments(source: Path, out: Path, model: Path, *more: object) -> list[str]:
    given = ["batch", source, "-o", out, "--method", "vae", "--model", model, "--device", "cpu", "--no-report", *more]
    return [str(word) for word in given]


def started(*given: Any) -> subprocess.Popen[str]:
    """A batch in processes of its own."""
    command = [sys.executable, "-c", CODE, *arguments(*given)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=Path.cwd()
    )


def hashes(folder: Path) -> dict[str, str]:
    """Of all files but the journal, by name, hidden ones too."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "batch.jsonl"]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def ended(out: Path) -> list[str]:
    """The names that a journal says are done or failed, in its order."""
    path = out / "batch.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [values["ended"]["name"] for values in map(json.loads, lines) if "ended" in values]


def until(condition: Callable[[], Any]) -> Any:
    """Wait for something to become true; what it is then."""
    end = time.monotonic() + SOON_S
    while not (found := condition()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
    return found


def told(capsys: pytest.CaptureFixture[str], *given: Any) -> list[dict[str, Any]]:
    """The outcomes of a batch as it prints them, without how long it took."""
    capsys.readouterr()
    code = main([*arguments(*given), "--json"])
    printed = capsys.readouterr()
    assert code == 1, printed.err
    outcomes: list[dict[str, Any]] = json.loads(printed.out)["outcomes"]
    for outcome in outcomes:
        if outcome["facts"]:
            outcome["facts"].pop("seconds")
    return outcomes


@pytest.fixture(scope="module")
def expected(recordings: Path, tiny_folder: Path) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What a local worker says and writes, given paths relative to where it is started."""
    out = recordings.parent / "out"
    command = [sys.executable, "-c", CODE, *arguments(Path("recordings"), Path("out"), tiny_folder), "--json"]
    done = subprocess.run(
        [*command, "--workers", "1"], capture_output=True, text=True, check=False, cwd=recordings.parent
    )
    assert done.returncode == 1, done.stderr
    outcomes = json.loads(done.stdout)["outcomes"]
    for outcome in outcomes:
        if outcome["facts"]:
            outcome["facts"].pop("seconds")
    results = hashes(out)
    assert len(results) == WHOLE
    out.rename(out.with_name("out-of-local-worker"))
    return outcomes, results


@pytest.mark.thorough
@pytest.mark.parametrize("files", ["shared", "sent"])
def test_words_and_results_are_those_of_local_workers(
    files: str,
    nodes: Nodes,
    recordings: Path,
    tiny_folder: Path,
    expected: tuple[list[dict[str, Any]], dict[str, str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "recordings").symlink_to(recordings)
    monkeypatch.chdir(tmp_path)
    how = ("--cluster", nodes.address, "--cluster-files", files, "--workers", 2)
    outcomes = told(capsys, Path("recordings"), Path("out"), tiny_folder, *how)
    for outcome in outcomes:  # but that a failure names the node, which is this machine here
        outcome["error"] = outcome["error"].removeprefix(f"node {socket.gethostname()}: ")
    assert outcomes == expected[0]
    assert [outcome["name"] for outcome in outcomes if outcome["error"]] == sorted(BROKEN)
    assert hashes(tmp_path / "out") == expected[1]
    assert set(Counter(ended(tmp_path / "out")).values()) == {1}
    assert nodes.parcels() == []
    until(lambda: not nodes.workers())


@pytest.mark.slow
def test_what_a_killed_node_worked_on_is_done_by_another_one(
    nodes: Nodes, recordings: Path, tiny_folder: Path, expected: tuple[Any, dict[str, str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    batch = started(recordings, out, tiny_folder, "--cluster", nodes.address, "--workers", 2)
    others = nodes.raylets[1:]  # the batch needs the first
    victim = until(lambda: next((raylet for raylet in others if working_on(raylet)), None))
    for pid in working_on(victim):
        os.kill(pid, signal.SIGSTOP)
    # All others are done, so it was stopped in the middle of what is missing.
    until(lambda: len(ended(out)) == WHOLE + len(BROKEN) - 1)
    time.sleep(0.5)
    assert len(ended(out)) == WHOLE + len(BROKEN) - 1
    nodes.kill(victim)
    said = batch.communicate(timeout=SOON_S)[1]
    nodes.add()
    assert batch.returncode == 1 and said.count("failed: ") == len(BROKEN), said
    assert hashes(out) == expected[1]
    assert set(Counter(ended(out)).values()) == {1}


@pytest.mark.thorough
def test_after_a_kill_the_workers_end_and_resuming_gives_the_same(
    nodes: Nodes, recordings: Path, tiny_folder: Path, expected: tuple[Any, dict[str, str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    batch = started(recordings, out, tiny_folder, "--cluster", nodes.address, "--cluster-files", "sent", "--workers", 1)
    until(lambda: len(ended(out)) >= 2)
    os.killpg(batch.pid, signal.SIGKILL)  # and the process that speaks to Ray, which could clear up
    batch.communicate()
    assert len(ended(out)) < WHOLE + len(BROKEN)
    until(lambda: not nodes.workers())
    batch = started(recordings, out, tiny_folder, "--cluster", nodes.address, "--resume", "--workers", 1)
    said = batch.communicate(timeout=SOON_S)[1]
    assert batch.returncode == 1 and "are there already" in said
    assert hashes(out) == expected[1]
    for parcel in nodes.parcels():  # the killed worker's, which a later batch removes when it is older
        shutil.rmtree(parcel)


@pytest.mark.thorough
@pytest.mark.parametrize("files", ["shared", "sent"])
def test_ctrl_c_leaves_nothing_half_written_and_no_worker(
    files: str, nodes: Nodes, recordings: Path, tiny_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    batch = started(recordings, out, tiny_folder, "--cluster", nodes.address, "--cluster-files", files, "--workers", 1)
    until(lambda: nodes.workers(WORKING))
    batch.send_signal(signal.SIGINT)
    printed, said = batch.communicate(timeout=SOON_S)
    assert batch.returncode == 130 and printed == "" and "--resume goes on" in said
    until(lambda: not nodes.workers())
    assert list(tmp_path.rglob(".*")) == [] and nodes.parcels() == []


@pytest.mark.thorough
def test_a_recording_that_ends_its_workers_is_given_up_and_the_rest_is_done(
    nodes: Nodes, recordings: Path, tiny_folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "b.wav").write_bytes((recordings / "00.wav").read_bytes())
    soundfile.write(source / "a.wav", 0.1 * np.random.default_rng(0).standard_normal(60 * 16000), 16000)
    batch = started(source, tmp_path / "out", tiny_folder, "--cluster", nodes.address, "--workers", 1)
    for _ in range(2):
        (pid,) = until(lambda: nodes.workers(WORKING))
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: pid not in nodes.workers())
        if ended(tmp_path / "out") == ["b.wav"]:  # it was given to the second worker first
            pytest.fail("the short recording was done before the long one")
    said = batch.communicate(timeout=SOON_S)[1]
    given_up = f"failed: a.wav: {source / 'a.wav'}: tried 2 times and given up: the worker that worked on it was lost"
    assert given_up in said
    assert batch.returncode == 1 and list(hashes(tmp_path / "out")) == ["b.wav"]


def test_of_a_worker_that_is_lost_ray_s_reason_is_told(
    nodes: Nodes, recordings: Path, tiny_folder: Path, tmp_path: Path
) -> None:
    pool = cluster(nodes.address, 1, 1, order(tiny_folder), 1)
    item = Item("a.wav", "", recordings / "00.wav", tmp_path / "a.wav")
    try:
        until(lambda: pool.wait(0.1) or pool.free)
        pool.hand(item, False)
        (pid,) = until(lambda: nodes.workers(WORKING))
        os.kill(pid, signal.SIGKILL)
        (lost,) = until(lambda: pool.wait(0.1))
        assert isinstance(lost, Lost) and lost.item == item
        assert lost.why.startswith(
            "the worker that worked on it was lost: The actor is dead because its worker process"
        )
    finally:
        pool.close()


def order(model: Path | str = "bundled") -> dict[str, Order]:
    return {"": Order(RestoreSettings(method="vae", model=str(model), device="cpu"))}


def cluster(
    address: str,
    count: int | None,
    most: int,
    orders: dict[str, Order],
    threads: int,
    *,
    sends: bool = False,
    memory_bytes: int = 0,
) -> Cluster:
    """Workers on a cluster, with the model's own hash."""
    model_hash = model_hash_of(orders, model_of(orders))
    how: dict[str, Any] = {"journal": JOURNAL, "sends": sends, "memory_bytes": memory_bytes}
    return Cluster(address, count, most, orders, threads, model_hash=model_hash, **how)


def test_other_versions_of_retake_are_refused(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "version", lambda name: "99.0")
    pool = cluster(nodes.address, 1, 1, order(), 1)
    try:
        with pytest.raises(InputError, match=r"is installed there, 99\.0 here; the same is needed on all nodes"):
            until(lambda: pool.wait(0.1))
    finally:
        pool.close()


def test_a_node_that_does_not_see_the_files_is_refused_and_named(
    nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = Mark(str(tmp_path / "out" / "batch.jsonl"), 5, "")
    monkeypatch.setattr(cluster_module, "mark_of", lambda path: mark)
    pool = cluster(nodes.address, 1, 1, order(), 1)
    refusal = rf"node {socket.gethostname()} can't take part: it doesn't see {tmp_path / 'out'}, where"
    try:
        with pytest.raises(InputError, match=refusal):
            until(lambda: pool.wait(0.1))
    finally:
        pool.close()


def test_what_fails_in_the_process_that_speaks_to_ray_is_told(nodes: Nodes) -> None:
    pool = cluster(nodes.address, 1, 1, order(), threads=-1)
    try:
        with pytest.raises(RetakeError, match=rf"cluster {nodes.address}: failed: ValueError: .* num_cpus"):
            until(lambda: pool.wait(0.1))
    finally:
        pool.close()


@pytest.mark.thorough
def test_another_model_on_a_node_is_refused(nodes: Nodes) -> None:
    pool = Cluster(nodes.address, 1, 1, order(), 1, model_hash="0" * 64, journal=JOURNAL)
    try:
        with pytest.raises(InputError, match="model bundled has other weights there than here"):
            until(lambda: pool.wait(0.1))
    finally:
        pool.close()


def test_a_cluster_without_room_is_told_after_a_wait(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "NODES_S", 1.0)
    pool = cluster(nodes.address, None, 4, order(), 64, memory_bytes=10**9)
    try:
        assert pool.free == 0
        with pytest.raises(RetakeError, match=r"no worker was ready for 1 s; each takes 64 CPUs and 1\.0 GB"):
            until(lambda: pool.wait(0.1))
    finally:
        pool.close()


def test_workers_that_keep_dying_are_not_listened_to_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(module: str, environment: dict[str, str]) -> Any:
        return start_child("tests.engine.batch.dying", environment)

    monkeypatch.setattr(cluster_module, "start_child", start)
    monkeypatch.setattr(cluster_module, "NODES_S", 1.0)
    pool = cluster("auto", 1, 1, order(), 1)
    began = time.monotonic()
    try:
        assert pool.wait(0.5) == []
        assert time.monotonic() - began < 5
        with pytest.raises(RetakeError, match=r"no worker was ready for 1 s; .* the last one was lost: killed"):
            until(lambda: pool.wait(0.5))
    finally:
        pool.close()


@pytest.mark.thorough
def test_results_that_can_not_be_written_here_fail_as_locally(
    nodes: Nodes, recordings: Path, tiny_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "a file").touch()
    items = [
        Item("a.wav", "", recordings / "00.wav", tmp_path / "a file" / "a.wav"),
        Item("b.wav", "", recordings / "00.wav", tmp_path / "b.unknown"),
        Item("c.wav", "", tmp_path / "missing.wav", tmp_path / "c.wav"),
    ]
    from engine.batch.worker import Worker
    from engine.progress import Control

    local = Worker(order(tiny_folder), 1)
    wanted = {item: local.carry_out(item, False, Control()).error for item in items}
    pool = cluster(nodes.address, 1, 3, order(tiny_folder), 1, sends=True)
    found: dict[Item, str] = {}
    try:
        waiting = list(items)
        while len(found) < len(items):
            while waiting and pool.free > 0:
                pool.hand(waiting.pop(), False)
            for said in pool.wait(1.0):
                assert isinstance(said, tuple) and isinstance(said[1], Outcome)
                found[said[0]] = said[1].error
    finally:
        pool.close()
    assert found == wanted and all(found.values())


def test_what_is_no_cluster_is_refused_at_once(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(address: str) -> str:
        code = main(["batch", str(recordings), "-o", str(tmp_path / "out"), "--force", "--cluster", address])
        printed = capsys.readouterr()
        assert code == 2 and printed.out == ""
        return [line for line in printed.err.splitlines() if line.startswith("retake: ")].pop()

    began = time.monotonic()
    for address in ("ray://127.0.0.1:10001", "local", "127.0.0.1", "127.0.0.1:0x1", "a b:1"):
        assert f"cluster is {address!r}; auto and HOST:PORT are accepted" in refused(address)
    assert "can't be reached: Connection refused" in refused("127.0.0.1:1")
    assert "can't be reached" in refused("127.0.0.1:99999")
    assert time.monotonic() - began < 5
    monkeypatch.setitem(sys.modules, "ray", None)
    assert "pip install 'retake[cluster]'" in refused("auto")


def test_who_listens_but_is_no_cluster_is_not_waited_for_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT_S", 3.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        began = time.monotonic()
        with pytest.raises(InputError, match="no answer for 3 s"):
            cluster(f"127.0.0.1:{server.getsockname()[1]}", 1, 1, order(), 1)
        assert time.monotonic() - began < 6


def test_ray_is_imported_by_its_own_process_alone(run_python: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run_python("import sys, engine.commands.batch, engine.batch.cluster; print('ray' in sys.modules)")
    assert done.stdout == "False\n", done.stderr


@pytest.mark.thorough
def test_that_all_nodes_are_gone_is_told(  # the last one: the cluster is lost with it
    nodes: Nodes, recordings: Path, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "NODES_S", 30.0)
    pool = cluster(nodes.address, 1, 1, order(tiny_folder), 1)
    try:
        until(lambda: pool.wait(0.1) or pool.free)
        pool.hand(Item("a.wav", "", recordings / "00.wav", tmp_path / "a.wav"), False)
        for raylet in nodes.raylets[:]:
            nodes.kill(raylet)
        with pytest.raises(
            RetakeError, match=r"no worker was ready for 30 s; .* --resume goes on|the cluster's head, is gone"
        ):
            until(lambda: pool.wait(0.1) and False)  # its item is told of as lost before
    finally:
        pool.close()
    assert list(tmp_path.iterdir()) == []

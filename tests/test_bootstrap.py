"""The set-up: it does nothing when nothing is to do, and finishes what was cut off."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import subprocess
import sys
import threading
import time
import tomllib
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

IDLE_LIMIT_S = 3.0


@pytest.fixture
def bootstrap(root: Path) -> ModuleType:
    """The script as a module of its own for each test."""
    spec = importlib.util.spec_from_file_location("bootstrap", root / "packaging" / "bootstrap.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small source tree; steps that would install are noted in ``steps`` instead of run."""
    (tmp_path / "packaging").mkdir()
    for name in bootstrap.INPUTS:
        (tmp_path / name).write_text(f"contents of {name}\n")

    def note_step(command: list[object], venv: Path, lock: int) -> None:
        words = [str(word) for word in command]
        with (tmp_path / "steps").open("a") as file:
            file.write(" ".join(words) + "\n")
        if words[1:3] == ["-m", "venv"]:
            (venv / "bin").mkdir(parents=True)
            (venv / "bin" / "python").symlink_to(sys.executable)

    monkeypatch.setattr(bootstrap, "run", note_step)
    monkeypatch.setattr(bootstrap, "NATIVE_AFTER", {})  # nothing is installed to probe
    return tmp_path


def steps(tree: Path) -> list[str]:
    path = tree / "steps"
    return path.read_text().splitlines() if path.exists() else []


# --- a whole set-up -------------------------------------------------------------------------------


def test_set_up_installs_locked_packages_then_torch_then_the_project(bootstrap: ModuleType, tree: Path) -> None:
    assert bootstrap.main(tree) == 0
    made, locked, torch, project = steps(tree)
    assert made.endswith(f"-m venv {tree / '.venv'}")
    assert "--no-deps --require-hashes -r" in locked and locked.endswith("requirements.lock")
    assert torch.endswith("torch.txt") and "--no-deps" not in torch
    assert project.endswith(f"--no-deps --no-build-isolation --editable {tree}")


def test_second_set_up_does_nothing(bootstrap: ModuleType, tree: Path) -> None:
    bootstrap.main(tree)
    first = steps(tree)
    assert bootstrap.main(tree) == 0
    assert steps(tree) == first


def test_second_set_up_needs_no_network_and_little_time(root: Path, bootstrap: ModuleType) -> None:
    if not bootstrap.is_current(root):
        pytest.skip(".venv is not as `make setup` leaves it")
    nowhere = "http://127.0.0.1:9"
    env = os.environ | {"HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "PIP_NO_INDEX": "1"}
    command = [sys.executable, root / "packaging" / "bootstrap.py"]
    start_s = time.perf_counter()
    done = subprocess.run(command, cwd="/", env=env, capture_output=True, text=True, check=False)
    assert time.perf_counter() - start_s < IDLE_LIMIT_S
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- when it has to run again ---------------------------------------------------------------------


def test_a_change_to_any_input_sets_up_again(bootstrap: ModuleType, tree: Path) -> None:
    for name in bootstrap.INPUTS:
        bootstrap.main(tree)
        assert bootstrap.is_current(tree)
        (tree / name).write_text("changed\n")
        assert not bootstrap.is_current(tree), name


def test_a_moved_tree_sets_up_again(bootstrap: ModuleType, tree: Path, tmp_path: Path) -> None:
    bootstrap.main(tree)
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("packaging", "pyproject.toml", ".venv"):
        (tree / name).rename(moved / name)
    assert not bootstrap.is_current(moved)


def test_a_python_that_no_longer_runs_is_replaced(bootstrap: ModuleType, tree: Path) -> None:
    bootstrap.main(tree)
    python = tree / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(tree / "gone")
    assert bootstrap.main(tree) == 0
    assert bootstrap.is_current(tree)
    assert sum("-m venv" in step for step in steps(tree)) == 2


def test_a_set_up_that_was_cut_off_starts_from_nothing(bootstrap: ModuleType, tree: Path) -> None:
    bootstrap.main(tree)
    venv = tree / ".venv"
    (venv / ".retake" / "unfinished").touch()
    (venv / "lib" / "half-installed").mkdir(parents=True)
    assert bootstrap.main(tree) == 0
    assert not (venv / "lib").exists()
    assert bootstrap.is_current(tree)


@pytest.mark.parametrize(("record", "survives"), [(True, True), (False, False)])
def test_a_failing_step_keeps_what_is_whole_and_the_next_run_recovers(
    bootstrap: ModuleType,
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    record: bool,
    survives: bool,
) -> None:
    """pip writes a package's RECORD last, so one without it was cut off."""
    package = tree / ".venv" / "lib" / "python3.11" / "site-packages" / "tone-1.0.dist-info"

    def lose_the_network(command: list[object], venv: Path, lock: int) -> None:
        if record:
            (package / "RECORD").touch()
        raise bootstrap.SetupError("the network is gone")

    bootstrap.main(tree)
    package.mkdir(parents=True)
    (tree / "pyproject.toml").write_text("changed\n")
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "run", lose_the_network)
        assert bootstrap.main(tree) == 1
    assert "the network is gone" in capsys.readouterr().err
    assert not bootstrap.is_current(tree)
    assert bootstrap.main(tree) == 0
    assert bootstrap.is_current(tree)
    assert package.exists() == survives


def test_a_hand_made_venv_keeps_what_is_in_it(bootstrap: ModuleType, tree: Path) -> None:
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tree / ".venv" / "mine").touch()
    assert bootstrap.main(tree) == 0
    assert (tree / ".venv" / "mine").exists()
    assert not any("-m venv" in step for step in steps(tree))


def test_a_second_set_up_at_the_same_time_waits_for_the_first(
    bootstrap: ModuleType, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tree / ".venv" / ".retake" / "lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        second = threading.Thread(target=bootstrap.main, args=(tree,))
        second.start()
        second.join(timeout=0.5)
        assert second.is_alive()
        assert steps(tree) == []
    second.join(timeout=30)
    assert not second.is_alive()
    assert bootstrap.is_current(tree)
    assert "waiting" in capsys.readouterr().out


def test_a_failing_command_shows_its_last_words(root: Path, bootstrap: ModuleType, tmp_path: Path) -> None:
    (tmp_path / ".retake").mkdir()
    code = "import sys; sys.exit('no matching distribution')"
    with (tmp_path / "lock").open("w") as lock, pytest.raises(bootstrap.SetupError, match="no matching"):
        bootstrap.run([sys.executable, "-c", code], tmp_path, lock.fileno())


# --- Python and native libraries ------------------------------------------------------------------


def test_an_old_python_is_named_with_what_is_needed(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "python_version", lambda python: "3.10.12")
    with pytest.raises(bootstrap.SetupError, match=r"too old; Retake needs 3\.11 or newer"):
        bootstrap.find_python()


def test_a_tried_python_is_preferred_to_one_newer_than_any_tried(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {sys.executable: "3.99.0", "/bin/python3.12": "3.12.4"}
    monkeypatch.setattr(bootstrap, "python_version", lambda python: versions.get(str(python)))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name if os.sep in name else f"/bin/{name}")
    assert bootstrap.find_python() == "/bin/python3.12"


def test_a_missing_library_gives_one_line_to_copy_where_we_are_not_root(
    bootstrap: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    probes = {"libfirst1": "import no_such_first", "libthere": "import sys", "libsecond2": "import no_such"}
    monkeypatch.setattr(bootstrap, "NATIVE_BEFORE", probes)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    assert bootstrap.main(tree) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].strip() == "sudo apt-get install -y --no-install-recommends libfirst1 libsecond2"
    assert steps(tree) == []


def test_a_missing_library_is_installed_where_we_are_root(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    asked = []

    def install(command: list[str]) -> None:
        asked.append(command)
        there.touch()

    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap, "apt_get", install)
    bootstrap.require_native({"libfirst1": f"open({str(there)!r})"}, sys.executable)
    assert [command[-1] for command in asked] == ["libfirst1"]


def test_the_venv_package_is_that_of_the_chosen_python(bootstrap: ModuleType) -> None:
    missing = bootstrap.missing_native({"python{version}-venv": "import no_such_module"}, sys.executable)
    assert missing == ["python{}.{}-venv".format(*sys.version_info)]


# --- the lock file --------------------------------------------------------------------------------


def locked(root: Path) -> dict[str, Requirement]:
    """Requirements of the lock file by name; a line that starts in column 0 begins one."""
    text = (root / "packaging" / "requirements.lock").read_text()
    lines = [line for line in text.splitlines() if line[:1].isalnum()]
    requirements = [Requirement(line.removesuffix("\\").strip()) for line in lines]
    return {canonicalize_name(r.name): r for r in requirements}


def test_the_lock_holds_what_the_project_asks_for(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [Requirement(line) for line in project["dependencies"] + extras["test"] + extras["train"] + extras["dev"]]
    lock = locked(root)
    for requirement in wanted:
        if requirement.name in ("torch", "retake"):
            continue
        (exact,) = lock[canonicalize_name(requirement.name)].specifier
        assert exact.version in requirement.specifier, requirement


def test_every_locked_package_is_exact_and_hashed(root: Path) -> None:
    assert all(str(r.specifier).startswith("==") for r in locked(root).values())
    blocks = (root / "packaging" / "requirements.lock").read_text().split("\n")
    for line, following in pairwise(blocks):
        if line[:1].isalnum():
            assert following.strip().startswith("--hash=sha256:"), line


def test_the_lock_names_no_index_and_leaves_torch_to_its_own_file(root: Path) -> None:
    lock = locked(root)
    assert not [name for name in lock if name.startswith(("torch", "nvidia-", "cuda-", "triton"))]
    assert "://" not in (root / "packaging" / "requirements.lock").read_text()
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    lines = (root / "packaging" / "torch.txt").read_text().splitlines()
    (torch,) = [line for line in lines if not line.startswith("#")]
    assert torch in project["dependencies"]

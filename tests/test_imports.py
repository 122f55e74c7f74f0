"""What may import what, seen from outside: every check runs in a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

HEAVY = {
    "torch",
    "diffusers",
    "transformers",
    "huggingface_hub",
    "httpx2",
    "matplotlib",
    "PySide6",
    "pyqtgraph",
    "sounddevice",
    "desktop",
}
HELP_LIMIT_S = 0.3
RunPython = Callable[..., subprocess.CompletedProcess[str]]

BLOCK_THE_WINDOW = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PySide6", "pyqtgraph", "sounddevice", "desktop"}:
            raise ImportError(name + " is blocked")

sys.meta_path.insert(0, Blocked())
"""


def script(name: str) -> Path:
    """A console script beside the Python that runs the tests; skips where it isn't installed."""
    path = Path(sys.executable).parent / name
    if not path.exists():
        pytest.skip(f"{name} is not installed beside {sys.executable}; `make setup` does that")
    return path


def heavy_modules_after(run_python: RunPython, code: str) -> set[str]:
    done = run_python(f"{code}\nimport sys; print('\\nloaded', *{HEAVY} & sys.modules.keys())")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("module", ["engine", "engine.errors", "engine.audio", "engine.settings"])
def test_light_modules_load_neither_torch_nor_a_window(run_python: RunPython, module: str) -> None:
    assert heavy_modules_after(run_python, f"import {module}") == set()


def test_finding_and_checking_a_model_loads_neither_torch_nor_what_speaks_to_a_hub(run_python: RunPython) -> None:
    code = "from engine.model.folder import check_model; check_model('bundled')"
    assert heavy_modules_after(run_python, code) == set()


def test_what_fetches_a_model_loads_neither_torch_nor_the_hub_s_library_before_it_asks(run_python: RunPython) -> None:
    assert heavy_modules_after(run_python, "import engine.model.fetch, engine.commands.model_fetch") == set()


def test_help_loads_neither_torch_nor_a_window(run_python: RunPython) -> None:
    code = """
import sys
from engine.cli import main
sys.argv = ["retake", "--help"]
try:
    code = main()
except SystemExit as stop:
    code = stop.code
assert code in (0, None), code
"""
    assert heavy_modules_after(run_python, code) == set()


@pytest.mark.alone
def test_help_comes_at_once() -> None:
    """By the clock; on a machine that is busy with something else, by the processor's time."""
    command = [script("retake"), "--help"]
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    times_s = []
    for _ in range(8):
        before, start_s = os.times(), time.perf_counter()
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
        wall_s, after = time.perf_counter() - start_s, os.times()
        used_s = (after.children_user + after.children_system) - (before.children_user + before.children_system)
        times_s.append(used_s if busy else wall_s)
    assert "restore" in done.stdout
    assert min(times_s) < HELP_LIMIT_S


def test_every_engine_module_loads_without_the_window(root: Path, run_python: RunPython) -> None:
    files = sorted(p for p in (root / "engine").rglob("*.py") if p.name != "__main__.py")
    names = [".".join(p.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for p in files]
    done = run_python(BLOCK_THE_WINDOW + "\n".join(f"import {name}" for name in names))
    assert done.returncode == 0, done.stderr


def test_every_folder_of_engine_is_a_package(root: Path) -> None:
    """A folder without ``__init__.py`` works in the source tree and is missing from the wheel."""
    for package in ("engine", "desktop"):
        folders = {p.parent for p in (root / package).rglob("*.py")}
        assert [f for f in folders if not (f / "__init__.py").exists()] == []


def test_the_folder_packaging_does_not_hide_the_library_of_that_name(root: Path) -> None:
    """The editable install puts the top of the tree on the path: an ``__init__.py`` there could shadow it."""
    assert not (root / "packaging" / "__init__.py").exists()


def test_import_contracts_hold(root: Path) -> None:
    done = subprocess.run(
        [script("lint-imports"), "--no-cache", "--no-logo"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

"""The program as a user gets it: the wheel, in an environment of its own, away from the source tree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

CONTENTS = ("engine", "desktop", "resources", "pyproject.toml", "README.md", "LICENSE")
DEMO_LIMIT_S = 600  # for a machine that is busy with something else


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that neither leftovers get in nor anything stays in the tree."""
    source = tmp_path_factory.mktemp("source")
    for name in CONTENTS:
        if (root / name).is_dir():
            shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, source / name)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", out, source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = out.glob("retake-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; libraries come from the one that runs the tests."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    command = [sys.executable, "-m", "pip", "--python", venv / "bin" / "python", "install", "--quiet"]
    done = subprocess.run([*command, "--no-index", "--no-deps", wheel], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # A plain path: the .pth files over there are not read, so that the source tree stays out.
    (site_packages,) = venv.glob("lib/python*/site-packages")
    (site_packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv


def clean_env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def test_the_wheel_carries_code_and_data_and_nothing_else(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    inside = {name for name in names if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in inside} == {"engine", "desktop", "resources"}
    files = (p for package in ("engine", "resources") for p in (root / package).rglob("*") if p.is_file())
    # What translations are compiled from isn't needed to run.
    files = (p for p in files if "__pycache__" not in p.parts and p.suffix != ".ts")
    wanted = {str(p.relative_to(root)) for p in files}
    assert wanted - inside == set()


def test_installed_code_is_not_that_of_the_source_tree(installed: Path) -> None:
    code = "import engine, resources; print(engine.__file__, *resources.__path__)"
    done = subprocess.run(
        [installed / "bin" / "python", "-c", code],
        cwd="/",
        env=clean_env(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(Path(place).is_relative_to(installed) for place in done.stdout.split())


def test_the_demo_runs_from_anywhere(installed: Path, tmp_path: Path) -> None:
    out = tmp_path / "demo"
    done = subprocess.run(
        [installed / "bin" / "retake", "demo", "--out", out],
        cwd="/",
        env=clean_env(),
        capture_output=True,
        text=True,
        timeout=DEMO_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((out / "measures.json").read_text())
    assert "<html" in (out / "report.html").read_text().lower()
    assert len(list(out.rglob("*.wav"))) >= 2

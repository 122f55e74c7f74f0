"""What every test needs: no network, few threads, no display, signals made on the spot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# Before anything imports torch, transformers or matplotlib, here or in a child.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["MPLBACKEND"] = "Agg"
# Modules are compiled once, not in each of the hundreds of processes that tests start (5.5 s, 2.3 s of a processor).
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Threads that wait sleep: spinning on cores that others use too made tests four times as slow (45 s, 175 s).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Processes that test at once share the cores, whatever the one that started them has set for itself.
os.environ["OMP_NUM_THREADS"] = (
    str(max(1, (os.cpu_count() or 1) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])))
    if "PYTEST_XDIST_WORKER_COUNT" in os.environ
    else os.environ.get("OMP_NUM_THREADS", str(min(4, os.cpu_count() or 1)))
)

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

# The same examples in every run: a rare failure must not fall on a change that has nothing to do with it.
# HYPOTHESIS_PROFILE=search looks for new ones.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.register_profile("search", print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

Signal = NDArray[np.float32]
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is cached between sessions of the program isn't the user's."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def as_many_threads() -> Iterator[None]:
    """Results depend on their number in the last bits: what a test sets, as a batch does, ends with it."""
    yield
    torch, threads = sys.modules.get("torch"), int(os.environ["OMP_NUM_THREADS"])
    if torch is not None and torch.get_num_threads() != threads:
        torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def made_tone() -> Callable[..., Signal]:
    """A function that makes sines ``(channels, frames)``; channel ``c`` is harmonic ``c + 1``."""

    def make(
        *,
        frequency_hz: float = 440.0,
        length_s: float = 1.0,
        rate: int = 16000,
        channels: int = 1,
        peak: float = 0.5,
    ) -> Signal:
        times_s = np.arange(round(length_s * rate)) / rate
        frequencies_hz = frequency_hz * np.arange(1, channels + 1)[:, None]
        return (peak * np.sin(2 * np.pi * frequencies_hz * times_s)).astype(np.float32)

    return make


@pytest.fixture(scope="session")
def made_noise() -> Callable[..., Signal]:
    """A function that makes white noise ``(channels, frames)``, the same for the same seed."""

    def make(*, length_s: float = 1.0, rate: int = 16000, channels: int = 1, rms: float = 0.1, seed: int = 0) -> Signal:
        generator = np.random.default_rng(seed)
        return (rms * generator.standard_normal((channels, round(length_s * rate)))).astype(np.float32)

    return make


@pytest.fixture(scope="session")
def run_python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function that runs a piece of Python in a fresh interpreter, from the top of the tree."""

    def run(code: str, *, timeout_s: float = 600.0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False)

    return run

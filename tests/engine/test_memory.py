"""The estimate of a job's memory, against what was measured and what is measured now."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from engine import memory
from engine.errors import ModelError
from engine.memory import MB, PROCESS, available_bytes, estimate_bytes, weights
from engine.model.folder import BUNDLED_NAME, bundled_root, check_model
from engine.settings import RestoreSettings

MIB = 2**20
LEAST, MOST = 0.9, 1.35
# Seconds, rate, channels, task, method, renderer, peak of VmHWM in MiB; on two threads, with torch for the CPU.
MEASURED = [
    (1, 48000, 2, "reconstruct", "vae", "gain", 567),
    (10, 48000, 2, "reconstruct", "vae", "gain", 647),
    (60, 48000, 2, "reconstruct", "vae", "gain", 749),
    (300, 48000, 2, "reconstruct", "vae", "gain", 869),
    (60, 48000, 1, "reconstruct", "vae", "gain", 745),
    (60, 192000, 2, "reconstruct", "vae", "gain", 824),
    (10, 48000, 2, "reconstruct", "vae", "griffinlim", 616),
    (60, 48000, 2, "reconstruct", "vae", "griffinlim", 770),
    (1, 48000, 2, "reconstruct", "guided", "gain", 611),
    (10, 48000, 2, "reconstruct", "guided", "gain", 677),
    (60, 48000, 2, "reconstruct", "guided", "gain", 790),
    (10, 48000, 2, "reconstruct", "optimise", "gain", 676),
    (10, 48000, 2, "reconstruct", "invert", "gain", 648),
    (60, 48000, 2, "reconstruct", "enhance", "gain", 770),
    (60, 48000, 2, "reconstruct", "ddcm", "gain", 784),
    (1, 48000, 2, "fill", "guided", "gain", 664),
    (10, 48000, 2, "fill", "guided", "gain", 713),
    (60, 48000, 2, "fill", "guided", "gain", 894),
    (60, 48000, 2, "fill", "vae", "griffinlim", 876),
    (300, 48000, 2, "fill", "vae", "gain", 1979),
    (60, 48000, 8, "fill", "vae", "gain", 1807),
    (10, 48000, 2, "denoise", "partial", "gain", 688),
    (60, 48000, 2, "denoise", "partial", "gain", 886),
    (1, 48000, 2, "denoise", "guided", "gain", 637),
    (10, 48000, 2, "denoise", "guided", "gain", 744),
    (60, 48000, 2, "denoise", "guided", "gain", 945),
    (300, 48000, 2, "denoise", "vae", "gain", 2135),
    (60, 48000, 2, "declip", "vae", "gain", 763),
    (60, 48000, 2, "extend", "vae", "gain", 719),
]


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: "-".join(map(str, row[:6])))
def test_the_estimate_is_near_what_was_measured(row: tuple[int, int, int, str, str, str, int]) -> None:
    seconds, rate, channels, task, method, renderer, peak = row
    settings = RestoreSettings(task=task, method=method, renderer=renderer, device="cpu")
    share = estimate_bytes(seconds * rate, rate, channels, settings) / (peak * MIB)
    assert LEAST < share < MOST


@pytest.mark.slow
@pytest.mark.thorough
def test_the_estimate_covers_what_a_job_takes_now(run_python: Callable[..., CompletedProcess[str]]) -> None:
    """What a job takes beyond the process with its model, which differs with the build of torch."""
    done = run_python("""
import json, tempfile
from pathlib import Path
import numpy as np, soundfile
from desktop.worker.messages import Job
from desktop.worker.restoring import Engine
from engine.progress import Control
from engine.region import Region
from engine.settings import RestoreSettings

def memory(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name)) * 1024

with tempfile.TemporaryDirectory() as folder:
    source = Path(folder) / "noise.wav"
    soundfile.write(source, 0.1 * np.random.default_rng(0).standard_normal((30 * 48000, 2)), 48000)
    engine = Engine()
    engine.warm_up("bundled", "cpu")
    before = memory("VmRSS")
    settings = RestoreSettings(task="fill", method="vae", device="cpu")
    engine.restored(Job(1, source, Region(5 * 48000, 25 * 48000, 0.0, 24000.0), settings), Control())
    print(json.dumps([before, memory("VmHWM")]))
""")
    assert done.returncode == 0, done.stderr
    before, peak = json.loads(done.stdout)
    settings = RestoreSettings(task="fill", method="vae", device="cpu")
    there = PROCESS + weights(check_model("bundled"), settings)
    estimated = estimate_bytes(20 * 48000, 48000, 2, settings) - there
    assert peak - before > 20 * MB
    assert before + estimated > LEAST * peak


def test_more_sound_takes_more_memory() -> None:
    settings = RestoreSettings(task="fill")
    estimates = [estimate_bytes(48000 * seconds, 48000, 2, settings) for seconds in (1, 10, 100, 1000, 3600)]
    assert estimates == sorted(set(estimates))


def test_a_model_is_read_again_only_where_its_files_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "model"
    shutil.copytree(bundled_root() / BUNDLED_NAME, model)
    settings, read = RestoreSettings(model=str(model)), []
    monkeypatch.setattr(memory, "check_model", lambda name: read.append(name) or check_model(name))
    first = estimate_bytes(48000, 48000, 2, settings)
    assert [estimate_bytes(48000, 48000, 2, settings) for _ in range(3)] == [first] * 3
    assert len(read) == 1
    weights_file = next((model / "vae").glob("*.safetensors"))
    weights_file.write_bytes(weights_file.read_bytes()[:-4])
    with pytest.raises(ModelError, match="cut short"):
        estimate_bytes(48000, 48000, 2, settings)


def test_a_model_that_is_missing_is_said() -> None:
    with pytest.raises(ModelError, match="no such folder"):
        estimate_bytes(48000, 48000, 2, RestoreSettings(model="/none"))


def test_there_is_some_memory_and_less_than_the_machine_has() -> None:
    assert 0 < (available_bytes() or 0) <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_what_linux_holds_ready_is_read(tmp_path: Path) -> None:
    table = tmp_path / "meminfo"
    table.write_text("MemTotal:  2 kB\nMemFree:  7 kB\nMemAvailable:    1234 kB\n")
    assert available_bytes(table) == 1234 * 1024


@pytest.mark.parametrize("text", ["", "MemTotal: 3 kB\n"])
def test_a_system_that_does_not_tell_is_unknown(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf_names", {})
    (tmp_path / "meminfo").write_text(text)
    assert available_bytes(tmp_path / "meminfo") is None
    assert available_bytes(tmp_path / "nothing") is None


def test_the_windows_side_of_the_bridge_is_free_of_torch(run_python: Callable[..., CompletedProcess[str]]) -> None:
    done = run_python("""
import sys
import desktop.worker.supervisor, engine.memory, desktop.worker.quick
from engine.settings import RestoreSettings
engine.memory.estimate_bytes(48000, 48000, 2, RestoreSettings())
desktop.worker.quick.quick(RestoreSettings())
heavy = {"torch", "diffusers", "transformers", "scipy", "matplotlib", "multiprocessing.resource_tracker"}
print("loaded", *sorted(heavy & sys.modules.keys()))
""")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["loaded"]


# AudioLDM2 in its published size: seconds, task, method, renderer, peak resident memory in MB with random weights.
MEASURED_FULL = [
    (2.56, "reconstruct", "vae", "gain", 793),
    (10.24, "reconstruct", "vae", "gain", 862),
    (60, "reconstruct", "vae", "gain", 885),
    (10.24, "reconstruct", "vae", "vocoder", 1169),
    (60, "reconstruct", "vae", "vocoder", 1453),
    (2.56, "reconstruct", "guided", "gain", 1189),
    (10.24, "reconstruct", "guided", "gain", 1915),
    (60, "reconstruct", "guided", "gain", 1999),
    (10.24, "fill", "partial", "gain", 2704),
    (10.24, "fill", "guided", "gain", 2704),
]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published configurations, with weights that are as long as they should be and hold nothing."""
    import torch

    from tests.engine.checkpoints import build

    folder = tmp_path_factory.mktemp("full")
    for name in ("vae", "unet", "vocoder"):
        with torch.device("meta"):
            network = build(name, small=False)
        count = sum(parameter.numel() for parameter in network.parameters())
        network.config.save_pretrained(folder / name) if name == "vocoder" else network.save_config(folder / name)
        if name == "vocoder":
            config = json.loads((folder / name / "config.json").read_text())
            (folder / name / "config.json").write_text(json.dumps({**config, "architectures": ["SpeechT5HifiGan"]}))
        header = json.dumps({"all": {"dtype": "F32", "shape": [count], "data_offsets": [0, 4 * count]}}).encode()
        with (folder / name / "model.safetensors").open("wb") as file:
            file.write(len(header).to_bytes(8, "little") + header)
            file.truncate(8 + len(header) + 4 * count)
    return folder


@pytest.mark.parametrize("row", MEASURED_FULL, ids=lambda row: "-".join(map(str, row[:4])))
def test_the_estimate_is_near_what_audioldm2_takes(
    full: Path, monkeypatch: pytest.MonkeyPatch, row: tuple[float, str, str, str, int]
) -> None:
    monkeypatch.setattr(memory, "cpu_has_bfloat16", lambda: True)  # as where it was measured
    seconds, task, method, renderer, peak = row
    settings = RestoreSettings(task=task, method=method, renderer=renderer, device="cpu", model=str(full))
    share = estimate_bytes(round(seconds * 48000), 48000, 2, settings) / (peak * MB)
    assert LEAST < share < MOST

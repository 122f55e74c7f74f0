"""A region costs the same in an hour as in a minute: time and memory of the whole process, as a user starts it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE, CHANNELS = 48000, 2
REGION_S = 10.0
RUNS = 5
LONGEST_S, LARGEST_KB, SPREAD = 8.0, 1.5 * 2**20, 1.10


def made_file(path: Path, seconds: float) -> Path:
    """A stereo file of noise bursts, 24 bits."""
    rng = np.random.default_rng(0)
    second = (0.1 * rng.standard_normal((RATE * 10, CHANNELS)) * np.hanning(RATE * 10)[:, None]).astype(np.float32)
    with soundfile.SoundFile(path, "w", RATE, CHANNELS, "PCM_24") as file:
        for _ in range(round(seconds / 10)):
            file.write(second)
    return path


def measured(source: Path, out: Path) -> tuple[float, int]:
    """Wall seconds and peak memory in KiB of one restoration of the region alone, so that the copy is left out."""
    command = [
        Path(sys.executable).parent / "retake",
        "restore",
        "--method",
        "vae",
        source,
        "-o",
        out,
        "--force",
        "--region-only",
        "--json",
    ]
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--start", "20", "--end", str(20 + REGION_S)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as printed:
        row = json.loads(printed.read())
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert row["region"]["end_frame"] - row["region"]["start_frame"] == REGION_S * RATE
    return seconds, usage.ru_maxrss


@pytest.mark.slow
def test_a_region_of_an_hour_costs_what_it_costs_in_a_minute(tmp_path: Path) -> None:
    minute, hour = made_file(tmp_path / "minute.wav", 60), made_file(tmp_path / "hour.wav", 3600)
    measured(minute, tmp_path / "out.wav")  # the first start reads the libraries from disk
    pairs = [(measured(minute, tmp_path / "out.wav"), measured(hour, tmp_path / "out.wav")) for _ in range(RUNS)]
    (minute_s, minute_kb), (hour_s, hour_kb) = (
        (float(np.median([pair[i][0] for pair in pairs])), max(pair[i][1] for pair in pairs)) for i in (0, 1)
    )
    print(f"\nminute {minute_s:.2f} s {minute_kb / 1024:.0f} MiB; hour {hour_s:.2f} s {hour_kb / 1024:.0f} MiB")
    assert hour_s < LONGEST_S
    assert hour_kb < LARGEST_KB
    assert hour_s < minute_s * SPREAD
    assert hour_kb < minute_kb * SPREAD
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >= hour_kb

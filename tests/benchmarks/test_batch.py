"""What `retake batch` costs beyond the engine's own loop, and what a second worker brings."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

from engine.batch.worker import thread_environment
from tests.engine.conftest import demo_folder

__all__ = ["demo_folder"]
PIECES, PIECE_S = 24, 4.0
MOST_OVERHEAD, LEAST_GAIN = 1.15, 1.6
ROUNDS = 2
HOW = ["--method", "guided", "--device", "cpu"]
LOOP = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from engine.audio import open_clip
from engine.export import write_patched
from engine.jobs import measure, restore
from engine.model.load import load_model
from engine.region import region_of
from engine.settings import RestoreSettings, components_for
settings = RestoreSettings(method="guided", device="cpu")
model = load_model("bundled", "cpu", components_for(settings))
for path in sorted(Path(sys.argv[1]).iterdir()):
    with open_clip(path) as clip:
        region = region_of(clip.frames, clip.rate)
        take = restore(clip, region, settings, model)
        measure(clip, region, take.patch)
        write_patched(clip, [take.patch], Path(sys.argv[2]) / path.name, force=True)
"""


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Path:
    """Pieces of the bundled recordings."""
    folder = tmp_path_factory.mktemp("pieces")
    sources = sorted(path for path in demo_folder.iterdir() if path.suffix in (".wav", ".flac", ".ogg"))
    for number in range(PIECES):
        with soundfile.SoundFile(sources[number % len(sources)]) as file:
            frames = round(PIECE_S * file.samplerate)
            file.seek((number * 7919) % max(1, file.frames - frames))
            soundfile.write(folder / f"{number:02}.wav", file.read(frames), file.samplerate, subtype="PCM_24")
    return folder


def seconds_of(words: list[object]) -> float:
    began = time.monotonic()
    environment = {**os.environ, **thread_environment(1)}
    subprocess.run([str(word) for word in words], check=True, capture_output=True, env=environment)
    return time.monotonic() - began


def test_a_worker_costs_little_and_a_second_one_brings_much(pieces: Path, tmp_path: Path) -> None:
    """All three by turns, from the start of the program to its end; the best of each."""
    main = "import sys; from engine.cli import main; sys.exit(main())"
    best: dict[str, float] = {}
    for turn in range(ROUNDS):
        out = tmp_path / f"loop-{turn}"
        out.mkdir()
        found = {"loop": seconds_of([sys.executable, "-c", LOOP, pieces, out])}
        for workers in (1, 2):
            words = ["batch", pieces, "-o", tmp_path / f"{workers}-{turn}", "--workers", workers, "--no-report", *HOW]
            found[f"{workers} workers"] = seconds_of([sys.executable, "-c", main, *words])
        print({name: round(seconds, 1) for name, seconds in found.items()})
        best = {name: min(seconds, best.get(name, seconds)) for name, seconds in found.items()}
    overhead, gain = best["1 workers"] / best["loop"], best["1 workers"] / best["2 workers"]
    print(
        f"{PIECES} pieces of {PIECE_S:g} s: one worker {overhead:.3f} of the loop, two {gain:.2f} times as fast as one"
    )
    assert overhead <= MOST_OVERHEAD
    assert gain >= LEAST_GAIN

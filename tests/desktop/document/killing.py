"""A process that edits and saves at random, killed at a random moment; what is left must be what it reported.

The child's edits follow from a seed, so that the same edits can be made here without a kill and compared.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile
from PySide6.QtCore import QCoreApplication

from desktop.document import actions, steps
from desktop.document.document import Document
from desktop.document.opening import new_document, open_project, save_as
from engine.audio import Patch
from engine.region import Region
from tests.desktop.made import made_result

ROOT = Path(__file__).resolve().parents[3]
RATE, FRAMES, MOST_EDITS = 48000, 400_000, 2000
LONGEST_LIFE_S = 0.25


def write_recording(folder: Path) -> Path:
    """The recording that is edited."""
    path = folder / "talk.wav"
    soundfile.write(path, 0.1 * np.random.default_rng(0).standard_normal((FRAMES, 2)), RATE, subtype="PCM_16")
    return path


def edit_once(document: Document, rng: random.Random, folder: Path | None) -> None:
    """One edit at random; saving elsewhere, too, where there is a ``folder``."""
    chance, number = rng.random(), rng.randrange(10_000)
    regions, takes = list(document.regions), list(document.takes)
    start = rng.randrange(FRAMES // 2)
    bounds = Region(start, start + 1 + rng.randrange(100_000), 0.0, RATE / 2)
    if chance < 0.03:
        if folder:
            save_as(document, folder / f"{number % 2}.retake")
    elif chance < 0.2 or not regions:
        actions.add_region(document, bounds, f"name {number}")
    elif chance < 0.5:
        samples = np.random.default_rng(number).standard_normal((2, bounds.frames)).astype(np.float32)
        actions.add_take(document, rng.choice(regions), made_result(Patch(start, samples), bounds), use=number % 2 == 0)
    elif chance < 0.6:
        actions.change_region(document, rng.choice(regions), region=bounds, notes=f"{number}" * 100)
    elif chance < 0.65:
        actions.remove_regions(document, [rng.choice(regions)])
    elif chance < 0.7 and takes:
        actions.remove_takes(document, [rng.choice(takes)])
    elif chance < 0.85:
        document.undo.undo()
    else:
        document.undo.redo()


def state_of(document: Document) -> tuple[object, ...]:
    """All that must be the same, but for the times of takes."""
    takes = [{**take.to_dict(), "created_s": 0.0} for take in document.takes.values()]
    texts = [document.undo.text(i) for i in range(document.undo.count())]
    return list(document.regions.values()), sorted(takes, key=lambda take: take["id"]), texts, document.undo.index()


def edit_for_ever(folder: Path, seed: int) -> None:
    """The child: reports each edit once it is made, with the file that holds it."""
    app = QCoreApplication([])
    steps.MERGED_WITHIN_S = 0.0
    document, rng = new_document(folder / "talk.wav"), random.Random(seed)
    print("ready", document.store.path, flush=True)
    for number in range(1, MOST_EDITS):
        edit_once(document, rng, folder)
        print(number, document.store.path, flush=True)
    app.exit()


def killed_child(folder: Path, seed: int) -> tuple[int, Path]:
    """Let a child edit and kill it; how many edits it reported, and the file that held the last."""
    command = [sys.executable, "-m", "tests.desktop.document.killing", str(folder), str(seed)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    first = child.stdout.readline()
    time.sleep(random.Random(-seed).uniform(0.0, LONGEST_LIFE_S))
    child.send_signal(signal.SIGKILL)
    lines = [first, *(line for line in child.stdout if line.endswith("\n"))]
    child.wait()
    child.stdout.close()
    number, _, path = lines[-1].strip().partition(" ")
    return (0 if number == "ready" else int(number)), Path(path)


def check_kill(folder: Path, seed: int) -> int:
    """Kill a child, and hold what it left against the same edits made here; how many edits it had made."""
    folder.mkdir()
    source = write_recording(folder)
    count, path = killed_child(folder, seed)
    expected = expected_states(source, seed, count)
    for project in {path, *folder.glob("*.retake")}:
        document = open_project(project)
        for take in document.takes.values():
            start, stop = take.region[:2]
            assert document.patch(take.id).samples.shape == (2, stop - start)
        found = state_of(document)
        document.close()
        if project == path:
            assert found in expected, f"seed {seed}, {count} edits reported, {path}"
    return count


def expected_states(source: Path, seed: int, count: int) -> list[tuple[object, ...]]:
    """States after ``count`` edits and after the one that may have been under way."""
    document, rng = new_document(source), random.Random(seed)
    states = [state_of(document)]
    for _ in range(count + 1):
        edit_once(document, rng, None)
        states.append(state_of(document))
    document.close()
    return states[-2:]


if __name__ == "__main__":
    edit_for_ever(Path(sys.argv[1]), int(sys.argv[2]))

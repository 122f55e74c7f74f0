"""The corpus that the bundled model learns from: one file of 16-bit samples at the model's rate and its index.

``corpus.i16`` holds every sound after the other, mono, mean removed, loudest sample at 0.5; ``corpus.json`` lists
where each one starts, how long it is, its kind and where it came from. Sounds are made (`synthesis`) and, with
``--audio``, read from folders of recordings, less those of the committed hold-out list.

What makes a corpus is imported where it is used: training from one needs neither audio libraries nor synthesisers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError, RecordingError

PEAK = 0.5
PIECE_S = 20.0
SUFFIXES = {".wav", ".flac", ".ogg", ".mp3", ".opus", ".aiff", ".aif", ".caf"}
FULL_SCALE = 32767


@dataclass(frozen=True)
class Entry:
    """One sound of the corpus: ``length`` samples from ``start``, its kind, whether it is real, its name."""

    start: int
    length: int
    kind: str
    real: bool
    name: str


@dataclass(frozen=True)
class Corpus:
    """All samples (memory-mapped int16) and the index of the sounds in them."""

    samples: NDArray[np.int16]
    rate: int
    entries: tuple[Entry, ...]


def held_out() -> frozenset[str]:
    """Names of the recordings that are never trained on, so that they can judge."""
    text = resources.files("engine.training").joinpath("held_out.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def kind_of(path: Path) -> str:
    """The kind of a recording by its name's first word: music, speech, environment, or any."""
    word = path.name.split("-")[0]
    return word if word in {"music", "speech", "environment"} else "any"


def recordings_in(folder: Path) -> list[Path]:
    """The recordings below ``folder`` in the order of their names.

    Raises:
        InputError: there are none.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise InputError(f"no recordings in {folder}; accepted are {', '.join(sorted(SUFFIXES))}")
    return found


def mono_at(sound: NDArray[np.float32], rate: int, wanted_hz: int) -> NDArray[np.float32]:
    """(channels, samples) at ``rate`` -> (samples,) at ``wanted_hz``: the loudest channel, never a downmix."""
    import soxr

    loudest = sound[int(np.argmax((sound.astype(np.float64) ** 2).sum(axis=1)))]
    return np.asarray(soxr.resample(loudest, rate, wanted_hz, quality="VHQ"), dtype=np.float32)


def _made(rng: np.random.Generator, minutes: float, rate: int) -> Iterator[tuple[str, str, NDArray[np.float32]]]:
    """Music for 75 % of the minutes, speech for 10 %, noises for 15 %."""
    from engine.training import synthesis

    for index in range(round(minutes * 60 * 0.75 / PIECE_S)):
        yield (
            "music",
            f"music-made-{index:04d}",
            mono_at(synthesis.music(rng, PIECE_S), synthesis.MAKING_HZ, rate),
        )
    spoken_s, index = 0.0, 0
    while spoken_s < minutes * 60 * 0.10:
        sound, made_hz = synthesis.speech(rng)
        yield "speech", f"speech-made-{index:04d}", mono_at(sound, made_hz, rate)
        spoken_s, index = spoken_s + sound.shape[1] / made_hz, index + 1
    for index in range(round(minutes * 60 * 0.15 / PIECE_S)):
        yield "environment", f"environment-made-{index:04d}", synthesis.noise(rng, PIECE_S, rate)[0]


def _recorded(folders: Sequence[Path], rate: int) -> Iterator[tuple[str, str, NDArray[np.float32]]]:
    from engine.audio import open_clip

    skipped = held_out()
    for folder in folders:
        for path in recordings_in(folder):
            if path.name in skipped:
                continue
            with open_clip(path) as clip:
                yield kind_of(path), path.name, mono_at(clip.read(0, clip.frames), clip.rate, rate)


def make_corpus(out: Path, audio: Sequence[Path], *, made_minutes: float, seed: int, rate: int = 16000) -> Corpus:
    """Make the corpus under ``out``, or take the one that is there if it was made from the same choices.

    Args:
        out: folder for ``corpus.i16`` and ``corpus.json``.
        audio: folders of recordings to add.
        made_minutes: how much sound to make besides.
        seed: of everything made.
        rate: in Hz, of the model.

    Raises:
        InputError: a folder without recordings, or a program for making sound is missing.
        RecordingError: a recording can't be read.
    """
    choices = {
        "audio": sorted(str(p.resolve()) for p in audio),
        "minutes": made_minutes,
        "seed": seed,
        "rate": rate,
        "held_out": sorted(held_out()),
    }
    index_path = out / "corpus.json"
    if index_path.exists() and json.loads(index_path.read_text())["choices"] == choices:
        return load_corpus(out)
    if made_minutes > 0:
        from engine.training import synthesis

        synthesis.require_programs()
    out.mkdir(parents=True, exist_ok=True)
    entries: list[Entry] = []
    start = 0
    with (out / "corpus.i16").open("wb") as file:
        for real, source in (
            (True, _recorded(audio, rate)),
            (False, _made(np.random.default_rng(seed), made_minutes, rate)),
        ):
            for kind, name, sound in source:
                sound = sound - sound.mean()
                peak = np.abs(sound).max(initial=0)
                if not peak > 0:
                    continue
                np.rint(sound * (PEAK / peak * FULL_SCALE)).astype("<i2").tofile(file)
                entries.append(Entry(start, len(sound), kind, real, name))
                start += len(sound)
    index = {"choices": choices, "entries": [asdict(entry) for entry in entries]}
    index_path.write_text(json.dumps(index, indent=0), encoding="utf-8")
    return load_corpus(out)


def load_corpus(folder: Path) -> Corpus:
    """Open a corpus that `make_corpus` wrote.

    Raises:
        RecordingError: there is none, or its samples don't match its index.
    """
    try:
        index = json.loads((folder / "corpus.json").read_text(encoding="utf-8"))
        samples = np.memmap(folder / "corpus.i16", dtype="<i2", mode="r")
    except (OSError, ValueError) as error:
        raise RecordingError(f"no corpus in {folder}: {error}") from error
    entries = tuple(Entry(**entry) for entry in index["entries"])
    expected = sum(entry.length for entry in entries)
    if expected != len(samples):
        raise RecordingError(f"{folder / 'corpus.i16'} holds {len(samples)} samples; its index says {expected}")
    return Corpus(samples, index["choices"]["rate"], entries)

"""Recordings on disk, and patches for them, for the tests of reading and writing."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from engine.audio import Patch, open_clip
from engine.export import Written, write_patched
from engine.recording.riff import walk
from engine.recording.samples import sample_type

RATE = 48000
FRAMES = 3000
START, STOP = 1000, 1500  # the frames of `patch`
SUFFIXES = {"WAV": "wav", "WAVEX": "wav", "RF64": "rf64", "W64": "w64", "AIFF": "aiff", "CAF": "caf", "AU": "au"}
WIDTHS = ("PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")
LSB = {name: 2.0 ** (1 - sample_type(name).bits) for name in WIDTHS if sample_type(name).kind == "int"}
FORMATS = (
    ("WAV", "PCM_U8"),
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "PCM_32"),
    ("WAV", "FLOAT"),
    ("WAV", "DOUBLE"),
    ("WAV", "ULAW"),
    ("WAV", "ALAW"),
    ("WAV", "IMA_ADPCM"),
    ("WAVEX", "PCM_24"),
    ("RF64", "PCM_24"),
    ("W64", "PCM_24"),
    ("AIFF", "PCM_S8"),
    ("AIFF", "PCM_24"),
    ("AIFF", "FLOAT"),
    ("CAF", "PCM_24"),
    ("CAF", "ALAC_24"),
    ("AU", "PCM_24"),
    ("AU", "ULAW"),
    ("FLAC", "PCM_S8"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
)


def noise(frames: int = FRAMES, channels: int = 2, seed: int = 0, level: float = 0.9) -> np.ndarray:
    """(frames, channels) float64, uniform."""
    return np.random.default_rng(seed).uniform(-level, level, (frames, channels))


def patch(start: int = START, stop: int = STOP, channels: int = 2, level: float = 0.9) -> Patch:
    """Other noise than a source's."""
    return Patch(start, noise(stop - start, channels, seed=7, level=level).T.astype(np.float32))


def source(folder: Path, container: str = "WAV", subtype: str = "PCM_24", endian: str = "FILE", **how: Any) -> Path:
    """Noise, written as ``source`` with the container's extension; ``how`` goes to `noise`."""
    suffix = {**SUFFIXES, "FLAC": "flac", "OGG": "ogg", "MP3": "mp3"}[container]
    path = folder / f"source.{'opus' if subtype == 'OPUS' else suffix}"
    soundfile.write(path, noise(**how), RATE, format=container, subtype=subtype, endian=endian)
    return path


def native(path: Path) -> np.ndarray:
    """All of a recording, in its own sample type."""
    with open_clip(path) as clip:
        return clip.read_native(0, clip.frames)


def repair(path: Path, target: Path, patches: Sequence[Patch], **how: Any) -> Written:
    """Write a recording with patches laid in."""
    with open_clip(path) as clip:
        return write_patched(clip, patches, target, **how)


def leftovers(folder: Path) -> list[str]:
    """Hidden files, which is what temporary ones are."""
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("."))


def with_chunks(path: Path) -> dict[bytes, bytes]:
    """Put chunks before and after a WAV's samples."""
    chunks = {
        b"bext": b"take 1".ljust(603, b"\0"),
        b"JUNK": b"x" * 28,
        b"iXML": b"<BWFXML/>",
        b"cue ": bytes(28),
    }
    chunks |= {b"LIST": b"INFOINAM\x06\0\0\0title\0", b"odd!": b"\x01\x02\x03"}
    raw = path.read_bytes()

    def packed(names: list[bytes]) -> bytes:
        parts = ((name, chunks[name]) for name in names)
        return b"".join(struct.pack("<4sI", n, len(p)) + p + b"\0" * (len(p) % 2) for n, p in parts)

    at = raw.index(b"fmt ")
    raw = raw[:at] + packed([b"bext", b"JUNK"]) + raw[at:] + packed([b"iXML", b"cue ", b"LIST", b"odd!"])
    path.write_bytes(raw[:4] + struct.pack("<I", len(raw) - 8) + raw[8:])
    return chunks


def read_chunks(path: Path) -> list[tuple[bytes, bytes]]:
    """The name and payload of each chunk of a WAV."""
    raw = path.read_bytes()
    with path.open("rb") as file:
        return [(c.name, raw[c.start : c.stop]) for c in walk(file, len(raw))]

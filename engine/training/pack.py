"""The corpus as one small file, to be carried to where there is no room or no connection for more.

A ZIP archive of Opus streams (RFC 6716) and an index; the archive's CRCs tell damage, libsndfile codes and decodes.
The streams say 24 kHz where the corpus has 16: by that the coder takes them for sound of 12 kHz width and, from
`BITS_PER_S` on, codes it all in the transform domain (CELT), which keeps the energy of every band. Told the truth it
codes the lower bands of what it takes for speech by linear prediction, at the same size with 1.8 dB too little above
4 kHz and a third more error in the log-mel. Players play a stream 1.5 times too fast.

Real recordings come first; sounds that anybody can make again fill what is left.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError, RecordingError
from engine.saving import written_whole
from engine.training.data import Corpus, Entry

FORMAT = "retake corpus 1"
INDEX = "index.json"
MEGABYTES = 40.0
CODED_AS = 1.5  # the streams' rate over the corpus' own
BITS_PER_S = 56000  # at the streams' rate; 39 kbit for a second of 16 kHz
FEWEST_MADE = 0.2  # of the pack: `Crops` would draw a few minutes of made sounds over and over
BATCH = 64


def write_pack(corpus: Corpus, path: Path, *, megabytes: float = MEGABYTES, seed: int = 0) -> tuple[Entry, ...]:
    """Write as much of ``corpus`` as goes into ``megabytes`` (of 10^6 bytes), in an order drawn from ``seed``.

    Returns:
        The sounds that were taken, with their places in the corpus that `read_pack` gives.

    Raises:
        InputError: the rate is none that Opus takes, nothing goes into the size, or soundfile is not installed.
        OutputError, DiskFullError: it can't be written there.
    """
    coded_hz = round(corpus.rate * CODED_AS)
    if coded_hz not in (8000, 12000, 16000, 24000, 48000):
        raise InputError(f"the corpus' rate is {corpus.rate} Hz; a pack takes 8000, 16000 or 32000 Hz")
    room = int(megabytes * 1e6)
    rng = np.random.default_rng(seed)
    chosen: list[tuple[Entry, bytes]] = []
    for real in (True, False):
        if not real and chosen and room < FEWEST_MADE * megabytes * 1e6:
            break
        entries = [entry for entry in corpus.entries if entry.real is real]
        shuffled = [entries[index] for index in rng.permutation(len(entries))]
        for entry, stream in _encoded(corpus, shuffled, coded_hz):
            needed = len(stream) + _overhead(entry)
            if needed > room:
                break
            room -= needed
            chosen.append((entry, stream))
    if not chosen:
        raise InputError(f"megabytes is {megabytes:g}, too little for one sound; accepted is more, as {MEGABYTES:g}")
    chosen.sort(key=lambda pair: pair[0].start)
    entries = list(_laid_out(entry for entry, _ in chosen))
    index = {"format": FORMAT, "rate": corpus.rate, "entries": [asdict(entry) for entry in entries]}
    with written_whole(path, force=True) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(INDEX, json.dumps(index), zipfile.ZIP_DEFLATED)
        for number, (_, stream) in enumerate(chosen):
            archive.writestr(_name(number), stream)
    return tuple(entries)


def read_pack(path: Path) -> Corpus:
    """Read what `write_pack` wrote, into memory.

    Raises:
        RecordingError: it is missing, no pack, damaged or cut short.
        InputError: soundfile is not installed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            index = json.loads(archive.read(INDEX))
            if index.get("format") != FORMAT:
                raise RecordingError(f"{path} has the format {index.get('format')!r}; accepted is {FORMAT!r}")
            rate, entries = int(index["rate"]), tuple(Entry(**entry) for entry in index["entries"])
            streams = [archive.read(_name(number)) for number in range(len(entries))]
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
        raise RecordingError(f"{path} is no whole pack of a corpus: {error}") from error
    samples = np.empty(sum(entry.length for entry in entries), np.int16)
    for number, (entry, sound) in enumerate(zip(entries, _in_parallel(_decode, streams), strict=True)):
        if len(sound) != entry.length:
            raise RecordingError(f"{path}: {_name(number)} has {len(sound)} samples; its index says {entry.length}")
        samples[entry.start : entry.start + entry.length] = sound
    return Corpus(samples, rate, entries)


def _name(number: int) -> str:
    return f"{number:05d}.opus"


def _overhead(entry: Entry) -> int:
    """Bytes that a sound takes in the archive and its index beside its stream, rather more than less."""
    return 160 + len(json.dumps(asdict(entry)))


def _laid_out(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The same sounds one after the other from 0 on."""
    start = 0
    for entry in entries:
        yield Entry(**{**asdict(entry), "start": start})
        start += entry.length


def _encoded(corpus: Corpus, entries: list[Entry], coded_hz: int) -> Iterator[tuple[Entry, bytes]]:
    """Each sound with its stream; in batches, so that few are made in vain."""
    for first in range(0, len(entries), BATCH):
        batch = entries[first : first + BATCH]
        sounds = [corpus.samples[entry.start : entry.start + entry.length] for entry in batch]
        yield from zip(batch, _in_parallel(lambda sound: _encode(sound, coded_hz), sounds), strict=True)


def _encode(sound: NDArray[np.int16], coded_hz: int) -> bytes:
    stream = io.BytesIO()
    # libsndfile's level 0 is 256 kbit/s, its level 1 is 6 kbit/s.
    level = (256000 - BITS_PER_S) / 250000
    with _soundfile().SoundFile(
        stream, "w", coded_hz, 1, format="OGG", subtype="OPUS", compression_level=level
    ) as file:
        file.write(sound)
    return stream.getvalue()


def _decode(stream: bytes) -> NDArray[np.int16]:
    soundfile = _soundfile()
    try:
        sound: NDArray[np.int16] = soundfile.read(io.BytesIO(stream), dtype="int16")[0]
    except soundfile.LibsndfileError as error:
        raise RecordingError(f"a sound of the pack can't be decoded: {error}") from error
    return sound


def _in_parallel(function: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))


def _soundfile() -> Any:
    try:
        import soundfile
    except ImportError as error:
        raise InputError(f"a pack is coded and decoded by soundfile, which can't be imported here: {error}") from error
    return soundfile

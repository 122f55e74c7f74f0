"""The metadata blocks of a FLAC file (RFC 9639, section 8), carried from one file into another.

libsndfile knows a few tags and drops pictures, cue sheets, application blocks and all other tags.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import RecordingError

STREAMINFO, PADDING, SEEKTABLE = 0, 1, 3  # belong to the very file
CUESHEET = 5  # counts in samples
LAST = 0x80
COPY_BYTES = 1 << 20


def blocks(file: BinaryIO | io.RawIOBase) -> Iterator[tuple[int, bytes]]:
    """The type and payload of each metadata block; leaves ``file`` where the sound begins."""
    file.seek(0)
    if file.read(4) != b"fLaC":
        raise RecordingError("no FLAC marker at the start")
    head = b""
    while not head or not head[0] & LAST:
        head = file.read(4) or b""
        if len(head) < 4:
            raise RecordingError("FLAC metadata is cut off")
        yield head[0] & ~LAST, file.read(int.from_bytes(head[1:], "big")) or b""


def carried_blocks(source: Path) -> list[tuple[int, bytes]]:
    """The blocks that say something about the recording; none where an ID3 tag hides them."""
    with source.open("rb") as file:
        try:
            return [block for block in blocks(file) if block[0] not in (STREAMINFO, PADDING, SEEKTABLE)]
        except RecordingError:
            return []


def replace_blocks(file: io.RawIOBase, carried: list[tuple[int, bytes]]) -> None:
    """Put ``carried`` behind the STREAMINFO of the FLAC in ``file``, in place of its own blocks."""
    own = list(blocks(file))
    sound_start = file.tell()
    kept = [block for block in own if block[0] == STREAMINFO] + carried
    head = b"fLaC" + b"".join(
        bytes([kind | (LAST if index == len(kept) - 1 else 0)]) + len(payload).to_bytes(3, "big") + payload
        for index, (kind, payload) in enumerate(kept)
    )
    move(file, sound_start, len(head))
    file.seek(0)
    file.write(head)


def move(file: io.RawIOBase, old: int, new: int) -> None:
    """Move all that lies behind ``old`` to ``new``, from the side that is not yet overwritten."""
    size = file.seek(0, os.SEEK_END)
    offsets = range(0, size - old, COPY_BYTES)
    for offset in offsets if new <= old else reversed(offsets):
        file.seek(old + offset)
        data = file.read(min(COPY_BYTES, size - old - offset)) or b""
        file.seek(new + offset)
        file.write(data)
    if new < old:
        file.truncate(size - old + new)

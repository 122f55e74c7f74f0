"""How much sound a file declares and how much it holds, for each container that says so.

libsndfile reads what is there and is silent about what is missing; so the headers are read here too.
Sources: Apple, AIFF-C (1991) and Core Audio Format; Sony, Wave64; Sun, AU. RIFF and its kin have their own
module.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.recording.riff import Chunk, Layout, riff_layout

W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")  # ends the GUIDs of W64's chunks, but for the outermost
UNKNOWN_32 = (0, 0xFFFFFFFF)
LITTLE_ENDIAN_AIFC = (b"sowt", b"42ni", b"42n1", b"23ni")  # libsndfile writes the third


def survey(path: Path) -> Layout | None:
    """Where the file says that its samples lie; None for containers that are not laid out in chunks.

    Raises:
        OSError: the file can't be read.
    """
    with path.open("rb") as file:
        reader = READERS.get(file.read(4))
        file_bytes = os.fstat(file.fileno()).st_size
        try:
            return reader(file, file_bytes) if reader else None
        except struct.error:  # a header that ends in the middle: libsndfile says what it makes of it
            return None


def present_of(data_start: int, declared: int | None, file_bytes: int, block_align: int) -> tuple[int | None, int]:
    """Declared and present bytes, the latter in whole blocks where they differ."""
    available = max(0, file_bytes - data_start)
    present = available if declared is None else min(available, declared)
    if present != declared and block_align:
        present -= present % block_align
    return declared, present


def iff_chunks(file: BinaryIO, file_bytes: int, at: int, head: str, even: bool) -> Iterator[Chunk]:
    """Chunks with big-endian headers, from offset ``at``; the last may declare more than is there."""
    head_bytes = struct.calcsize(head)
    while at + head_bytes <= file_bytes:
        file.seek(at)
        name, size = struct.unpack(head, file.read(head_bytes))
        if size < 0:
            size = file_bytes - at - head_bytes
        yield Chunk(name, at + head_bytes, size)
        at += head_bytes + size + (size % 2 if even else 0)


def aiff_layout(file: BinaryIO, file_bytes: int) -> Layout | None:
    """AIFF and AIFF-C."""
    file.seek(8)
    kind = file.read(4)
    chunks = tuple(iff_chunks(file, file_bytes, 12, ">4sI", even=True))
    named = {chunk.name: chunk for chunk in reversed(chunks)}
    if b"COMM" not in named or b"SSND" not in named:
        return None
    file.seek(named[b"COMM"].start)
    channels, frames, bits = struct.unpack(">hIh", file.read(8))
    file.seek(named[b"COMM"].start + 18)
    coding = file.read(4) if kind == b"AIFC" else b"NONE"
    block_align = channels * ((bits + 7) // 8)
    if coding.lower() in (b"ulaw", b"alaw"):
        block_align = channels
    sound = named[b"SSND"]
    file.seek(sound.start)
    offset = struct.unpack(">II", file.read(8))[0]
    start = sound.start + 8 + offset
    open_ended = sound.size in (*UNKNOWN_32, 8) and file_bytes > start and (frames == 0 or sound.size > 8)
    declared, present = present_of(start, None if open_ended else sound.stop - start, file_bytes, block_align)
    repairs: tuple[tuple[int, bytes], ...] = ()
    if declared != present:
        repairs = (
            (sound.start - 4, struct.pack(">I", min(8 + offset + present, 0xFFFFFFFF))),
            (
                named[b"COMM"].start + 2,
                struct.pack(">I", min(present // block_align if block_align else frames, 0xFFFFFFFF)),
            ),
        )
    order = "<" if coding in LITTLE_ENDIAN_AIFC else ">"
    peak = named.get(b"PEAK")
    levels = np.dtype([("level", ">f4"), ("frame", ">u4")])
    return Layout(
        start,
        declared,
        present,
        block_align,
        byte_order=order,
        repairs=repairs,
        chunks=chunks,
        peak=(peak.start + 8, levels) if peak else None,
    )


def caf_layout(file: BinaryIO, file_bytes: int) -> Layout | None:
    """Apple's Core Audio Format."""
    chunks = tuple(iff_chunks(file, file_bytes, 8, ">4sq", even=False))
    named = {chunk.name: chunk for chunk in reversed(chunks)}
    if b"desc" not in named or b"data" not in named:
        return None
    file.seek(named[b"desc"].start + 8)
    coding, flags, packet_bytes = struct.unpack(">4sII", file.read(12))
    data = named[b"data"]
    file.seek(data.start - 8)
    size = struct.unpack(">q", file.read(8))[0]
    start = data.start + 4  # after the edit count
    declared, present = present_of(start, None if size < 0 else size - 4, file_bytes, packet_bytes)
    frames = None
    if b"pakt" in named:
        file.seek(named[b"pakt"].start + 8)
        frames = struct.unpack(">q", file.read(8))[0]
    repairs = ((data.start - 8, struct.pack(">q", present + 4)),) if declared != present else ()
    order = "<" if coding == b"lpcm" and flags & 2 else ">"
    peak = named.get(b"peak")
    levels = np.dtype([("level", ">f4"), ("frame", ">u8")])
    return Layout(
        start,
        declared,
        present,
        packet_bytes,
        declared_frames=frames,
        byte_order=order,
        repairs=repairs,
        chunks=chunks,
        peak=(peak.start + 4, levels) if peak else None,
    )


def w64_layout(file: BinaryIO, file_bytes: int) -> Layout | None:
    """Sony's Wave64: sizes count their own 24-byte header, chunks start at multiples of 8."""
    named: dict[bytes, Chunk] = {}
    at = 40
    while at + 24 <= file_bytes:
        file.seek(at)
        guid, size = struct.unpack("<16sQ", file.read(24))
        if guid[4:] != W64_TAIL or (size < 24 and guid[:4] != b"data"):
            break
        named.setdefault(guid[:4], Chunk(guid[:4], at + 24, size - 24))
        at += -(-size // 8) * 8 if size >= 24 else file_bytes
    if b"fmt " not in named or b"data" not in named:
        return None
    file.seek(named[b"fmt "].start + 12)
    block_align = struct.unpack("<H", file.read(2))[0]
    data = named[b"data"]
    declared, present = present_of(data.start, data.size if data.size > 0 else None, file_bytes, block_align)
    repairs = ((data.start - 8, struct.pack("<Q", present + 24)),) if declared != present else ()
    return Layout(data.start, declared, present, block_align, repairs=repairs, chunks=tuple(named.values()))


def au_layout(file: BinaryIO, file_bytes: int) -> Layout | None:
    """Sun's and NeXT's AU, in either byte order."""
    file.seek(0)
    order = ">" if file.read(4) == b".snd" else "<"
    start, size, coding, _, channels = struct.unpack(f"{order}5I", file.read(20))
    width = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}.get(coding, 0)
    declared, present = present_of(start, None if size in UNKNOWN_32 else size, file_bytes, width * channels)
    repairs = ((8, struct.pack(f"{order}I", min(present, 0xFFFFFFFF))),) if declared != present else ()
    return Layout(start, declared, present, width * channels, byte_order=order, repairs=repairs)


READERS: dict[bytes, Callable[[BinaryIO, int], Layout | None]] = {
    b"RIFF": riff_layout,
    b"RIFX": riff_layout,
    b"RF64": riff_layout,
    b"BW64": riff_layout,
    b"FORM": aiff_layout,
    b"caff": caf_layout,
    b"riff": w64_layout,
    b".snd": au_layout,
    b"dns.": au_layout,
}

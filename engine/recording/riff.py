"""The chunks of RIFF, RIFX, RF64 and BW64 files: where the samples lie, and what lies around them.

Sources: Microsoft and IBM, Multimedia Programming Interface (1991), for RIFF; EBU Tech 3306 and ITU-R BS.2088
for RF64 and BW64, whose `ds64` chunk holds the sizes that don't fit 32 bits. Chunks nested in LIST are not
looked into.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

BYTE_ORDER = {b"RIFF": "<", b"RIFX": ">", b"RF64": "<", b"BW64": "<"}
IN_DS64 = 0xFFFFFFFF
# What programs that write to a pipe leave in the size of `data`: nothing, the largest, SoX's, arecord's.
STREAMED = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0x80000000)
MAX_RIFF_BYTES = 0xFFFFFFFF + 8
# Chunks that describe how the samples are stored, or are padding: of no use beside samples stored otherwise.
OF_THE_STORAGE = frozenset({b"fmt ", b"data", b"fact", b"ds64", b"PEAK", b"JUNK", b"junk", b"FLLR", b"PAD "})
OF_ALL_PARTS = frozenset({b"bext", b"id3 ", b"ID3 ", b"_PMX", b"axml"})
TIME_REFERENCE = 338  # offset in bext: samples from midnight to the first
COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Chunk:
    """A chunk of a file: its name, and where its payload starts and how many bytes it declares."""

    name: bytes
    start: int
    size: int

    @property
    def stop(self) -> int:
        return self.start + self.size


@dataclass(frozen=True)
class Layout:
    """Where a file says that its sound lies.

    Attributes:
        data_start: offset of the first sample's first byte.
        declared_bytes: length of the sound by the header; None where a streaming header leaves it open.
        present_bytes: length of the sound in the file, never above what is declared.
        block_align: bytes of a frame, or of a packet of a compressed subtype.
        declared_frames: frames by CAF's packet table, where there is one.
        byte_order: ``<`` or ``>``, of sizes and of samples.
        repairs: bytes to read instead of the header's, (offset, bytes), so that libsndfile finds all sound.
        chunks: all chunks in their order.
        peak: the chunk of the loudest samples of a file of floats, where there is one, and its numpy type.
    """

    data_start: int
    declared_bytes: int | None
    present_bytes: int
    block_align: int
    declared_frames: int | None = None
    byte_order: str = "<"
    repairs: tuple[tuple[int, bytes], ...] = ()
    chunks: tuple[Chunk, ...] = ()
    peak: tuple[int, np.dtype[np.void]] | None = None

    @property
    def intact(self) -> bool:
        """Whether the header declares exactly as much sound as is there."""
        return self.declared_bytes == self.present_bytes

    @property
    def is_short(self) -> bool:
        """Whether the header declares more sound than is there."""
        return self.declared_bytes is not None and self.declared_bytes > self.present_bytes

    @property
    def fraction_declared(self) -> float:
        """How many times the sound that is there the header declares."""
        return (self.declared_bytes or 0) / max(1, self.present_bytes)


def walk(file: BinaryIO, file_bytes: int) -> Iterator[Chunk]:
    """The chunks of a RIFF-like file in their order; the last one may declare more than the file holds."""
    file.seek(0)
    order = BYTE_ORDER[file.read(4)]
    wide: dict[bytes, int] = {}
    at = 12
    while at + 8 <= file_bytes:
        file.seek(at)
        name, size = struct.unpack(f"{order}4sI", file.read(8))
        if name == b"ds64":
            wide = read_ds64(file.read(min(size, 1 << 16)))
        if size == IN_DS64:
            size = wide.get(name, size)
        yield Chunk(name, at + 8, size)
        at += 8 + size + size % 2


def read_ds64(payload: bytes) -> dict[bytes, int]:
    """The 64-bit sizes of a `ds64` payload by chunk name; empty where it is cut short."""
    if len(payload) < 28:
        return {}
    _, data_bytes, _, entries = struct.unpack_from("<QQQI", payload)
    entries = min(entries, (len(payload) - 28) // 12)
    table = dict(struct.unpack_from("<4sQ", payload, 28 + 12 * k) for k in range(entries))
    return {**table, b"data": data_bytes}


def riff_layout(file: BinaryIO, file_bytes: int) -> Layout | None:
    """Where a RIFF-like file says that its samples lie; None where it has no `fmt ` and `data`."""
    file.seek(0)
    magic = file.read(4)
    order = BYTE_ORDER[magic]
    chunks = tuple(walk(file, file_bytes))
    named = {chunk.name: chunk for chunk in reversed(chunks)}
    if b"fmt " not in named or b"data" not in named or named[b"fmt "].size < 14:
        return None
    data = named[b"data"]
    file.seek(named[b"fmt "].start + 12)
    block_align = struct.unpack(f"{order}H", file.read(2))[0]
    available = file_bytes - data.start
    open_ended = is_open_ended(file, data, chunks, file_bytes)
    present = min(available, data.size) if not open_ended else available
    declared = None if open_ended else data.size
    repairs: list[tuple[int, bytes]] = []
    if declared != present:
        present -= present % block_align if block_align else 0
        repairs = size_repairs(magic, order, named, present)
    repairs += width_repair(file, order, named[b"fmt "])
    if magic == b"BW64":  # libsndfile knows the same layout under its older name only
        repairs.append((0, b"RF64"))
    return Layout(
        data.start,
        declared,
        present,
        block_align,
        byte_order=order,
        repairs=tuple(repairs),
        chunks=chunks if not open_ended else chunks[: chunks.index(data) + 1],
        peak=peak_field(named.get(b"PEAK"), order),
    )


def is_open_ended(file: BinaryIO, data: Chunk, chunks: Sequence[Chunk], file_bytes: int) -> bool:
    """Whether the size of `data` is what a program leaves that could not go back to fill it in."""
    if data.size not in STREAMED:
        return False
    if data.size:
        return data.stop > file_bytes
    after = chunks[chunks.index(data) + 1 :]
    whole = bool(after) and abs(after[-1].stop - file_bytes) <= 1 and all(c.name.isascii() for c in after)
    return file_bytes > data.start and not whole


def size_repairs(magic: bytes, order: str, named: dict[bytes, Chunk], present: int) -> list[tuple[int, bytes]]:
    """The header's bytes that make libsndfile read ``present`` bytes of samples."""
    data = named[b"data"]
    if magic in (b"RF64", b"BW64") and b"ds64" in named:
        ds64 = named[b"ds64"]
        return [
            (data.start - 4, struct.pack("<I", IN_DS64)),
            (ds64.start, struct.pack("<QQ", data.start + present - 8, present)),
        ]
    return [(data.start - 4, struct.pack(f"{order}I", min(present, IN_DS64)))]


def width_repair(file: BinaryIO, order: str, fmt: Chunk) -> list[tuple[int, bytes]]:
    """The true width for PCM that says 24 bits but takes 32 a sample, which libsndfile reads as noise."""
    if fmt.size < 16:
        return []
    file.seek(fmt.start)
    tag, channels, _, _, block_align, bits = struct.unpack(f"{order}HHIIHH", file.read(16))
    width = 8 * block_align // channels if channels else 0
    if tag != 1 or width not in (16, 24, 32) or width <= -(-bits // 8) * 8:
        return []
    return [(fmt.start + 14, struct.pack(f"{order}H", width))]


def peak_field(chunk: Chunk | None, order: str) -> tuple[int, np.dtype[np.void]] | None:
    """Where the levels of a PEAK chunk lie, after its version and time, and the type of a channel's."""
    if chunk is None or chunk.size < 8:
        return None
    return chunk.start + 8, np.dtype([("level", f"{order}f4"), ("frame", f"{order}u4")])


def exceeds_riff(data_bytes: int, other_bytes: int = 4096) -> bool:
    """Whether samples and other chunks pass what a 32-bit RIFF holds, so that it must be an RF64."""
    return data_bytes + other_bytes > MAX_RIFF_BYTES


def carried(chunks: Iterable[Chunk], file_bytes: int) -> list[Chunk]:
    """The whole chunks that say something about the recording and not about how it is stored."""
    return [c for c in chunks if c.name not in OF_THE_STORAGE and c.stop <= file_bytes]


def carried_by_parts(file: BinaryIO, chunks: Iterable[Chunk]) -> list[Chunk]:
    """Those of ``chunks`` that stay true of a part of the recording, or at another rate: none that counts in samples.

    bext counts in samples too; `time_reference_edits` puts it right.
    """
    return [chunk for chunk in chunks if chunk.name in OF_ALL_PARTS or is_info(file, chunk)]


def is_info(file: BinaryIO, chunk: Chunk) -> bool:
    """Whether a chunk is a list of title, artist and the like."""
    file.seek(chunk.start)
    return chunk.name == b"LIST" and file.read(4) == b"INFO"


def time_reference_edits(
    file: BinaryIO, chunks: Iterable[Chunk], start: int, old_rate: int, rate: int
) -> list[tuple[int, bytes]]:
    """The bext chunk's time of the first sample (EBU Tech 3285) for a part from frame ``start`` on: (offset, bytes)."""
    edits = []
    for chunk in chunks:
        if chunk.name == b"bext" and chunk.size >= TIME_REFERENCE + 8:
            file.seek(chunk.start + TIME_REFERENCE)
            (reference,) = struct.unpack("<Q", file.read(8))
            moved = min((reference + start) * rate // old_rate, 2**64 - 1)
            edits.append((chunk.start + TIME_REFERENCE, struct.pack("<Q", moved)))
    return edits


def append_chunks(file: io.RawIOBase, source: BinaryIO | io.RawIOBase, chunks: Sequence[Chunk]) -> None:
    """Append chunks of ``source`` to the RIFF or RF64 in ``file`` (open for both) and mend its size."""
    if not chunks:
        return
    file.seek(0, 2)
    file.write(b"\0" * (file.tell() % 2))
    for chunk in chunks:
        file.write(struct.pack("<4sI", chunk.name, chunk.size))
        source.seek(chunk.start)
        for offset in range(0, chunk.size, COPY_BYTES):
            file.write(source.read(min(COPY_BYTES, chunk.size - offset)) or b"")
        file.write(b"\0" * (chunk.size % 2))
    riff_bytes = file.tell() - 8
    file.seek(0)
    if file.read(4) == b"RIFF":
        file.seek(4)
        file.write(struct.pack("<I", riff_bytes))
    else:
        file.seek(20)  # RF64 puts ds64 first: name, size, then the size of the whole
        file.write(struct.pack("<Q", riff_bytes))

"""Whether a compressed stream is whole: Ogg's end mark, MP3's Xing tag, FLAC's last frame.

Sources: RFC 3533 (Ogg pages), RFC 9639 (FLAC's STREAMINFO), Xing's and LAME's tag in an MP3's first frame.
What can't be told from a header is found by decoding single frames, in about 30 steps.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import soundfile

OGG_PAGE_BYTES = 65307  # the longest page
OGG_END = 4  # flag of the last page of a stream
XING_FRAMES, XING_BYTES = 1, 2
XING_SEARCH = 256  # the tag lies behind the first frame's header and side information
UNKNOWN_FRAMES = 2**62  # libsndfile reports 2**63 - 1 where the header leaves the length open
FLAC_TOTAL = 21  # offset of the byte that STREAMINFO's total begins in
FLAC_MAX_FRAMES = 2**36 - 1


def ogg_has_end(path: Path) -> bool:
    """Whether the last Ogg page is whole and marked as the end of its stream."""
    with path.open("rb") as file:
        file_bytes = os.fstat(file.fileno()).st_size
        file.seek(max(0, file_bytes - 2 * OGG_PAGE_BYTES))
        tail = file.read()
    at = tail.rfind(b"OggS\0")
    if at < 0 or len(tail) < at + 27:
        return False
    lacing = tail[at + 27 : at + 27 + tail[at + 26]]
    return bool(tail[at + 5] & OGG_END) and at + 27 + tail[at + 26] + sum(lacing) <= len(tail)


def mp3_tag_repair(path: Path) -> tuple[tuple[int, bytes], ...]:
    """The true length in bytes for the Xing tag of an MP3 that is shorter than its tag says, else nothing.

    mpg123 would print a warning of its own on stderr.
    """
    with path.open("rb") as file:
        file_bytes = os.fstat(file.fileno()).st_size
        head = file.read(10)
        start = id3_bytes(head)
        file.seek(start)
        frame = file.read(XING_SEARCH)
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    if frame[:1] != b"\xff" or at < 0 or len(frame) < at + 16:
        return ()
    flags = struct.unpack_from(">I", frame, at + 4)[0]
    field = at + 8 + (4 if flags & XING_FRAMES else 0)
    declared = struct.unpack_from(">I", frame, field)[0] if flags & XING_BYTES else 0
    present = file_bytes - start
    return ((start + field, struct.pack(">I", present)),) if declared > present else ()


def id3_bytes(head: bytes) -> int:
    """Length of the ID3v2 tag that starts with ``head`` (10 bytes), 0 where there is none."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    a, b, c, d = head[6:10]
    return 10 + (a << 21 | b << 14 | c << 7 | d)


def is_readable(open_file: Callable[[], soundfile.SoundFile], frame: int) -> bool:
    """Whether a frame can be decoded."""
    try:
        with open_file() as file:
            file.seek(frame)
            return len(file.read(1)) == 1
    except soundfile.LibsndfileError:
        return False


def count_readable(open_file: Callable[[], soundfile.SoundFile], declared: int) -> int:
    """How many of ``declared`` frames can be decoded, where what is missing is missing at the end."""
    low, high = 0, declared  # frames below low can be read, frame high can't
    while low < high:
        middle = (low + high) // 2
        if is_readable(open_file, middle):
            low = middle + 1
        else:
            high = middle
    return low


def flac_length_repair(frames: int, path: Path) -> tuple[tuple[int, bytes], ...]:
    """``frames`` for STREAMINFO's total (36 bits), to be read instead of one that is open or wrong."""
    with path.open("rb") as file:
        file.seek(FLAC_TOTAL)
        upper = file.read(1)[0] & 0xF0
    return ((FLAC_TOTAL, struct.pack(">BI", upper | frames >> 32, frames & 0xFFFFFFFF)),)

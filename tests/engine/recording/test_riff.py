"""Chunks: found where they are, carried whole, and sizes of 64 bits where 32 don't do."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import open_clip
from engine.recording.riff import append_chunks, carried, exceeds_riff, riff_layout, walk

FMT = struct.pack("<HHIIHH", 1, 2, 48000, 48000 * 4, 4, 16)


def chunk(name: bytes, payload: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}4sI", name, len(payload)) + payload + b"\0" * (len(payload) % 2)


def riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def names(raw: bytes) -> list[bytes]:
    return [c.name for c in walk(io.BytesIO(raw), len(raw))]


names_of_chunks = st.text("abcdXYZ ", min_size=4, max_size=4).map(str.encode)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(names_of_chunks, st.binary(max_size=21)), max_size=6),
    st.lists(st.tuples(names_of_chunks, st.binary(max_size=21)), max_size=6),
)
def test_chunks_of_any_length_are_walked_in_order(before, after):
    parts = [*before, (b"fmt ", FMT), (b"data", bytes(12)), *after]
    raw = riff(*(chunk(*part) for part in parts))
    file = io.BytesIO(raw)
    found = list(walk(file, len(raw)))
    assert [(c.name, raw[c.start : c.stop]) for c in found] == parts
    layout = riff_layout(file, len(raw))
    assert layout is not None
    assert layout.intact
    assert (raw[layout.data_start :][:12], layout.present_bytes, layout.block_align) == (bytes(12), 12, 4)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(names_of_chunks, st.binary(max_size=21)), max_size=6), st.integers(0, 3))
def test_appended_chunks_arrive_byte_for_byte_behind_a_valid_file(parts, samples):
    source = riff(chunk(b"fmt ", FMT), *(chunk(*part) for part in parts), chunk(b"data", bytes(4)))
    target = PartInMemory(riff(chunk(b"fmt ", FMT), chunk(b"data", bytes(samples))))
    append_chunks(target, io.BytesIO(source), carried(walk(io.BytesIO(source), len(source)), len(source)))
    raw = target.getvalue()
    found = list(walk(io.BytesIO(raw), len(raw)))
    assert [(c.name, raw[c.start : c.stop]) for c in found[2:]] == parts
    assert struct.unpack_from("<I", raw, 4)[0] == len(raw) - 8 or not parts


class PartInMemory(io.BytesIO):
    """What `append_chunks` writes to."""


def test_a_chunk_that_is_cut_off_is_not_carried():
    raw = riff(chunk(b"fmt ", FMT), chunk(b"data", bytes(4)), chunk(b"iXML", b"<xml/>"))[:-3]
    assert carried(walk(io.BytesIO(raw), len(raw)), len(raw)) == []


def test_what_describes_the_storage_is_not_carried():
    payload = bytes(4)
    kept = [b"bext", b"iXML", b"cue ", b"LIST", b"axml", b"smpl", b"_PMX", b"id3 ", b"zzzz"]
    parts = [b"fact", b"PEAK", b"JUNK", *kept]
    raw = riff(chunk(b"fmt ", FMT), chunk(b"data", payload), *(chunk(name, payload) for name in parts))
    assert [c.name for c in carried(walk(io.BytesIO(raw), len(raw)), len(raw))] == kept


def test_no_samples_before_other_chunks_is_not_an_open_length(tmp_path):
    raw = riff(chunk(b"fmt ", FMT), chunk(b"data", b""), chunk(b"LIST", b"INFO"))
    layout = riff_layout(io.BytesIO(raw), len(raw))
    assert layout is not None
    assert (layout.declared_bytes, layout.present_bytes) == (0, 0)


@pytest.mark.parametrize(
    ("data_bytes", "expected"),
    [(0, False), (2**32 - 8192, False), (2**32, True), (3600 * 12 * 48000 * 2 * 3, True)],
)
def test_rf64_is_decided_from_the_length(data_bytes, expected):
    assert exceeds_riff(data_bytes) is expected


def test_carried_chunks_count_towards_the_limit():
    assert not exceeds_riff(2**32 - 10_000)
    assert exceeds_riff(2**32 - 10_000, other_bytes=20_000)


def make_sparse_rf64(path: Path, magic: bytes, frames: int) -> int:
    """A sparse stereo 24-bit file of zeros, longer than 4 GiB; returns where its samples start."""
    data_bytes = frames * 6
    fmt = struct.pack("<HHIIHH", 1, 2, 48000, 48000 * 6, 6, 24)
    tail = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"long"))
    ds64 = struct.pack("<QQQI", 0, data_bytes, frames, 0)
    head = b"WAVE" + chunk(b"ds64", ds64) + chunk(b"fmt ", fmt) + b"data" + b"\xff" * 4
    start = 8 + len(head)
    with path.open("wb") as file:
        file.write(magic + b"\xff" * 4 + head)
        file.truncate(start + data_bytes)
        file.seek(start + data_bytes)
        file.write(tail)
        whole = file.tell()
        file.seek(20)
        file.write(struct.pack("<Q", whole - 8))
    return start


@pytest.mark.parametrize("magic", [b"RF64", b"BW64"])
def test_a_region_beyond_4_gib_is_read(tmp_path, magic):
    frames = 800_000_000
    start = make_sparse_rf64(tmp_path / "long.wav", magic, frames)
    with (tmp_path / "long.wav").open("r+b") as file:
        file.seek(start + (frames - 10) * 6)
        file.write(bytes.fromhex("000040 0000c0"))  # 0.5 and -0.5
    with open_clip(tmp_path / "long.wav") as clip:
        assert (clip.container, clip.frames, clip.notes) == ("RF64", frames, [])
        sound = clip.read(frames - 12, frames)
        np.testing.assert_array_equal(sound[:, 2], [0.5, -0.5])
        assert np.count_nonzero(sound) == 2
        assert [c.name for c in clip.chunks] == [b"ds64", b"fmt ", b"data", b"LIST"]


def test_a_truncated_rf64_beyond_4_gib_is_refused_with_both_lengths(tmp_path):
    start = make_sparse_rf64(tmp_path / "long.wav", b"RF64", 800_000_000)
    with (tmp_path / "long.wav").open("r+b") as file:
        file.truncate(start + 750_000_000 * 6)
    with pytest.raises(Exception, match="declares 800000000 frames, 750000000 are there"):
        open_clip(tmp_path / "long.wav")


def test_a_big_endian_riff_is_walked(tmp_path):
    soundfile.write(tmp_path / "x.wav", np.zeros((10, 1)), 8000, subtype="PCM_16", endian="BIG")
    raw = (tmp_path / "x.wav").read_bytes()
    assert raw[:4] == b"RIFX"
    layout = riff_layout(io.BytesIO(raw), len(raw))
    assert layout is not None
    assert (layout.byte_order, layout.present_bytes, layout.intact) == (">", 20, True)
    assert names(raw)[:1] == [b"fmt "]

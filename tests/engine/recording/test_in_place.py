"""Patches laid into a copy: no byte changes that should not."""

from __future__ import annotations

import errno
import os
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import Patch, open_clip
from engine.export import write_patched
from tests.engine.recordings import (
    FRAMES,
    LSB,
    RATE,
    START,
    STOP,
    SUFFIXES,
    WIDTHS,
    native,
    noise,
    patch,
    read_chunks,
    repair,
    source,
    with_chunks,
)

UNCOMPRESSED = [
    (container, subtype, endian)
    for container in SUFFIXES
    for subtype in WIDTHS
    for endian in ("LITTLE", "BIG")
    if soundfile.check_format(container, subtype, endian)
]


@pytest.mark.parametrize(("container", "subtype", "endian"), UNCOMPRESSED)
def test_every_byte_outside_the_patch_stays(tmp_path, container, subtype, endian):
    path = source(tmp_path, container, subtype, endian)
    target = tmp_path / f"out.{SUFFIXES[container]}"
    written = repair(path, target, [patch()])
    assert (written.container, written.subtype, written.frames, written.notes) == (
        container,
        subtype,
        FRAMES,
        (),
    )
    with open_clip(path) as clip:
        assert clip.layout is not None
        start, width = clip.layout.data_start, clip.layout.block_align
        peak = clip.layout.peak
    before, after = bytearray(path.read_bytes()), bytearray(target.read_bytes())
    for raw in (before, after):
        raw[start + START * width : start + STOP * width] = b""
        if peak:
            raw[peak[0] : peak[0] + 2 * peak[1].itemsize] = b""
    assert before == after
    with open_clip(target) as clip:
        error = clip.read(START, STOP) - patch().samples
    assert np.abs(error).max() <= {"ULAW": 0.017, "ALAW": 0.017}.get(subtype, 1.5 * LSB.get(subtype, 0) + 1e-7)
    assert np.abs(error).max() > 0 or subtype in ("FLOAT", "DOUBLE")


@settings(max_examples=25, deadline=None)
@given(bounds=st.tuples(st.integers(0, 900), st.integers(0, 900)).map(sorted), channels=st.integers(1, 3))
def test_any_region_of_any_width_stays_within_itself(tmp_path_factory, bounds, channels):
    folder = tmp_path_factory.mktemp("any")
    path = source(folder, "WAV", "PCM_24", frames=900, channels=channels)
    repair(path, folder / "out.wav", [patch(*bounds, channels)])
    before, after = native(path), native(folder / "out.wav")
    np.testing.assert_array_equal(np.delete(before, slice(*bounds), 0), np.delete(after, slice(*bounds), 0))


def test_samples_that_the_patch_leaves_as_they_were_keep_all_32_bits(tmp_path):
    whole = np.random.default_rng(1).integers(-(2**31), 2**31, (FRAMES, 2), dtype=np.int64).astype(np.int32)
    soundfile.write(tmp_path / "a.wav", whole, RATE, subtype="PCM_32")
    with open_clip(tmp_path / "a.wav") as clip:
        samples = clip.read(START, STOP)
        samples[0, 200:] = 0.25  # a fade's edge and the other channel are as recorded
        write_patched(clip, [Patch(START, samples)], tmp_path / "out.wav")
    changed = native(tmp_path / "out.wav") != whole
    assert changed[START + 200 : STOP, 0].all()
    assert changed.sum() == STOP - START - 200


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_U8"])
def test_a_patch_equal_to_the_recording_changes_no_byte(tmp_path, subtype):
    path = source(tmp_path, "WAV", subtype)
    with open_clip(path) as clip:
        write_patched(clip, [Patch(0, clip.read(0, FRAMES))], tmp_path / "out.wav")
    assert (tmp_path / "out.wav").read_bytes() == path.read_bytes()


def test_no_patches_give_the_same_file(tmp_path):
    path = source(tmp_path)
    repair(path, tmp_path / "out.wav", [])
    assert (tmp_path / "out.wav").read_bytes() == path.read_bytes()


def test_later_patches_lie_over_earlier_ones(tmp_path):
    path = source(tmp_path, "WAV", "FLOAT")
    low, high = np.full((2, 100), 0.1, np.float32), np.full((2, 100), 0.2, np.float32)
    for suffix in ("wav", "caf"):  # copied and overwritten; written anew
        repair(path, tmp_path / f"out.{suffix}", [Patch(500, low), Patch(550, high)])
        sound = native(tmp_path / f"out.{suffix}")[500:650, 0]
        np.testing.assert_array_equal(sound, np.float32([0.1] * 50 + [0.2] * 100))


@pytest.mark.parametrize("channels", [1, 5, 32])
def test_up_to_32_channels_are_written(tmp_path, channels):
    path = source(tmp_path, "WAV", "PCM_24", channels=channels)
    repair(path, tmp_path / "out.wav", [patch(channels=channels)])
    before, after = native(path), native(tmp_path / "out.wav")
    assert after.shape == (FRAMES, channels)
    np.testing.assert_array_equal(before[STOP:], after[STOP:])


def test_24_bits_in_32_stay_where_they_are(tmp_path):
    whole = np.random.default_rng(2).integers(-(2**23), 2**23, (FRAMES, 2)).astype("<i4") << 8
    fmt = struct.pack("<HHIIHH", 1, 2, RATE, RATE * 8, 8, 24)
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", whole.nbytes) + whole.tobytes()
    (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    np.testing.assert_array_equal(native(tmp_path / "a.wav"), whole)
    repair(tmp_path / "a.wav", tmp_path / "out.wav", [patch()])
    before, after = (p.read_bytes() for p in (tmp_path / "a.wav", tmp_path / "out.wav"))
    assert len(before) == len(after)
    assert before[: 44 + START * 8] == after[: 44 + START * 8]
    assert before[44 + STOP * 8 :] == after[44 + STOP * 8 :]
    assert before != after


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_all_chunks_and_their_order_stay_when_the_subtype_stays(tmp_path, subtype):
    path = source(tmp_path, "WAV", subtype)
    with_chunks(path)
    repair(path, tmp_path / "out.wav", [patch(level=0.5)])
    before, after = read_chunks(path), read_chunks(tmp_path / "out.wav")
    assert [name for name, _ in before] == [name for name, _ in after]
    changed = [name for (name, old), (_, new) in zip(before, after, strict=True) if old != new]
    assert changed == [b"data"]


def test_a_peak_chunk_states_the_loudest_sample_of_what_was_written(tmp_path):
    sound = noise(level=0.5)
    sound[START + 7, 0] = 0.75  # the old peaks: one in the region, one outside
    sound[17, 1] = 0.7
    soundfile.write(tmp_path / "a.wav", sound, RATE, subtype="FLOAT")
    quiet = Patch(START, patch(level=0.1).samples)
    for suffix in ("wav", "caf"):
        soundfile.write(tmp_path / f"a.{suffix}", sound, RATE, subtype="FLOAT")
        repair(tmp_path / f"a.{suffix}", tmp_path / f"out.{suffix}", [quiet])
        with open_clip(tmp_path / f"out.{suffix}") as clip:
            offset, dtype = clip.layout.peak
        raw = (tmp_path / f"out.{suffix}").read_bytes()[offset : offset + 2 * dtype.itemsize]
        peaks = np.frombuffer(raw, dtype)
        levels = np.abs(native(tmp_path / f"out.{suffix}"))
        np.testing.assert_array_equal(peaks["level"], levels.max(axis=0))
        np.testing.assert_array_equal(peaks["frame"], levels.argmax(axis=0))


def test_a_failure_to_copy_in_the_kernel_falls_back_to_reading_and_writing(tmp_path, monkeypatch):
    path = source(tmp_path)

    def unsupported(*_: object) -> int:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "copy_file_range", unsupported)
    repair(path, tmp_path / "out.wav", [])
    assert (tmp_path / "out.wav").read_bytes() == path.read_bytes()

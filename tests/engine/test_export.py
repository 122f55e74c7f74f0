"""Writing recordings: nothing changes that should not, nothing is lost, nothing half-written stays."""

from __future__ import annotations

import errno
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import saving
from engine.audio import Patch, open_clip
from engine.errors import Cancelled, DiskFullError, OutputError, RecordingError
from engine.export import check_target, write_patched, write_samples
from engine.flac import blocks, replace_blocks
from engine.formats import Format, Shape, choose_format, fit_length
from engine.riff import walk
from engine.samples import sample_type

RATE = 44100
FRAMES = 3000
START, STOP = 1000, 1500
SUFFIXES = {
    "WAV": "wav",
    "WAVEX": "wav",
    "RF64": "rf64",
    "W64": "w64",
    "AIFF": "aiff",
    "CAF": "caf",
    "AU": "au",
}
WIDTHS = ["PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"]
UNCOMPRESSED = [
    (container, subtype, endian)
    for container in SUFFIXES
    for subtype in WIDTHS
    for endian in ("LITTLE", "BIG")
    if soundfile.check_format(container, subtype, endian)
]
LOSSLESS = [
    ("FLAC", "PCM_S8"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("CAF", "ALAC_16"),
    ("CAF", "ALAC_24"),
]
LSB = {name: 2.0 ** (1 - sample_type(name).bits) for name in WIDTHS if sample_type(name).kind == "int"}


def noise(frames: int = FRAMES, channels: int = 2, seed: int = 0, level: float = 0.9) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-level, level, (frames, channels))


def patch(start: int = START, stop: int = STOP, channels: int = 2, level: float = 0.9) -> Patch:
    return Patch(start, noise(stop - start, channels, seed=7, level=level).T.astype(np.float32))


def source(
    folder: Path, container: str = "WAV", subtype: str = "PCM_24", endian: str = "FILE", **how
) -> Path:
    suffix = {**SUFFIXES, "FLAC": "flac", "OGG": "ogg", "MP3": "mp3"}[container]
    path = folder / f"source.{suffix}"
    soundfile.write(path, noise(**how), RATE, format=container, subtype=subtype, endian=endian)
    return path


def native(path: Path) -> np.ndarray:
    with open_clip(path) as clip:
        return clip.read_native(0, clip.frames)


def repair(path: Path, target: Path, patches: list[Patch], **how):
    with open_clip(path) as clip:
        return write_patched(clip, patches, target, **how)


def leftovers(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name.startswith("."))


# Bit identity


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
    assert np.abs(error).max() <= {"ULAW": 0.017, "ALAW": 0.017}.get(
        subtype, 1.5 * LSB.get(subtype, 0) + 1e-7
    )
    assert np.abs(error).max() > 0 or subtype in ("FLOAT", "DOUBLE")


@pytest.mark.parametrize(("container", "subtype"), LOSSLESS)
def test_every_sample_outside_the_patch_stays_in_lossless_compression(tmp_path, container, subtype):
    path = source(tmp_path, container, subtype)
    target = tmp_path / f"out{path.suffix}"
    written = repair(path, target, [patch()])
    assert (written.container, written.subtype) == (container, subtype)
    before, after = native(path), native(target)
    np.testing.assert_array_equal(
        np.delete(before, slice(START, STOP), 0), np.delete(after, slice(START, STOP), 0)
    )
    with open_clip(target) as clip:
        error = np.abs(clip.read(START, STOP) - patch().samples).max()
    assert 0 < error <= 1.5 * 2.0 ** (1 - sample_type(subtype).bits) + 1e-7


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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("PCM_16", "PCM_24"),
        ("PCM_16", "FLOAT"),
        ("PCM_24", "PCM_32"),
        ("PCM_24", "FLOAT"),
        ("PCM_32", "DOUBLE"),
        ("FLOAT", "DOUBLE"),
        ("ULAW", "PCM_16"),
        ("PCM_U8", "PCM_24"),
    ],
)
def test_a_wider_subtype_holds_every_sample_exactly(tmp_path, old, new):
    path = source(tmp_path, "WAV", old)
    repair(path, tmp_path / "out.wav", [patch()], subtype=new)
    before, after = (soundfile.read(p, dtype="float64")[0] for p in (path, tmp_path / "out.wav"))
    np.testing.assert_array_equal(before[:START], after[:START])
    np.testing.assert_array_equal(before[STOP:], after[STOP:])


def test_nan_outside_the_patch_of_a_file_of_floats_stays_unless_repair_was_asked_for(tmp_path):
    sound = noise().astype(np.float32)
    sound[2000, 1] = np.nan
    soundfile.write(tmp_path / "a.wav", sound, RATE, subtype="FLOAT")
    repair(tmp_path / "a.wav", tmp_path / "kept.wav", [patch()])
    assert native(tmp_path / "kept.wav")[2000:].tobytes() == sound[2000:].tobytes()
    for suffix in ("wav", "caf"):
        with open_clip(tmp_path / "a.wav", repair_nonfinite=True) as clip:
            write_patched(clip, [patch()], tmp_path / f"mended.{suffix}")
        mended = native(tmp_path / f"mended.{suffix}")
        assert mended[2000, 1] == 0
        np.testing.assert_array_equal(mended[2001:], sound[2001:])
    with pytest.raises(RecordingError, match="1 sample is NaN or Inf, first at frame 2000"):
        repair(tmp_path / "a.wav", tmp_path / "out.flac", [patch()])
    assert not (tmp_path / "out.flac").exists()


def test_24_bits_in_32_stay_where_they_are(tmp_path):
    whole = np.random.default_rng(2).integers(-(2**23), 2**23, (FRAMES, 2)).astype("<i4") << 8
    fmt = struct.pack("<HHIIHH", 1, 2, RATE, RATE * 8, 8, 24)
    body = (
        b"WAVEfmt "
        + struct.pack("<I", 16)
        + fmt
        + b"data"
        + struct.pack("<I", whole.nbytes)
        + whole.tobytes()
    )
    (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    np.testing.assert_array_equal(native(tmp_path / "a.wav"), whole)
    repair(tmp_path / "a.wav", tmp_path / "out.wav", [patch()])
    before, after = (p.read_bytes() for p in (tmp_path / "a.wav", tmp_path / "out.wav"))
    assert len(before) == len(after)
    assert before[: 44 + START * 8] == after[: 44 + START * 8]
    assert before[44 + STOP * 8 :] == after[44 + STOP * 8 :]
    assert before != after


# Chunks and tags


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
    raw = path.read_bytes()
    with path.open("rb") as file:
        return [(c.name, raw[c.start : c.stop]) for c in walk(file, len(raw))]


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_all_chunks_and_their_order_stay_when_the_subtype_stays(tmp_path, subtype):
    path = source(tmp_path, "WAV", subtype)
    with_chunks(path)
    repair(path, tmp_path / "out.wav", [patch(level=0.5)])
    before, after = read_chunks(path), read_chunks(tmp_path / "out.wav")
    assert [name for name, _ in before] == [name for name, _ in after]
    changed = [name for (name, old), (_, new) in zip(before, after, strict=True) if old != new]
    assert changed == [b"data"]


@pytest.mark.parametrize(
    ("container", "subtype"), [("WAV", "PCM_16"), ("RF64", "PCM_24"), ("WAVEX", "FLOAT")]
)
def test_chunks_are_carried_over_when_the_format_changes(tmp_path, container, subtype):
    path = source(tmp_path, "WAV", "PCM_24", frames=FRAMES + 1, channels=1)
    chunks = with_chunks(path)
    target = tmp_path / "out.wav"
    repair(path, target, [patch(channels=1)], container=container, subtype=subtype)
    carried = [(name, payload) for name, payload in read_chunks(target) if name in chunks]
    assert carried == [(name, payload) for name, payload in chunks.items() if name != b"JUNK"]
    raw = target.read_bytes()
    declared = (
        struct.unpack_from("<Q", raw, 20)[0] if container == "RF64" else struct.unpack_from("<I", raw, 4)[0]
    )
    assert declared == len(raw) - 8
    with open_clip(target) as clip:
        assert (clip.container, clip.subtype, clip.frames) == (container, subtype, FRAMES + 1)
        assert clip.layout is not None
        assert clip.layout.intact
        if container != "RF64":  # libsndfile doesn't look for tags there
            assert clip.tags["title"] == "title"


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


@pytest.mark.parametrize("picture_bytes", [10, 3_000_000])
def test_a_flacs_pictures_and_unknown_tags_are_kept_byte_for_byte(tmp_path, picture_bytes):
    path = source(tmp_path, "FLAC", "PCM_24", frames=200_000)
    comment = b"MOOD=blue"
    tags = struct.pack("<I", 3) + b"abc" + struct.pack("<II", 1, len(comment)) + comment
    picture = struct.pack(">8I", 3, 0, 0, 1, 1, 24, 0, picture_bytes) + bytes(picture_bytes)
    carried = [(6, picture), (2, b"RETK1234"), (4, tags)]
    with path.open("r+b") as file:
        replace_blocks(file, carried)
    repair(path, tmp_path / "out.flac", [patch()])
    with (tmp_path / "out.flac").open("rb") as file:
        assert list(blocks(file))[1:] == carried
    before, after = native(path), native(tmp_path / "out.flac")
    np.testing.assert_array_equal(before[STOP:], after[STOP:])


@pytest.mark.parametrize("suffix", ["flac", "ogg", "wav"])
def test_tags_are_carried_into_another_container(tmp_path, suffix):
    path = tmp_path / "a.aiff"
    with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16") as file:
        file.title = "Nocturne"
        file.artist = "Field"
        file.write(noise())
    repair(path, tmp_path / f"out.{suffix}", [patch()])
    with soundfile.SoundFile(tmp_path / f"out.{suffix}") as file:
        assert (file.title, file.artist) == ("Nocturne", "Field")


# The output's format


@pytest.mark.parametrize(
    ("old", "suffix", "expected"),
    [
        (("WAV", "FLOAT"), "flac", ("FLAC", "PCM_24")),
        (("WAV", "PCM_32"), "flac", ("FLAC", "PCM_24")),
        (("WAV", "PCM_U8"), "flac", ("FLAC", "PCM_S8")),
        (("WAV", "PCM_24"), "aiff", ("AIFF", "PCM_24")),
        (("WAVEX", "PCM_24"), "WAV", ("WAVEX", "PCM_24")),
        (("RF64", "PCM_16"), "wav", ("RF64", "PCM_16")),
        (("AIFF", "PCM_S8"), "wav", ("WAV", "PCM_U8")),
        (("FLAC", "PCM_24"), "wav", ("WAV", "PCM_24")),
        (("CAF", "ALAC_24"), "wav", ("WAV", "PCM_24")),
        (("CAF", "ALAC_20"), "caf", ("CAF", "PCM_24")),
        (("MP3", "MPEG_LAYER_III"), "wav", ("WAV", "FLOAT")),
        (("OGG", "VORBIS"), "flac", ("FLAC", "PCM_24")),
        (("WAV", "IMA_ADPCM"), "wav", ("WAV", "PCM_16")),
        (("WAV", "PCM_24"), "mp3", ("MP3", "MPEG_LAYER_III")),
        (("OGG", "OPUS"), "ogg", ("OGG", "VORBIS")),
        (("WAV", "PCM_16"), "opus", ("OGG", "OPUS")),
    ],
)
def test_the_extension_decides_and_the_depth_is_kept_where_it_fits(old, suffix, expected):
    shape = Shape(48000, 2, 100)
    choice = choose_format(Path(f"x.{suffix}"), shape, Format(*old), container=None, subtype=None)
    assert (choice.container, choice.subtype) == expected


def test_a_loss_of_bits_is_said(tmp_path):
    notes = repair(source(tmp_path, "WAV", "FLOAT"), tmp_path / "out.flac", []).notes
    assert notes == ("FLOAT is written as PCM_24: all samples are rounded with dither",)


def test_a_lossy_source_becomes_a_wav_that_holds_what_was_decoded(tmp_path):
    path = source(tmp_path, "MP3", "MPEG_LAYER_III")
    written = repair(path, tmp_path / "out.wav", [patch()])
    assert written.notes == ("the source is MPEG_LAYER_III, which is lossy: written as WAV FLOAT",)
    before, after = native(path), native(tmp_path / "out.wav")
    np.testing.assert_array_equal(before[STOP:], after[STOP:])
    np.testing.assert_array_equal(after[START:STOP], patch().samples.T)


@pytest.mark.parametrize(("suffix", "subtype"), [("mp3", "MPEG_LAYER_III"), ("ogg", "VORBIS")])
def test_a_lossy_output_is_written_when_asked_for_and_warned_of(tmp_path, suffix, subtype):
    path = source(tmp_path, "WAV", "PCM_16", frames=20000)
    written = repair(path, tmp_path / f"out.{suffix}", [patch()])
    assert (written.subtype, written.frames) == (subtype, 20000)
    assert "lossy: the samples outside the region change too" in written.notes[0]
    again = repair(tmp_path / f"out.{suffix}", tmp_path / f"again.{suffix}", [patch()])
    assert "encoded a second time" in again.notes[0]


@pytest.mark.parametrize(
    ("suffix", "rate", "channels", "words"),
    [
        ("opus", 44100, 2, "can't hold 44100 Hz; accepted are 8000, 12000"),
        ("mp3", 96000, 2, "can't hold 96000 Hz; accepted are 8000"),
        ("mp3", 44100, 6, "holds 1 to 2 channels, there are 6"),
        ("flac", 44100, 32, "holds 1 to 8 channels, there are 32"),
    ],
)
def test_what_a_container_cannot_hold_is_refused_with_what_it_can(tmp_path, suffix, rate, channels, words):
    with pytest.raises(OutputError, match=words):
        write_samples(noise(100, channels).T.astype(np.float32), rate, tmp_path / f"out.{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_a_subtype_that_the_container_does_not_know_is_refused_with_those_it_does(tmp_path):
    with pytest.raises(OutputError, match="FLAC doesn't hold FLOAT; accepted are PCM_S8, PCM_16, PCM_24"):
        write_samples(patch().samples, RATE, tmp_path / "out.flac", subtype="FLOAT")


def test_an_unknown_container_is_refused_with_those_that_are_known(tmp_path):
    with pytest.raises(OutputError, match=r"container 'M4A' is unknown; accepted are WAV .* MP3"):
        write_samples(patch().samples, RATE, tmp_path / "out.m4a", container="m4a")


def test_a_container_named_outright_needs_no_extension(tmp_path):
    written = write_samples(patch().samples, RATE, tmp_path / "out", container="flac", subtype="pcm_16")
    assert (written.container, written.subtype) == ("FLAC", "PCM_16")
    assert native(tmp_path / "out").dtype == np.int16


def test_more_than_4_gib_become_rf64_by_the_frame_count():
    small, large = (Shape(192000, 32, frames) for frames in (40_000_000, 50_000_000))
    wav = Format("WAV", "PCM_24")
    assert fit_length(wav, Path("x.wav"), small) == wav
    assert fit_length(wav, Path("x.wav"), large).container == "RF64"
    assert "RF64" in fit_length(wav, Path("x.wav"), large).notes[0]
    with pytest.raises(OutputError, match="AIFF holds 4 GiB"):
        fit_length(Format("AIFF", "PCM_24"), Path("x.aiff"), large)


def test_a_truncated_source_becomes_a_whole_file(tmp_path):
    path = source(tmp_path)
    chunks = with_chunks(path)
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.index(b"data") + 8 + 2000 * 6])
    with open_clip(path, allow_truncated=True) as clip:
        written = write_patched(clip, [patch()], tmp_path / "out.wav")
    assert written.frames == 2000
    with open_clip(tmp_path / "out.wav") as clip:
        assert clip.notes == []
        assert (b"bext", chunks[b"bext"]) in read_chunks(tmp_path / "out.wav")
    np.testing.assert_array_equal(native(tmp_path / "out.wav")[STOP:], native_float(raw, 2000)[STOP:])


def native_float(raw: bytes, frames: int) -> np.ndarray:
    """24-bit stereo samples of a WAV's bytes, in the upper bits of int32."""
    at = raw.index(b"data") + 8
    packed = np.frombuffer(raw[at : at + frames * 6], np.uint8).reshape(frames, 2, 3)
    padded = np.concatenate([np.zeros((frames, 2, 1), np.uint8), packed], axis=2)
    return np.ascontiguousarray(padded).view("<i4")[..., 0]


# Dither and clipping


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_U8"])
def test_dither_is_triangular_and_knows_nothing_of_the_sound(tmp_path, subtype):
    frames, lsb = 100_000, LSB[subtype]
    path = source(tmp_path, "WAV", subtype, frames=frames)
    times = np.arange(frames) / RATE
    quiet = np.stack([0.9 * lsb * np.sin(2 * np.pi * f * times) for f in (441, 300)]).astype(np.float32)
    repair(path, tmp_path / "out.wav", [Patch(0, quiet)])
    sound = soundfile.read(tmp_path / "out.wav", dtype="float64")[0].T
    errors = (sound - quiet) / lsb
    # TPDF adds 1/6 LSB² to rounding's 1/12, whatever the sound: 5 standard errors of the estimates
    np.testing.assert_allclose(errors.var(axis=1), 0.25, atol=0.007)
    assert np.abs(errors).max() <= 1.5
    assert abs(errors.mean()) < 0.006
    for a, b in [
        (errors[0], quiet[0]),
        (errors[0], errors[1]),
        (errors[0], quiet[0] ** 2),
        (errors[0, 1:], errors[0, :-1]),
    ]:
        assert abs(np.corrcoef(a, b)[0, 1]) < 5 / np.sqrt(frames)
    # Noise power does not breathe with the sound either.
    assert abs(np.corrcoef(errors[0] ** 2, quiet[0] ** 2)[0, 1]) < 5 / np.sqrt(frames)


def test_reducing_the_whole_file_dithers_all_of_it(tmp_path):
    path = source(tmp_path, "WAV", "PCM_24", frames=60_000, level=0.001)
    repair(path, tmp_path / "out.wav", [patch()], subtype="PCM_16")
    before, after = (soundfile.read(p, dtype="float64")[0] for p in (path, tmp_path / "out.wav"))
    errors = ((after - before) * 2**15)[STOP:]
    np.testing.assert_allclose(errors.var(), 0.25, atol=0.007)
    assert abs(np.corrcoef(errors[:, 0], before[STOP:, 0])[0, 1]) < 5 / np.sqrt(len(errors))


def test_the_same_seed_gives_the_same_file_and_another_one_does_not(tmp_path):
    path = source(tmp_path, "WAV", "PCM_16")
    raws = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        repair(path, tmp_path / f"{name}.wav", [patch()], dither_seed=seed)
        raws.append((tmp_path / f"{name}.wav").read_bytes())
    assert raws[0] == raws[1] != raws[2]


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "ULAW"])
def test_values_above_full_scale_are_clipped_counted_and_never_wrap(tmp_path, subtype):
    path = source(tmp_path, "WAV", subtype)
    hot = np.float32([[1.5, -1.5, 1.0, -1.0, 40.0], [0.1, 0.1, 0.1, 0.1, -40.0]])
    written = repair(path, tmp_path / "out.wav", [Patch(START, hot)])
    assert written.notes == ("4 samples above full scale were clipped",)
    with open_clip(tmp_path / "out.wav") as clip:
        sound = clip.read(START, START + 5)
    step = max(LSB.get(subtype, 0), 2e-2 if subtype == "ULAW" else 1e-6)
    np.testing.assert_allclose(sound[0], [1, -1, 1, -1, 1], atol=3 * step)
    np.testing.assert_allclose(sound[1, 4], -1, atol=3 * step)


def test_floats_keep_values_above_full_scale(tmp_path):
    hot = np.float32([[1.5, -3.0], [2.0, 0.0]])
    written = repair(source(tmp_path, "WAV", "FLOAT"), tmp_path / "out.wav", [Patch(START, hot)])
    assert written.notes == ()
    np.testing.assert_array_equal(native(tmp_path / "out.wav")[START : START + 2], hot.T)


def test_nan_in_a_patch_is_our_bug_and_never_written(tmp_path):
    bad = np.float32([[0.0, np.nan], [0.0, 0.0]])
    with pytest.raises(AssertionError, match="NaN"):
        repair(source(tmp_path), tmp_path / "out.wav", [Patch(START, bad)])
    with pytest.raises(AssertionError, match="NaN"):
        write_samples(bad, RATE, tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()
    assert leftovers(tmp_path) == []


# Samples that come from no file


@pytest.mark.parametrize(("suffix", "subtype"), [("wav", "PCM_24"), ("flac", "PCM_24"), ("aiff", "PCM_24")])
def test_made_sound_is_written_with_24_bits(tmp_path, suffix, subtype):
    sound = noise().T.astype(np.float32)
    written = write_samples(sound, RATE, tmp_path / f"out.{suffix}")
    assert (written.subtype, written.frames, written.notes) == (subtype, FRAMES, ())
    with open_clip(tmp_path / f"out.{suffix}") as clip:
        np.testing.assert_allclose(clip.read(0, FRAMES), sound, rtol=0, atol=1.5 * 2.0**-23 + 1e-7)


def test_made_sound_may_be_mapped_from_disk_and_stay_float(tmp_path):
    mapped = np.memmap(tmp_path / "made.f32", np.float32, "w+", shape=(2, 200_000))
    mapped[:] = noise(200_000).T
    write_samples(mapped, RATE, tmp_path / "out.wav", subtype="FLOAT")
    np.testing.assert_array_equal(native(tmp_path / "out.wav"), mapped.T)


# Where the output may lie


def test_a_place_that_can_be_written_is_accepted(tmp_path):
    check_target(tmp_path / "out.wav", sources=[source(tmp_path)], force=False)


@pytest.mark.parametrize("name", ["out.xyz", "out"])
def test_an_unknown_extension_is_refused_with_those_that_are_known(tmp_path, name):
    with pytest.raises(OutputError, match=r"accepted are \.wav .*\.flac .*\.mp3"):
        check_target(tmp_path / name, sources=[], force=True)


def test_an_existing_output_is_refused_without_force(tmp_path):
    path = source(tmp_path)
    (tmp_path / "out.wav").write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already; --force overwrites it"):
        repair(path, tmp_path / "out.wav", [patch()])
    assert (tmp_path / "out.wav").read_bytes() == b"precious"
    repair(path, tmp_path / "out.wav", [patch()], force=True)
    assert native(tmp_path / "out.wav").shape == (FRAMES, 2)


@pytest.mark.parametrize("link", [os.symlink, os.link, None])
def test_the_input_is_never_overwritten_by_whatever_name(tmp_path, link):
    path = source(tmp_path)
    raw = path.read_bytes()
    target = path
    if link:
        target = tmp_path / "alias.wav"
        link(path, target)
    with pytest.raises(OutputError, match="is the input"):
        check_target(target, sources=[path], force=True)
    with pytest.raises(OutputError, match="is the input"):
        repair(path, target, [patch()], force=True)
    assert path.read_bytes() == raw


def test_a_missing_directory_is_refused(tmp_path):
    with pytest.raises(OutputError, match="there is no directory"):
        check_target(tmp_path / "no" / "out.wav", sources=[], force=False)


def test_a_directory_as_output_is_refused(tmp_path):
    (tmp_path / "out.wav").mkdir()
    with pytest.raises(OutputError, match="is a directory"):
        check_target(tmp_path / "out.wav", sources=[], force=True)


def test_an_unwritable_directory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(OutputError, match="is not writable"):
        check_target(tmp_path / "out.wav", sources=[], force=False)


def test_a_device_as_output_is_refused(tmp_path):
    os.mkfifo(tmp_path / "out.wav")
    with pytest.raises(OutputError, match="not a regular file"):
        check_target(tmp_path / "out.wav", sources=[], force=True)


def test_a_name_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(OutputError, match="too long"):
        check_target(tmp_path / ("x" * 300 + ".wav"), sources=[], force=False)


def test_an_output_that_is_a_link_stays_one(tmp_path):
    (tmp_path / "real.wav").write_bytes(b"old")
    (tmp_path / "out.wav").symlink_to(tmp_path / "real.wav")
    repair(source(tmp_path), tmp_path / "out.wav", [patch()], force=True)
    assert (tmp_path / "out.wav").is_symlink()
    assert native(tmp_path / "real.wav").shape == (FRAMES, 2)


def test_the_output_gets_the_usual_permissions(tmp_path):
    repair(source(tmp_path), tmp_path / "out.wav", [patch()])
    (tmp_path / "plain").touch()
    assert (tmp_path / "out.wav").stat().st_mode == (tmp_path / "plain").stat().st_mode


# When it goes wrong


@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff"])
@pytest.mark.parametrize("how", [KeyboardInterrupt, Cancelled, MemoryError])
def test_nothing_is_left_when_writing_is_interrupted(tmp_path, suffix, how):
    path = source(tmp_path)

    def stop() -> bool:
        if how is Cancelled:
            return True
        raise how

    with pytest.raises(how):
        repair(path, tmp_path / f"out.{suffix}", [patch()], cancelled=stop)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_an_existing_output_survives_a_failure(tmp_path):
    path = source(tmp_path)
    (tmp_path / "out.wav").write_bytes(b"precious")
    with pytest.raises(Cancelled, match="nothing was written"):
        repair(path, tmp_path / "out.wav", [patch()], force=True, cancelled=lambda: True)
    assert (tmp_path / "out.wav").read_bytes() == b"precious"
    assert leftovers(tmp_path) == []


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
from engine.audio import open_clip
from engine.errors import DiskFullError
from engine.export import write_patched
try:
    with open_clip(sys.argv[1]) as clip:
        write_patched(clip, [], sys.argv[2])
except DiskFullError as error:
    print(error)
"""


@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff", "ogg", "mp3", "caf"])
def test_a_full_disk_is_said_and_nothing_is_left(tmp_path, suffix):
    path = source(tmp_path, frames=60_000)
    command = [sys.executable, "-c", LIMITED, str(path), str(tmp_path / f"out.{suffix}")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=60)
    assert done.stderr == ""
    assert "no space: File too large; nothing was written" in done.stdout
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_or_quota_is_a_disk_full_error(tmp_path, monkeypatch, code):
    path = source(tmp_path)

    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(saving.os, "write", refuse)
    monkeypatch.setattr(saving.os, "copy_file_range", refuse)
    for suffix in ("wav", "flac"):
        with pytest.raises(DiskFullError, match="no space"):
            repair(path, tmp_path / f"out.{suffix}", [patch()])
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_too_little_space_is_refused_before_writing_with_both_figures(tmp_path, monkeypatch):
    path = source(tmp_path)
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DiskFullError, match=f"{path.stat().st_size} bytes are needed, 1000 are free"):
        repair(path, tmp_path / "out.wav", [patch()])


def test_a_failure_to_copy_in_the_kernel_falls_back_to_reading_and_writing(tmp_path, monkeypatch):
    path = source(tmp_path)

    def unsupported(*_: object) -> int:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "copy_file_range", unsupported)
    repair(path, tmp_path / "out.wav", [])
    assert (tmp_path / "out.wav").read_bytes() == path.read_bytes()


def test_what_comes_back_from_the_disk_is_compared(tmp_path, monkeypatch):
    path = source(tmp_path)
    monkeypatch.setattr("engine.in_place.copy_bytes", lambda source, part, stop: part.write(b"RIFF"))
    with pytest.raises(OutputError, match="can't be read back"):
        repair(path, tmp_path / "out.wav", [])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_source_that_changed_meanwhile_is_refused(tmp_path):
    path = source(tmp_path)
    with open_clip(path) as clip:
        source(tmp_path, frames=10)
        with pytest.raises(RecordingError, match="was changed since it was opened"):
            write_patched(clip, [], tmp_path / "out.wav")

"""Another format than the source's: every sample stays that it can hold, and so does what is said of them."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import soundfile

from engine.audio import open_clip
from engine.errors import RecordingError
from engine.export import write_patched, write_samples
from engine.recording.samples import sample_type
from tests.engine.recordings import (
    FRAMES,
    RATE,
    START,
    STOP,
    native,
    noise,
    patch,
    read_chunks,
    repair,
    source,
    with_chunks,
)

LOSSLESS = [
    ("FLAC", "PCM_S8"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("CAF", "ALAC_16"),
    ("CAF", "ALAC_24"),
]


@pytest.mark.parametrize(("container", "subtype"), LOSSLESS)
def test_every_sample_outside_the_patch_stays_in_lossless_compression(tmp_path, container, subtype):
    path = source(tmp_path, container, subtype)
    target = tmp_path / f"out{path.suffix}"
    written = repair(path, target, [patch()])
    assert (written.container, written.subtype) == (container, subtype)
    before, after = native(path), native(target)
    np.testing.assert_array_equal(np.delete(before, slice(START, STOP), 0), np.delete(after, slice(START, STOP), 0))
    with open_clip(target) as clip:
        error = np.abs(clip.read(START, STOP) - patch().samples).max()
    assert 0 < error <= 1.5 * 2.0 ** (1 - sample_type(subtype).bits) + 1e-7


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


@pytest.mark.parametrize(("container", "subtype"), [("WAV", "PCM_16"), ("RF64", "PCM_24"), ("WAVEX", "FLOAT")])
def test_chunks_are_carried_over_when_the_format_changes(tmp_path, container, subtype):
    path = source(tmp_path, "WAV", "PCM_24", frames=FRAMES + 1, channels=1)
    chunks = with_chunks(path)
    target = tmp_path / "out.wav"
    repair(path, target, [patch(channels=1)], container=container, subtype=subtype)
    carried = [(name, payload) for name, payload in read_chunks(target) if name in chunks]
    assert carried == [(name, payload) for name, payload in chunks.items() if name != b"JUNK"]
    raw = target.read_bytes()
    declared = struct.unpack_from("<Q", raw, 20)[0] if container == "RF64" else struct.unpack_from("<I", raw, 4)[0]
    assert declared == len(raw) - 8
    with open_clip(target) as clip:
        assert (clip.container, clip.subtype, clip.frames) == (container, subtype, FRAMES + 1)
        assert clip.layout is not None
        assert clip.layout.intact
        if container != "RF64":  # libsndfile doesn't look for tags there
            assert clip.tags["title"] == "title"


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


def test_reducing_the_whole_file_dithers_all_of_it(tmp_path):
    path = source(tmp_path, "WAV", "PCM_24", frames=60_000, level=0.001)
    repair(path, tmp_path / "out.wav", [patch()], subtype="PCM_16")
    before, after = (soundfile.read(p, dtype="float64")[0] for p in (path, tmp_path / "out.wav"))
    errors = ((after - before) * 2**15)[STOP:]
    np.testing.assert_allclose(errors.var(), 0.25, atol=0.007)
    assert abs(np.corrcoef(errors[:, 0], before[STOP:, 0])[0, 1]) < 5 / np.sqrt(len(errors))


def test_a_lossy_output_of_samples_from_no_file_tells_of_no_region(tmp_path):
    samples = np.zeros((1, 16000), np.float32)
    assert write_samples(samples, 16000, tmp_path / "out.mp3").notes == ()

"""What was cut off, and lengths that a header leaves open."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio import open_clip
from engine.errors import RecordingError
from tests.engine.recordings import FORMATS, source

FRAMES = 30_000
WALKED = [f for f in FORMATS if f[1] in ("PCM_24", "ULAW") and f[0] != "FLAC"]


@pytest.mark.parametrize(("container", "subtype"), WALKED)
def test_a_truncated_file_is_refused_with_both_lengths(tmp_path, container, subtype):
    path, kept = cut(source(tmp_path, container, subtype, frames=FRAMES))
    with pytest.raises(RecordingError) as caught:
        open_clip(path)
    assert f"header declares {FRAMES} frames, {kept} are there; --allow-truncated" in str(caught.value)


@pytest.mark.parametrize(("container", "subtype"), WALKED)
def test_what_is_there_of_a_truncated_file_is_read_when_allowed(tmp_path, container, subtype):
    whole = source(tmp_path, container, subtype, frames=FRAMES)
    expected, _ = soundfile.read(whole, dtype="float32")
    path, kept = cut(whole)
    with open_clip(path, allow_truncated=True) as clip:
        assert clip.frames == kept
        assert clip.notes == [f"truncated: header declares {FRAMES} frames, {kept} are there; reading those"]
        np.testing.assert_array_equal(clip.read(0, kept), expected[:kept].T)


def cut(path: Path) -> tuple[Path, int]:
    """Cut off 10000 frames and a half; the samples are the last thing in these files."""
    width = 1 if soundfile.info(path).subtype == "ULAW" else 3
    raw = path.read_bytes()
    short = path.with_stem("short")
    short.write_bytes(raw[: len(raw) - 10000 * 2 * width - width])
    return short, FRAMES - 10001


@pytest.mark.parametrize(
    ("container", "subtype"),
    [f for f in FORMATS if f[1] in ("MPEG_LAYER_III", "ALAC_24", "IMA_ADPCM") or f[0] == "FLAC"],
)
def test_a_truncated_compressed_file_is_refused_with_both_lengths(tmp_path, container, subtype):
    whole = source(tmp_path, container, subtype, frames=FRAMES)
    expected, _ = soundfile.read(whole, dtype="float32")
    raw = whole.read_bytes()
    short = whole.with_stem("short")
    short.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(RecordingError) as caught:
        open_clip(short)
    words = str(caught.value).split()
    declared, present = int(words[words.index("declares") + 1]), int(words[words.index("frames,") + 1])
    assert abs(declared - FRAMES) < 1200  # ADPCM declares whole blocks
    assert 0.3 * FRAMES < present < 0.6 * FRAMES
    with open_clip(short, allow_truncated=True) as clip:
        assert clip.frames == present
        safe = present - 2500  # the last packets of an MP3 depend on ones that are gone
        np.testing.assert_array_equal(clip.read(0, safe), expected[:safe].T)
        assert clip.read(safe, present).shape == (2, present - safe)


@pytest.mark.parametrize(("subtype", "suffix"), [("VORBIS", "ogg"), ("OPUS", "opus")])
def test_an_ogg_without_its_end_mark_is_refused(tmp_path, subtype, suffix):
    raw = source(tmp_path, "OGG", subtype, frames=FRAMES).read_bytes()
    short = tmp_path / f"short.{suffix}"
    short.write_bytes(raw[: len(raw) * 2 // 3])
    with pytest.raises(RecordingError, match=r"no end mark.*unknown, \d+ frames are there; --allow-truncated"):
        open_clip(short)
    with open_clip(short, allow_truncated=True) as clip:
        assert 0.2 * FRAMES < clip.frames < 0.8 * FRAMES
        assert clip.read(0, clip.frames).shape == (2, clip.frames)


def test_a_truncated_mp3_brings_no_word_of_the_decoder_on_stderr(tmp_path, root):
    raw = source(tmp_path, "MP3", "MPEG_LAYER_III", frames=FRAMES).read_bytes()
    (tmp_path / "short.mp3").write_bytes(raw[: len(raw) // 2])
    code = "import sys; from engine.audio import open_clip; open_clip(sys.argv[1], allow_truncated=True)"
    command = [sys.executable, "-c", code, str(tmp_path / "short.mp3")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_header_alone_is_refused_without_an_offer(tmp_path):
    raw = source(tmp_path, "WAV", "PCM_16", frames=FRAMES).read_bytes()
    (tmp_path / "short.wav").write_bytes(raw[:44])
    with pytest.raises(RecordingError, match=f"declares {FRAMES} frames, 0 are there$"):
        open_clip(tmp_path / "short.wav", allow_truncated=True)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000, 0x80000000])
def test_a_wav_streamed_to_a_pipe_is_read_to_its_end(tmp_path, size):
    path = source(tmp_path, "WAV", "PCM_24", frames=FRAMES)
    expected, _ = soundfile.read(path, dtype="float32")
    raw = bytearray(path.read_bytes())
    raw[4:8] = raw[40:44] = struct.pack("<I", size)
    path.write_bytes(raw)
    with open_clip(path) as clip:
        assert clip.notes == []
        np.testing.assert_array_equal(clip.read(0, clip.frames), expected.T)


def test_a_caf_of_open_length_is_read_to_its_end(tmp_path):
    path = source(tmp_path, "CAF", "PCM_24", frames=FRAMES)
    expected, _ = soundfile.read(path, dtype="float32")
    raw = bytearray(path.read_bytes())
    at = raw.index(b"data") + 4
    raw[at : at + 8] = struct.pack(">q", -1)
    path.write_bytes(raw)
    with open_clip(path) as clip:
        np.testing.assert_array_equal(clip.read(0, clip.frames), expected.T)


def test_an_au_of_open_length_is_read_to_its_end(tmp_path):
    path = source(tmp_path, "AU", "PCM_24", frames=FRAMES)
    raw = bytearray(path.read_bytes())
    raw[8:12] = b"\xff" * 4
    path.write_bytes(raw)
    with open_clip(path) as clip:
        assert (clip.frames, clip.notes) == (FRAMES, [])


@pytest.mark.parametrize("frames", [100, 4096, 30000])
def test_a_flac_of_open_length_is_read_to_its_end(tmp_path, frames):
    path = source(tmp_path, "FLAC", "PCM_24", frames=frames)
    expected, _ = soundfile.read(path, dtype="float32")
    raw = bytearray(path.read_bytes())
    raw[21] &= 0xF0
    raw[22:26] = bytes(4)
    path.write_bytes(raw)
    with open_clip(path) as clip:
        assert clip.notes == []
        np.testing.assert_array_equal(clip.read(0, clip.frames), expected.T)

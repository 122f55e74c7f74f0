"""``retake restore`` of what is damaged, or no recording."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.engine.commands.outputs import left_in, samples, truncated


def test_a_truncated_recording_is_refused(recording, restore, out):
    restore(truncated(recording()), "-o", out).refused("truncated", "4000", "1500", "--allow-truncated")
    assert left_in(out) == []


def test_allow_truncated_reads_what_is_there_and_says_so(recording, restore, out):
    done = restore(truncated(recording()), "-o", out, "--allow-truncated").done()
    note = done.said[0]
    assert note.startswith("note: truncated") and "1500" in note
    assert samples(out).shape == (1, 1500)


def with_nan(recording, *, at: tuple[int, ...] = (1000, 1001, 3000), frames: int = 4000) -> Path:
    sound = 0.1 * np.random.default_rng(1).standard_normal((2, frames))
    sound[1, list(at)] = np.nan
    sound[0, at[-1]] = np.inf
    return recording(sound=sound, subtype="FLOAT")


def test_nan_and_inf_are_refused_with_count_and_first_position(recording, restore, out):
    done = restore(with_nan(recording), "-o", out)
    done.refused("4 samples", "NaN or Inf", "frame 1000", "channel 2", "--repair-nonfinite")
    assert left_in(out) == []


def test_repair_nonfinite_zeroes_and_says_so(recording, restore, out):
    done = restore(with_nan(recording), "-o", out, "--repair-nonfinite", "--json").done()
    (note,) = done.said
    assert "4 non-finite samples zeroed" in note and "frame 1000" in note
    assert np.isfinite(samples(out)).all()
    assert done.json["measures"]["si_sdr_db"] is not None


def test_nan_far_from_the_region_is_not_looked_at(recording, restore, out):
    path = with_nan(recording, at=(39000,), frames=40000)
    restore(path, "-o", out, "--start", 0.1, "--end", 0.2).done()
    np.testing.assert_array_equal(np.isnan(samples(out)), np.isnan(samples(path)))


def test_check_all_looks_at_the_whole_recording(recording, restore, out):
    path = with_nan(recording, at=(39000,), frames=40000)
    restore(path, "-o", out, "--start", 0.1, "--end", 0.2, "--check-all").refused("2 samples", "frame 39000")
    assert left_in(out) == []


def headed(data_bytes: int, body: bytes = b"") -> bytes:
    """A WAV of 16 bits whose header declares ``data_bytes``."""
    fmt = struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16)
    data = b"fmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", data_bytes) + body
    return b"RIFF" + struct.pack("<I", 4 + len(data)) + b"WAVE" + data


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["is empty"]),
        (b"this is no recording at all, only text" * 40, ["not a recording", "WAV"]),
        (np.random.default_rng(0).bytes(5000), ["not a recording"]),
        (headed(0), ["0 frames"]),
        (b"RIFF", ["in.wav"]),
        (headed(4000)[:30], ["in.wav"]),
        (b"fLaC" + b"\0" * 100, ["in.wav"]),
        (b"OggS" + b"\0" * 100, ["in.wav"]),
        (b"ID3\x03" + b"\0" * 100, ["in.wav"]),
    ],
    ids=["empty", "text", "noise", "zero frames", "4 bytes", "half a header", "FLAC", "Ogg", "MP3"],
)
def test_what_is_no_recording_is_refused(restore, tmp_path, out, content, words):
    path = tmp_path / "in.wav"
    path.write_bytes(content)
    restore(path, "-o", out).refused("in.wav", *words)
    restore(path, "-o", out, "--allow-truncated", "--repair-nonfinite").refused("in.wav", *words)
    assert left_in(out) == []


def test_a_missing_recording_is_refused(restore, tmp_path, out):
    restore(tmp_path / "none.wav", "-o", out).refused("none.wav", "no such file")


def test_a_folder_is_no_recording(restore, tmp_path, out):
    restore(tmp_path, "-o", out).refused("is a directory")


def test_a_pipe_is_no_recording(restore, tmp_path, out):
    os.mkfifo(tmp_path / "pipe.wav")
    restore(tmp_path / "pipe.wav", "-o", out).refused("not a regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_recording_is_refused(recording, restore, out):
    path = recording()
    path.chmod(0)
    restore(path, "-o", out).refused("permission denied")


def test_a_file_that_the_system_refuses_to_read_is_refused(restore, out):
    """For root too: no process may read this one."""
    path = Path("/proc/self/mem")
    if not path.exists():
        pytest.skip("no /proc here")
    assert restore(path, "-o", out).code == 2


def test_a_loop_of_links_is_refused(restore, tmp_path, out):
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    restore(tmp_path / "loop.wav", "-o", out).refused("loop.wav")

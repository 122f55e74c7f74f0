"""Writing recordings: made sound, what may be written where, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio import Patch, open_clip
from engine.errors import OutputError, RecordingError
from engine.export import check_target, write_patched, write_samples
from tests.engine.recordings import FRAMES, RATE, START, leftovers, native, noise, repair, source


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


def test_nan_in_a_patch_is_our_bug_and_never_written(tmp_path):
    bad = np.float32([[0.0, np.nan], [0.0, 0.0]])
    with pytest.raises(AssertionError, match="NaN"):
        repair(source(tmp_path), tmp_path / "out.wav", [Patch(START, bad)])
    with pytest.raises(AssertionError, match="NaN"):
        write_samples(bad, RATE, tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()
    assert leftovers(tmp_path) == []


def test_a_place_that_can_be_written_is_accepted(tmp_path):
    check_target(tmp_path / "out.wav", sources=[source(tmp_path)], force=False)


@pytest.mark.parametrize("name", ["out.xyz", "out"])
def test_an_unknown_extension_is_refused_with_those_that_are_known(tmp_path, name):
    with pytest.raises(OutputError, match=r"accepted are \.wav .*\.flac .*\.mp3"):
        check_target(tmp_path / name, sources=[], force=True)


def test_what_comes_back_from_the_disk_is_compared(tmp_path, monkeypatch):
    path = source(tmp_path)
    monkeypatch.setattr("engine.recording.in_place.copy_bytes", lambda source, part, stop: part.write(b"RIFF"))
    with pytest.raises(OutputError, match="can't be read back"):
        repair(path, tmp_path / "out.wav", [])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_source_that_changed_meanwhile_is_refused(tmp_path):
    path = source(tmp_path)
    with open_clip(path) as clip:
        source(tmp_path, frames=10)
        with pytest.raises(RecordingError, match="was changed since it was opened"):
            write_patched(clip, [], tmp_path / "out.wav")

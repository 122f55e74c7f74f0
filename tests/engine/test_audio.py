"""Reading recordings: every format, only what is asked for, and plain words about what is wrong."""

from __future__ import annotations

import os
import struct
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import open_clip
from engine.errors import InputError, RecordingError
from tests.engine.recordings import FORMATS, RATE, noise, source

FRAMES = 30_000
LOSSY = {"VORBIS", "OPUS", "MPEG_LAYER_III", "IMA_ADPCM"}
NATIVE = {"PCM_U8": "int16", "PCM_S8": "int16", "PCM_16": "int16", "ULAW": "int16", "ALAW": "int16"}
NATIVE |= {
    "PCM_24": "int32",
    "PCM_32": "int32",
    "ALAC_24": "int32",
    "IMA_ADPCM": "int16",
    "DOUBLE": "float64",
}


@pytest.mark.parametrize(("container", "subtype"), FORMATS)
def test_every_format_is_read_as_libsndfile_reads_it(tmp_path, container, subtype):
    path = source(tmp_path, container, subtype, frames=FRAMES)
    expected, rate = soundfile.read(path, dtype="float32")
    with open_clip(path) as clip:
        assert (clip.container, clip.subtype, clip.rate, clip.channels) == (container, subtype, rate, 2)
        assert clip.frames == len(expected)
        assert clip.duration_s == len(expected) / RATE
        assert clip.lossy == (subtype in LOSSY)
        assert clip.notes == []
        sound = clip.read(0, clip.frames)
        assert sound.flags.c_contiguous
        assert sound.dtype == np.float32
        np.testing.assert_array_equal(sound, expected.T)
        native = clip.read_native(100, 300)
        assert native.dtype == NATIVE.get(subtype, "float32")
        assert native.shape == (200, 2)


@pytest.mark.parametrize(("container", "subtype"), FORMATS)
def test_a_region_equals_that_part_of_the_whole(tmp_path, container, subtype):
    with open_clip(source(tmp_path, container, subtype, frames=FRAMES)) as clip:
        if subtype in ("VORBIS", "OPUS", "MPEG_LAYER_III"):
            tolerance = 2e-3  # these decoders warm up after a seek
        else:
            tolerance = 0
        whole = clip.read(0, clip.frames)
        np.testing.assert_allclose(clip.read(7001, 20011), whole[:, 7001:20011], rtol=0, atol=tolerance)


@settings(max_examples=30, deadline=None)
@given(bounds=st.tuples(st.integers(0, 200_000), st.integers(0, 200_000)).map(sorted))
def test_any_range_of_a_wav_is_read_exactly(shared_wav, bounds):
    path, ints = shared_wav
    with open_clip(path) as clip:
        np.testing.assert_array_equal(clip.read_native(*bounds), ints[slice(*bounds)])


@pytest.fixture(scope="module")
def shared_wav(tmp_path_factory):
    path = tmp_path_factory.mktemp("shared") / "long.wav"
    ints = np.random.default_rng(5).integers(-(2**15), 2**15, (200_000, 3), dtype=np.int16)
    soundfile.write(path, ints, 44100, subtype="PCM_16")
    return path, ints


@pytest.mark.parametrize("rate", [8000, 11025, 44100, 96000, 192000])
@pytest.mark.parametrize("channels", [1, 6, 32])
def test_rates_and_channels_are_kept(tmp_path, rate, channels):
    path = tmp_path / "many.wav"
    soundfile.write(path, noise(500, channels), rate, subtype="PCM_24")
    with open_clip(path) as clip:
        assert (clip.rate, clip.channels, clip.read(0, 500).shape) == (rate, channels, (channels, 500))


def test_full_precision_of_32_bit_integers_and_doubles_is_in_the_native_samples(tmp_path):
    whole = np.random.default_rng(1).integers(-(2**31), 2**31, (100, 2), dtype=np.int64).astype(np.int32)
    soundfile.write(tmp_path / "i.wav", whole, 48000, subtype="PCM_32")
    soundfile.write(tmp_path / "d.wav", noise(100), 48000, subtype="DOUBLE")
    with open_clip(tmp_path / "i.wav") as clip:
        np.testing.assert_array_equal(clip.read_native(0, 100), whole)
    with open_clip(tmp_path / "d.wav") as clip:
        np.testing.assert_array_equal(clip.read_native(0, 100), noise(100))


def test_values_above_full_scale_in_a_file_of_floats_are_kept(tmp_path):
    soundfile.write(tmp_path / "hot.wav", np.array([[2.5, -3.0]]), 48000, subtype="FLOAT")
    with open_clip(tmp_path / "hot.wav") as clip:
        np.testing.assert_array_equal(clip.read(0, 1), [[2.5], [-3.0]])


@pytest.mark.parametrize("bounds", [(-1, 5), (5, 4), (0, 101), (101, 101)])
def test_frames_that_the_recording_does_not_have_are_refused_with_both_ranges(tmp_path, bounds):
    soundfile.write(tmp_path / "a.wav", noise(100), 48000)
    with (
        open_clip(tmp_path / "a.wav") as clip,
        pytest.raises(InputError, match="it holds 0 to 100") as caught,
    ):
        clip.read(*bounds)
    assert f"frames {bounds[0]} to {bounds[1]} " in str(caught.value)


def test_two_seconds_of_an_hour_read_about_two_seconds(tmp_path):
    path = tmp_path / "hour.wav"
    frames = 3600 * 48000
    soundfile.write(path, np.zeros((1, 2)), 48000, subtype="PCM_24")
    with path.open("r+b") as file:  # a sparse hour of silence
        file.seek(4)
        file.write(struct.pack("<I", 36 + frames * 6))
        file.seek(40)
        file.write(struct.pack("<I", frames * 6))
        file.truncate(44 + frames * 6)
    before, started = read_so_far(), time.perf_counter()
    with open_clip(path) as clip:
        assert clip.frames == frames
        clip.read(frames // 2, frames // 2 + 2 * 48000)
    assert read_so_far() - before < 2 * 2 * 48000 * 6
    assert time.perf_counter() - started < 2


def read_so_far() -> int:
    """Bytes that this process has read, by Linux's account."""
    try:
        account = Path("/proc/self/io").read_text(encoding="ascii")
    except OSError:
        pytest.skip("this system keeps no account of what is read")
    return int(account.split()[1])


def test_threads_may_read_at_once(shared_wav):
    path, ints = shared_wav
    wrong: list[int] = []
    with open_clip(path) as clip:

        def read_some(seed: int) -> None:
            for start in np.random.default_rng(seed).integers(0, 190_000, 30):
                if not np.array_equal(clip.read_native(start, start + 5000), ints[start : start + 5000]):
                    wrong.append(start)

        threads = [threading.Thread(target=read_some, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"gone\.wav: no such file"):
        open_clip(tmp_path / "gone.wav")


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="is a directory"):
        open_clip(tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty.wav").touch()
    with pytest.raises(RecordingError, match=r"is empty \(0 bytes\)"):
        open_clip(tmp_path / "empty.wav")


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.raw", "a.txt", "a"])
def test_garbage_is_refused_with_what_is_accepted(tmp_path, name):
    (tmp_path / name).write_bytes(np.random.default_rng(3).bytes(5000))
    with pytest.raises(RecordingError, match=r"not a recording .* accepted are WAV") as caught:
        open_clip(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(RecordingError, match="not a regular file"):
        open_clip(tmp_path / "pipe.wav")


def test_a_file_without_permission_is_refused(tmp_path, monkeypatch):
    path = source(tmp_path, "WAV", "PCM_16", frames=FRAMES)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may read everything
    with pytest.raises(RecordingError, match="permission denied"):
        open_clip(path)


@pytest.mark.parametrize(
    ("container", "suffix"),
    [("WAV", "wav"), ("RF64", "rf64"), ("W64", "w64"), ("AIFF", "aiff"), ("CAF", "caf"), ("AU", "au")],
)
def test_no_frames_are_refused(tmp_path, container, suffix):
    path = tmp_path / f"none.{suffix}"
    soundfile.write(path, np.zeros((0, 2)), 48000, format=container, subtype="PCM_16")
    with pytest.raises(RecordingError, match=r"0 frames|not a recording"):
        open_clip(path)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_header_is_read_or_refused_but_never_raises_anything_else(tmp_path_factory, data):
    container = data.draw(st.sampled_from(["WAV", "RF64", "W64", "AIFF", "AU"]))
    folder = tmp_path_factory.mktemp("damaged")
    raw = bytearray(source(folder, container, "PCM_16", frames=200).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, 100))] = data.draw(st.integers(0, 255))
    (folder / "damaged.bin").write_bytes(raw[: data.draw(st.integers(1, len(raw)))])
    try:
        with open_clip(folder / "damaged.bin", allow_truncated=True) as clip:
            clip.read_native(0, min(clip.frames, 1000))
    except RecordingError as error:
        assert "\n" not in str(error)


def test_damage_in_the_middle_of_a_flac_is_named_when_it_is_read(tmp_path):
    path = source(tmp_path, "FLAC", "PCM_24", frames=FRAMES)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 20000] = bytes(20000)
    path.write_bytes(raw)
    with open_clip(path) as clip:
        assert clip.read(0, 8000).shape == (2, 8000)
        with pytest.raises(RecordingError, match=r"source\.flac: .* decoded"):
            clip.read(0, clip.frames)


def write_nonfinite(path: Path, frames: int = 100_000, rate: int = 44100) -> np.ndarray:
    sound = noise(frames).astype(np.float32)
    sound[1234, 1] = np.nan
    sound[70_000, 0] = np.inf
    soundfile.write(path, sound, rate, subtype="FLOAT")
    return sound


def test_nan_is_refused_with_number_place_and_way_out(tmp_path):
    write_nonfinite(tmp_path / "nan.wav")
    with open_clip(tmp_path / "nan.wav") as clip:
        with pytest.raises(RecordingError) as caught:
            clip.read(0, clip.frames)
        assert str(caught.value).endswith(
            "2 samples are NaN or Inf, first at frame 1234 (0.028 s), channel 2; --repair-nonfinite sets them to zero"
        )
        with pytest.raises(RecordingError, match="1 sample is NaN or Inf, first at frame 70000"):
            clip.read(60_000, 80_000)


def test_nan_outside_the_frames_that_are_read_does_not_matter_until_all_is_checked(tmp_path):
    write_nonfinite(tmp_path / "nan.wav")
    with open_clip(tmp_path / "nan.wav") as clip:
        assert np.isfinite(clip.read(2000, 60_000)).all()
        assert clip.notes == []
        with pytest.raises(RecordingError, match="2 samples are NaN or Inf"):
            clip.check_all()


def test_nan_is_zeroed_when_asked_and_counted_once(tmp_path):
    expected = write_nonfinite(tmp_path / "nan.wav")
    with open_clip(tmp_path / "nan.wav", repair_nonfinite=True) as clip:
        sound = clip.read(0, 5000)
        assert clip.notes == ["1 non-finite sample zeroed, first at frame 1234 (0.028 s)"]
        clip.read(1000, 5000)
        clip.check_all()
        assert clip.notes == ["2 non-finite samples zeroed, first at frame 1234 (0.028 s)"]
        assert sound[1, 1234] == 0
        expected[1234, 1] = 0
        np.testing.assert_array_equal(sound, expected[:5000].T)
        assert np.isnan(clip.read_native(1234, 1235)[0, 1])


def test_a_double_beyond_floats_range_is_not_finite(tmp_path):
    soundfile.write(tmp_path / "huge.wav", np.array([[0.0], [1e300]]), 48000, subtype="DOUBLE")
    with open_clip(tmp_path / "huge.wav") as clip, pytest.raises(RecordingError, match="first at frame 1 "):
        clip.read(0, 2)


def test_a_recording_that_changed_after_it_was_opened_is_noticed(tmp_path):
    path = source(tmp_path, "WAV", "PCM_16", frames=FRAMES)
    with open_clip(path) as clip:
        clip.check_unchanged()
        source(tmp_path, "WAV", "PCM_16", frames=10)
        with pytest.raises(RecordingError, match="was changed since it was opened"):
            clip.check_unchanged()


def test_reading_recordings_loads_no_model_library(run_python):
    done = run_python("import engine.audio, engine.export, sys; print('torch' in sys.modules)")
    assert done.stdout.strip() == "False"


def test_a_recording_full_of_nan_is_counted_whole_and_remembered_in_part(tmp_path, monkeypatch) -> None:
    from engine import audio

    monkeypatch.setattr(audio, "MAX_REMEMBERED", 10)
    monkeypatch.setattr(audio, "BLOCK_FRAMES", 64)
    soundfile.write(tmp_path / "nan.wav", np.full(1000, np.nan, np.float32), 8000, subtype="FLOAT")
    with open_clip(tmp_path / "nan.wav") as clip, pytest.raises(RecordingError, match="1000 samples are NaN"):
        clip.check_all()
    with open_clip(tmp_path / "nan.wav", repair_nonfinite=True) as clip:
        clip.check_all()
        assert clip.notes == ["at least 10 non-finite samples zeroed, first at frame 0 (0.000 s)"]

"""``retake restore``: what it writes and tells, and how it refuses."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.engine.page import Page

JSON_KEYS = [
    "input",
    "output",
    "rate",
    "channels",
    "region",
    "task",
    "method",
    "renderer",
    "model",
    "seed",
    "steps",
    "device",
    "seconds",
    "measures",
]
REGION_KEYS = ["start_s", "end_s", "start_frame", "end_frame", "low_hz", "high_hz"]
MEASURE_KEYS = [
    "snr_db",
    "si_sdr_db",
    "mse",
    "mae",
    "correlation",
    "mel_db",
    "lsd_db",
    "mrstft",
    "band_retention",
    "lufs_reference",
    "lufs_result",
    "true_peak_dbtp",
]


def samples(path: Path) -> np.ndarray:
    """(channels, frames) float64."""
    return soundfile.read(path, always_2d=True)[0].T


def left_in(out: Path) -> list[str]:
    """All names beside an output, hidden ones included."""
    return sorted(path.name for path in out.parent.iterdir())


def truncated(path: Path) -> Path:
    """A WAV that ends in the middle of its samples."""
    path.write_bytes(path.read_bytes()[: 44 + 2 * 1500])
    return path


# What is told


def test_json_has_the_keys_of_the_contract_in_their_order(recording, restore, out):
    done = restore(recording(channels=2), "-o", out, "--start", 0.1, "--end", 0.2, "--json").done()
    assert list(done.json) == JSON_KEYS
    assert list(done.json["region"]) == REGION_KEYS
    assert list(done.json["measures"])[: len(MEASURE_KEYS)] == MEASURE_KEYS
    assert set(done.json["measures"]) - set(MEASURE_KEYS) <= {"pesq", "stoi"}
    assert list(done.json["measures"]["band_retention"]) == ["low", "mid", "high"]
    assert done.json["steps"] is None
    assert (done.json["task"], done.json["method"], done.json["renderer"]) == ("reconstruct", "vae", "gain")
    assert (done.json["rate"], done.json["channels"], done.json["seed"], done.json["device"]) == (16000, 2, 0, "cpu")


def test_json_tells_the_steps_of_a_method_that_has_some(recording, retake, out):
    done = retake("restore", recording(), "-o", out, "--method", "partial", "--steps", 2, "--device", "cpu", "--json")
    assert done.done().json["steps"] == 2


def test_without_a_method_the_take_is_guided(recording, retake, whole_model, out):
    done = retake("restore", recording(), "-o", out, "--steps", 2, "--model", whole_model, "--device", "cpu", "--json")
    assert (done.done().json["task"], done.json["method"], done.json["renderer"]) == ("reconstruct", "guided", "gain")


def test_progress_stays_off_stdout(recording, restore, out):
    done = restore(recording(subtype="FLOAT"), "-o", out, "--json").done()
    assert len(done.out.splitlines()) == 1
    assert "loading" in done.err.splitlines() and done.said == []


def test_a_person_is_told_file_region_and_measures(recording, restore, out):
    done = restore(recording(), "-o", out, "--start", 0.05).done()
    assert f"{out}: 0.050 to 0.250 s taken again" in done.out
    assert "SI-SDR" in done.out


def test_what_is_undefined_is_null(recording, restore, out):
    measures = restore(recording(sound=np.zeros((1, 4000))), "-o", out, "--json").done().json["measures"]
    assert measures["si_sdr_db"] is None and measures["correlation"] is None
    assert measures["lufs_reference"] is None


# What is written


def test_the_whole_recording_is_the_default(recording, restore, out):
    path = recording()
    region = restore(path, "-o", out, "--json").done().json["region"]
    assert (region["start_frame"], region["end_frame"]) == (0, 4000)
    assert (region["start_s"], region["end_s"]) == (0.0, 0.25)
    assert (region["low_hz"], region["high_hz"]) == (0.0, 8000.0)
    assert samples(out).shape == (1, 4000)
    assert not np.array_equal(samples(out), samples(path))


@pytest.mark.parametrize(
    ("start", "end", "frames"), [(0.01, 0.02, (160, 320)), (0.01002, 0.02, (160, 320)), (0.01004, 0.0201, (161, 322))]
)
def test_times_are_half_open_and_rounded_to_frames(recording, restore, out, start, end, frames):
    path = recording()
    region = (
        restore(path, "-o", out, "--start", start, "--end", end, "--set", "fade_ms=0", "--json").done().json["region"]
    )
    assert (region["start_frame"], region["end_frame"]) == frames
    changed = np.flatnonzero(samples(path)[0] != samples(out)[0])
    assert frames[0] <= changed.min() and changed.max() < frames[1]


def test_nothing_outside_the_region_changes(recording, restore, out):
    path = recording(subtype="PCM_24", channels=2)
    restore(path, "-o", out, "--start", 0.1, "--end", 0.15, "--low", 1000, "--high", 3000).done()
    before, after = samples(path), samples(out)
    np.testing.assert_array_equal(before[:, :1600], after[:, :1600])
    np.testing.assert_array_equal(before[:, 2400:], after[:, 2400:])
    assert not np.array_equal(before, after)


def test_region_only_writes_the_region_alone(recording, restore, out):
    path = recording(subtype="PCM_24", rate=44100)
    restore(path, "-o", out, "--start", 0.01, "--end", 0.03, "--region-only").done()
    assert (soundfile.info(out).frames, soundfile.info(out).subtype) == (882, "PCM_24")


@pytest.mark.parametrize("subtype", ["FLOAT", "ULAW", "DOUBLE"])
def test_region_only_takes_the_nearest_sample_type_that_the_output_holds(recording, restore, out, subtype):
    target = out.with_suffix(".flac")
    restore(recording(subtype=subtype), "-o", target, "--region-only").done()
    assert soundfile.info(target).frames == 4000


@pytest.mark.parametrize("region_only", [[], ["--region-only"]])
def test_the_sample_type_can_be_chosen(recording, restore, out, region_only):
    restore(recording(), "-o", out, "--subtype", "float", *region_only).done()
    assert soundfile.info(out).subtype == "FLOAT"


def test_a_lossy_recording_becomes_a_wav_that_holds_every_bit(recording, restore, out):
    restore(recording("in.ogg", subtype=None), "-o", out).done()
    assert (soundfile.info(out).format, soundfile.info(out).subtype) == ("WAV", "FLOAT")


@pytest.mark.parametrize("renderer", ["gain", "griffinlim"])
def test_the_same_seed_gives_the_same_bytes(recording, restore, out, renderer):
    path, again = recording(), out.with_name("again.wav")
    for target in (out, again):
        restore(path, "-o", target, "--renderer", renderer, "--seed", 5).done()
    assert out.read_bytes() == again.read_bytes()


def test_another_seed_gives_another_sound(recording, restore, out):
    path, other = recording(), out.with_name("other.wav")
    restore(path, "-o", out, "--renderer", "griffinlim", "--seed", 1).done()
    restore(path, "-o", other, "--renderer", "griffinlim", "--seed", 2).done()
    assert out.read_bytes() != other.read_bytes()


def test_the_input_is_not_written_to(recording, restore, out):
    path = recording()
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    restore(path, "-o", out).done()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_nothing_but_the_output_appears_beside_it(recording, restore, out):
    path = recording()
    restore(path, "-o", out).done()
    assert left_in(out) == ["out.wav"]
    assert left_in(path) == ["in.wav"]


# Odd but right


@pytest.mark.parametrize("renderer", ["gain", "griffinlim"])
@pytest.mark.parametrize("frames", [1, 7, 160, 1600])
def test_a_recording_shorter_than_the_model_needs_works(recording, restore, out, frames, renderer):
    done = restore(recording(frames=frames, subtype="FLOAT"), "-o", out, "--renderer", renderer).done()
    assert done.said == []
    assert samples(out).shape == (1, frames)
    assert np.isfinite(samples(out)).all()


@pytest.mark.parametrize("renderer", ["gain", "griffinlim"])
@pytest.mark.parametrize(
    "sound",
    [np.zeros(4000), np.full(4000, 0.5), np.sign(np.sin(np.arange(4000) / 8 + 0.1))],
    ids=["silence", "DC", "full-scale square"],
)
def test_extreme_sound_stays_finite_and_in_range(recording, retake, out, sound, renderer):
    """With the model that ships: one with random weights may well answer silence with a roar."""
    path = recording(sound=sound[None], subtype="FLOAT")
    retake("restore", path, "-o", out, "--renderer", renderer, "--device", "cpu", "--json").done()
    assert np.isfinite(samples(out)).all()
    assert np.abs(samples(out)).max() <= max(1e-3, 8 * np.abs(sound).max())


def test_silence_stays_silent(recording, restore, out):
    restore(recording(sound=np.zeros((2, 4000))), "-o", out).done()
    assert not samples(out).any()


@pytest.mark.parametrize("region", [(0, 1), (2000, 2001), (3999, 4000)])
def test_a_region_of_one_frame_works_anywhere(recording, restore, out, region):
    path = recording()
    restore(path, "-o", out, "--start", region[0] / 16000, "--end", region[1] / 16000).done()
    outside = np.ones(4000, bool)
    outside[slice(*region)] = False
    np.testing.assert_array_equal(samples(path)[0, outside], samples(out)[0, outside])


@pytest.mark.parametrize(("rate", "channels", "frames"), [(8000, 1, 2000), (192000, 2, 20000), (48000, 32, 4800)])
def test_any_rate_and_number_of_channels_works(recording, restore, out, rate, channels, frames):
    path = recording(rate=rate, channels=channels, frames=frames)
    restore(path, "-o", out, "--start", 0.01).done()
    assert (soundfile.info(out).samplerate, samples(out).shape) == (rate, (channels, frames))
    first = round(0.01 * rate)
    np.testing.assert_array_equal(samples(path)[:, :first], samples(out)[:, :first])


@pytest.mark.parametrize("subtype", ["PCM_U8", "ULAW", "ALAW", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_the_sample_type_is_kept(recording, restore, out, subtype):
    restore(recording(subtype=subtype), "-o", out, "--end", 0.1).done()
    assert soundfile.info(out).subtype == subtype


@pytest.mark.parametrize(
    "name", ["with  two spaces.wav", "Ærø 録音 🎙.wav", "-o.wav", "a'b\"c;$(d).wav", "x" * 200 + ".wav"]
)
def test_odd_file_names_work_on_both_sides(recording, restore, out, name, monkeypatch):
    path, target = recording(name), out.with_name(name)
    done = restore(path, "-o", target, "--json").done()
    assert (done.json["input"], done.json["output"]) == (str(path), str(target))
    assert target.exists()


def test_a_name_with_a_leading_dash_is_read_after_two_dashes(recording, retake, whole_model, out, monkeypatch):
    monkeypatch.chdir(recording("-in.wav").parent)
    retake("restore", "-o", out, "--model", whole_model, "--", "-in.wav").done()
    assert out.exists()


def test_a_dangling_link_is_written_through(recording, restore, out):
    out.symlink_to(out.with_name("target.wav"))
    restore(recording(), "-o", out).done()
    assert out.is_symlink() and left_in(out) == ["out.wav", "target.wav"]


def test_force_overwrites_an_existing_output(recording, restore, out):
    out.write_bytes(b"old")
    restore(recording(), "-o", out, "--force").done()
    assert samples(out).shape == (1, 4000)


# Damaged recordings


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


def test_a_prompt_for_a_model_without_text_is_refused_with_its_kinds(recording, retake, out):
    done = retake("restore", recording(), "-o", out, "--method", "partial", "--prompt", "warmer")
    done.refused("'warmer'", "no text encoder", "any, music, speech, environment")
    assert left_in(out) == []


# Bad regions


@pytest.mark.parametrize(
    ("region", "words"),
    [
        (["--start", "0.25"], ["0.25", "0 to 0.250 s"]),
        (["--start", "7"], ["7 s", "0 to 0.250 s"]),
        (["--start", "-0.1"], ["-0.1", "0 to 0.250 s"]),
        (["--end", "0.26"], ["0.26", "0 to 0.250 s"]),
        (["--end", "0"], ["0 s", "0 to 0.250 s"]),
        (["--start", "0.2", "--end", "0.1"], ["0.2 to 0.1 s", "after its start"]),
        (["--start", "0.1", "--end", "0.1"], ["0.1 to 0.1 s", "empty"]),
        (["--start", "0.1", "--end", "0.10001"], ["empty"]),
        (["--low", "-1"], ["-1", "0 to 8000 Hz"]),
        (["--high", "8001"], ["8001", "0 to 8000 Hz"]),
        (["--low", "3000", "--high", "3000"], ["3000 to 3000 Hz"]),
        (["--low", "4000", "--high", "3000"], ["4000 to 3000 Hz"]),
        (["--low", "8000"], ["8000"]),
    ],
    ids=" ".join,
)
def test_a_region_that_is_not_there_is_refused_with_what_is(recording, restore, out, region, words):
    restore(recording(), "-o", out, *region).refused(*words)
    assert left_in(out) == []


@pytest.mark.parametrize("option", ["--start", "--end", "--low", "--high"])
@pytest.mark.parametrize("value", ["abc", "nan", "inf", "1e400", "1e300", "", "1,5", "1:30"])
def test_a_number_that_is_none_is_refused(recording, restore, out, option, value):
    restore(recording(), "-o", out, option, value).refused(option, repr(value), "number")
    assert left_in(out) == []


# Bad choices


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--task", "reconstrct", ["did you mean reconstruct?"]),
        ("--method", "vea", ["did you mean vae?"]),
        ("--renderer", "griffin-lim", ["did you mean griffinlim?", "gain", "vocoder"]),
        ("--renderer", "xyz", ["'xyz'", "gain, griffinlim, vocoder"]),
        ("--device", "cuba", ["did you mean cuda?", "auto, cpu, cuda, mps"]),
        ("--set", "fade_m=5", ["did you mean fade_ms?", "context_s"]),
        ("--set", "iterations=5", ["'iterations'", "accepted"]),
        ("--set", "fade_ms", ["KEY=VALUE"]),
        ("--set", "=5", ["accepted"]),
        ("--set", "fade_ms=-1", ["fade_ms is -1", "0 to 1000"]),
        ("--set", "fade_ms=abc", ["'abc'", "a number"]),
        ("--set", "fade_ms=nan", ["'nan'"]),
        ("--set", "boost_db=inf", ["boost_db is inf", "0 to 60"]),
        ("--seed", "-1", ["seed is -1"]),
        ("--seed", "abc", ["--seed", "'abc'", "whole number"]),
        ("--seed", "1.5", ["--seed", "'1.5'", "whole number"]),
        ("--seed", str(2**64), ["seed is"]),
        ("--model", "nosuch", ["'nosuch'", "bundled"]),
        ("--model", "", ["model"]),
        ("--subtype", "PCM_17", ["PCM_17", "PCM_16", "FLOAT"]),
        ("--subtype", "VORBIS", ["WAV", "VORBIS"]),
        ("--stat", "0.5", ["--stat", "did you mean --start?"]),
    ],
)
def test_an_unknown_choice_is_refused_with_what_is_accepted(recording, retake, whole_model, out, option, value, words):
    model = [] if option == "--model" else ["--model", whole_model]
    retake("restore", recording(), "-o", out, *model, option, value).refused(*words)
    assert left_in(out) == []


def test_a_device_that_is_not_there_is_refused(recording, retake, whole_model, out):
    import torch

    absent = "mps" if not torch.backends.mps.is_available() else "cuda"
    done = retake("restore", recording(), "-o", out, "--model", whole_model, "--device", absent)
    done.refused(absent, "available", "cpu")
    assert left_in(out) == []


def test_a_renderer_that_the_model_has_no_part_for_is_refused(recording, restore, out):
    restore(recording(), "-o", out, "--renderer", "vocoder").refused("vocoder", "it has vae")
    assert left_in(out) == []


@pytest.mark.parametrize("arguments", [["--subtype", "PCM_17"], ["--model", "nosuch"]])
def test_what_can_be_refused_at_once_is_refused_before_the_work(recording, retake, out, arguments):
    assert retake("restore", recording(), "-o", out, *arguments).err.count("\n") == 1


# Bad outputs


def test_an_output_is_required(recording, restore):
    restore(recording()).refused("-o")


def test_an_empty_name_is_refused_and_no_other_word_for_here(recording, restore, out):
    restore(recording(), "-o", "").refused("-o", "empty")
    restore("", "-o", out).refused("IN", "empty")


def test_an_existing_output_is_refused_and_stays(recording, restore, out):
    out.write_bytes(b"precious")
    restore(recording(), "-o", out).refused("exists", "--force")
    assert out.read_bytes() == b"precious"


@pytest.mark.parametrize("link", [None, "symlink_to", "hardlink_to"])
def test_the_input_is_no_output(recording, restore, out, link):
    path = recording()
    before = path.read_bytes()
    target = path
    if link:
        getattr(out, link)(path)
        target = out
    restore(path, "-o", target, "--force").refused("is the input")
    assert path.read_bytes() == before


def test_the_input_through_another_spelling_is_no_output(recording, restore):
    path = recording()
    restore(path, "-o", path.parent / ".." / "in" / "in.wav", "--force").refused("is the input")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("out.xyz", [".xyz", ".wav", ".flac"]),
        ("out", ["no extension", ".wav"]),
        ("-", ["extension", ".wav"]),
        (".wav", ["extension"]),
        ("none/out.wav", ["no directory"]),
        ("folder.wav", ["is a directory"]),
        ("x" * 300 + ".wav", ["name too long"]),
        ("pipe.wav", ["not a regular file"]),
    ],
)
def test_an_output_that_cannot_be_is_refused(recording, restore, out, name, words):
    (out.parent / "folder.wav").mkdir()
    os.mkfifo(out.parent / "pipe.wav")
    done = restore(recording(), "-o", out.parent / name)
    assert done.code == 2 and len(done.said) == 1
    assert [word for word in words if word not in done.said[0].replace("File name", "name")] == []
    assert left_in(out) == ["folder.wav", "pipe.wav"]


def test_an_output_where_nothing_can_be_made_is_refused(recording, restore):
    """For root too: nobody makes files there."""
    if not Path("/proc/self").is_dir():
        pytest.skip("no /proc here")
    done = restore(recording(), "-o", "/proc/self/out.wav")
    assert done.code == 2
    assert len(done.said) == 1 and "/proc/self/out.wav" in done.said[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_permission_is_refused(recording, restore, out):
    out.parent.chmod(0o555)
    restore(recording(), "-o", out).refused("not writable")


def test_more_channels_than_the_format_holds_are_refused_before_the_work(recording, restore, out):
    done = restore(recording(channels=9, frames=500), "-o", out.with_suffix(".flac"))
    done.refused("9", "8")
    assert done.err.count("\n") == 1


def test_a_line_break_in_a_name_does_not_break_the_line(restore, tmp_path, out):
    restore(tmp_path / "a\nb\x1b[31m.wav", "-o", out).refused("a b\\x1b[31m.wav")


# Failing on the way


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("two\nlines"), ZeroDivisionError()])
def test_a_failure_within_is_one_line_and_leaves_nothing(recording, restore, out, monkeypatch, error):
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("engine.jobs.rendered_patch", fail)
    done = restore(recording(), "-o", out)
    assert (done.code, len(done.said), left_in(out)) == (1, 1, [])


def test_stopped_while_measuring_leaves_nothing(recording, restore, out, monkeypatch):
    import signal

    monkeypatch.setattr("engine.jobs.measure", lambda *_: signal.raise_signal(signal.SIGINT))
    done = restore(recording(), "-o", out)
    done.refused("stopped", code=130)
    assert left_in(out) == []


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_while_libsndfile_writes_is_not_lost(recording, restore, out, monkeypatch, number, code):
    """There it comes in a callback out of C, where an exception is printed and forgotten."""
    import signal

    from engine import saving

    write, sent = saving.PartFile.write, []

    def write_and_stop(self: saving.PartFile, data: bytes) -> int:
        if not sent:
            sent.append(signal.raise_signal(getattr(signal, number)))
        return write(self, data)

    monkeypatch.setattr(saving.PartFile, "write", write_and_stop)
    path = recording(frames=300_000, rate=48000)
    done = restore(path, "-o", out.with_suffix(".flac"), "--end", 0.1)
    done.refused("nothing was written", code=code)
    assert left_in(out) == []


def test_a_telephone_recording_is_written_at_the_new_rate(recording, restore, out):
    done = restore(recording(rate=8000), "-o", out, "--task", "extend", "--rate", 16000, "--json").done()
    assert soundfile.info(out).samplerate == 16000
    assert soundfile.info(out).frames == 8000
    assert done.json["rate"] == 16000
    assert "resampled from 8000 to 16000 Hz" in done.err


@pytest.mark.parametrize(
    ("subtype", "asked", "written"),
    [
        ("ULAW", None, "PCM_16"),
        ("ALAW", None, "PCM_16"),
        ("PCM_U8", None, "PCM_16"),
        ("PCM_16", None, "PCM_16"),
        ("PCM_24", None, "PCM_24"),
        ("FLOAT", None, "FLOAT"),
        ("ULAW", "ULAW", "ULAW"),
        ("PCM_24", "PCM_16", "PCM_16"),
    ],
)
def test_a_new_rate_is_written_in_16_bits_or_more_unless_others_are_asked_for(
    recording, restore, out, subtype, asked, written
):
    how = ("--subtype", asked) if asked else ()
    path = recording(rate=8000, frames=1600, subtype=subtype)
    done = restore(path, "-o", out, "--task", "extend", "--rate", 16000, *how).done()
    assert soundfile.info(out).subtype == written
    assert (f"{subtype} is written as {written}" in done.err) == (subtype != written)
    assert done.err.count("is written as") == (subtype != written)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (("--rate", 48000), "--rate 48000 with task reconstruct"),
        (("--rate", 8000, "--task", "extend"), "rate is 8000; accepted is above the recording's own"),
    ],
)
def test_a_rate_that_nothing_fills_is_refused(recording, restore, out, how, words):
    restore(recording(), "-o", out, *how).refused(words)
    assert not out.exists()


# Tasks


def test_noise_is_learned_from_a_stretch_outside_the_region(recording, restore, out):
    path = recording(frames=16000)
    done = restore(path, "-o", out, "--task", "denoise", "--noise-from", "0:0.4", "--start", 0.5, "--json").done()
    assert done.json["task"] == "denoise"
    before, after = samples(path), samples(out)
    np.testing.assert_array_equal(after[:, :8000], before[:, :8000])
    assert np.square(after[:, 8000:]).mean() < 0.2 * np.square(before[:, 8000:]).mean()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--task", "denoise", "--noise-from", "abc"], ["noise_from is 'abc'", "0.2:1.5"]),
        (["--task", "denoise", "--noise-from", "-1:1"], ["noise_from is '-1:1'", "START:END"]),
        (["--task", "denoise", "--noise-from", ""], ["--noise-from is empty"]),
        (["--task", "denoise", "--noise-from", "0:9"], ["0 to 9 s", "0 to 0.250 s"]),
        (["--task", "denoise", "--noise-from", "0.2:0.1"], ["'0.2:0.1'", "START:END"]),
        (["--noise-from", "0:0.2"], ["only --task denoise learns noise"]),
        (["--task", "declip", "--set", "threshold_db=loud"], ["threshold_db is 'loud'", "auto"]),
    ],
)
def test_a_task_refuses_what_it_does_not_take(recording, restore, out, arguments, words):
    restore(recording(), "-o", out, *arguments).refused(*words)
    assert left_in(out) == []


def test_a_declipped_recording_keeps_its_other_samples(recording, restore, out):
    sound = np.clip(0.1 * np.random.default_rng(0).standard_normal((1, 8000)), -0.15, 0.15)
    path = recording(sound=sound, subtype="PCM_24")
    done = restore(path, "-o", out, "--task", "declip").done()
    before, after = samples(path), samples(out)
    whole = np.abs(before) < 0.1499
    np.testing.assert_array_equal(after[whole], before[whole])
    assert any("made anew" in line for line in done.said)


@pytest.mark.parametrize(("subtype", "advised"), [("FLOAT", False), ("PCM_24", True)])
def test_float_samples_are_advised_only_where_the_output_has_others(recording, restore, out, subtype, advised):
    sound = np.clip(0.8 * np.random.default_rng(0).standard_normal((1, 8000)), -1, 1)
    done = restore(recording(sound=sound, subtype="PCM_24"), "-o", out, "--task", "declip", "--subtype", subtype).done()
    assert any("dB above full scale" in line for line in done.said)
    assert any("--subtype FLOAT" in line for line in done.said) == advised


def test_an_interpolated_gap_takes_no_steps_and_loads_nothing(recording, retake, whole_model, out, monkeypatch):
    from engine.model import load

    def refuse(*arguments: object) -> None:
        raise AssertionError("a component was loaded")

    monkeypatch.setattr(load, "_load", refuse)
    gap = ("--task", "fill", "--start", 0.1, "--end", 0.1001)
    done = retake("restore", recording(), "-o", out, *gap, "--model", whole_model, "--device", "cpu", "--json").done()
    assert done.json["method"] == "guided" and done.json["steps"] is None
    assert any("a gap of 2 frames, 0.125 ms: interpolated" in line for line in done.said)


def test_an_unknown_kind_is_refused_though_no_unet_is_asked(recording, retake, out):
    retake("restore", recording(), "-o", out, "--set", "kind=dog", "--device", "cpu").refused("kind is 'dog'", "speech")
    assert not out.exists()


def test_the_report_shows_the_region_and_its_settings(restore, recording, out):
    report = out.with_name("report.html")
    restore(recording(frames=16000), "-o", out, "--start", 0.4, "--end", 0.6, "--seed", 3, "--report", report).done()
    page = Page(report.read_text())
    original, result = (sound for sound, _ in page.sounds())
    assert np.array_equal(original[:6400], result[:6400]) and not np.array_equal(original, result)
    settings = dict(page.tables["Settings"])
    assert settings["seed"] == "3" and settings["method"].startswith("vae")
    assert sorted(path.name for path in out.parent.iterdir()) == [out.name, "report.html"]


@pytest.mark.parametrize(("name", "words"), [("r.pdf", [".html"]), ("none/r.html", ["no directory"])])
def test_a_report_that_cannot_be_is_refused_before_the_work(restore, recording, out, name, words):
    restore(recording(), "-o", out, "--report", out.parent / name).refused(*words)
    assert not out.exists()

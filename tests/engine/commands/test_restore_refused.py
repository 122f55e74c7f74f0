"""What ``retake restore`` refuses: regions, choices, outputs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.engine.commands.outputs import left_in

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


def test_a_prompt_for_a_model_without_text_is_refused_with_its_kinds(recording, retake, out):
    done = retake("restore", recording(), "-o", out, "--method", "partial", "--prompt", "warmer")
    done.refused("'warmer'", "no text encoder", "any, music, speech, environment")
    assert left_in(out) == []


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

"""``retake restore``: tasks, and what goes with one alone."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from tests.engine.commands.outputs import left_in, samples


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

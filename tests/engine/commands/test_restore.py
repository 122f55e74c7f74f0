"""``retake restore``: what it writes and tells, and how it fails."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from engine import take_report
from tests.engine.commands.outputs import left_in, samples
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
    "meaningless",
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


# What is told


def test_measures_of_the_waveform_are_left_out_for_a_renderer_that_makes_up_the_phase(recording, restore, out):
    done = restore(recording(), "-o", out, "--renderer", "griffinlim").done()
    *_, line, sentence = done.out.splitlines()
    assert "SI-SDR" not in line and "correlation" not in line and "mel error" in line
    assert sentence.endswith("mean nothing here: the renderer griffinlim makes up the phase")
    row = restore(recording(), "-o", out, "--renderer", "griffinlim", "--force", "--json").done().json
    assert set(row["meaningless"]) == {"snr_db", "si_sdr_db", "mse", "mae", "correlation"}
    assert row["measures"]["si_sdr_db"] is not None
    own = restore(recording(), "-o", out, "--force").done().out.splitlines()
    assert "SI-SDR" in own[-1]


def test_json_has_the_keys_of_the_contract_in_their_order(recording, restore, out):
    done = restore(recording(channels=2), "-o", out, "--start", 0.1, "--end", 0.2, "--json").done()
    assert list(done.json) == JSON_KEYS
    assert list(done.json["region"]) == REGION_KEYS
    assert list(done.json["measures"])[: len(MEASURE_KEYS)] == MEASURE_KEYS
    assert set(done.json["measures"]) - set(MEASURE_KEYS) <= {"pesq", "stoi"}
    assert list(done.json["measures"]["band_retention"]) == ["low", "mid", "high"]
    assert done.json["steps"] is None
    assert done.json["meaningless"] == []
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


def test_a_report_may_not_take_the_result_s_place_through_a_link(restore, recording, out):
    link = out.with_name("r.html")
    link.symlink_to(out)
    restore(recording(), "-o", out, "--report", link).refused("are the same file")
    assert not out.exists()


def test_a_report_that_fails_is_told_after_the_result(restore, recording, out, monkeypatch):
    folder = out.with_name("gone")
    folder.mkdir()
    levels = take_report.levels_of_region

    def meanwhile(*given):
        folder.rmdir()
        return levels(*given)

    monkeypatch.setattr(take_report, "levels_of_region", meanwhile)
    done = restore(recording(frames=16000), "-o", out, "--end", 0.5, "--report", folder / "r.html", "--json")
    assert done.code == 2 and done.json["output"] == str(out)
    assert f"{out} is written, not all of its report" in done.err and "nothing was written" not in done.err
    assert out.exists()

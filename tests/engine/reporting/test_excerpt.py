import dataclasses
import hashlib

import numpy as np
import pytest
import soundfile
import soxr

from engine.audio import open_clip
from engine.errors import RecordingError
from engine.reporting.excerpt import EXCERPT_S, excerpt_of, read_at_rate
from tests.engine.reporting.sets import RATE, done, facts_of, sound, write


def worse(samples: np.ndarray, start_s: float, end_s: float) -> np.ndarray:
    """The same with noise from and to these seconds."""
    made = samples.copy()
    place = slice(round(start_s * RATE), round(end_s * RATE))
    made[:, place] += 0.1 * np.random.default_rng(9).standard_normal(made[:, place].shape).astype(np.float32)
    return made


def test_the_worst_place_is_in_the_middle(tmp_path):
    before = sound(40)
    after = worse(before, 23.2, 24.2)
    found = excerpt_of(done(tmp_path, "a.wav", before, after))
    assert found.worst_s == pytest.approx((23.2, 24.2), abs=0.05)
    assert found.start_s == pytest.approx(23.7 - EXCERPT_S / 2, abs=0.05)
    first = round(found.start_s * RATE)
    assert found.reference.shape == (1, round(EXCERPT_S * RATE))
    np.testing.assert_array_equal(found.reference, before[:, first : first + found.reference.shape[1]])
    np.testing.assert_array_equal(found.result, after[:, first : first + found.result.shape[1]])


@pytest.mark.parametrize(("start_s", "edge_s"), [(0.0, 0.0), (19.0, 14.0)])
def test_at_an_end_the_excerpt_stays_inside(tmp_path, start_s, edge_s):
    before = sound(20)
    found = excerpt_of(done(tmp_path, "a.wav", before, worse(before, start_s, start_s + 1)))
    assert found.start_s == edge_s and found.reference.shape[1] == round(EXCERPT_S * RATE)


def test_a_short_recording_is_shown_whole(tmp_path):
    before = sound(0.3, channels=2)
    found = excerpt_of(done(tmp_path, "a.wav", before, before * np.float32(0.5)))
    np.testing.assert_array_equal(found.reference, before)


def of_region(tmp_path, region_only: bool):
    """An outcome of the region from 8 to 9 s of 20 s, the whole original and the whole result."""
    before = sound(20)
    after, region = worse(before, 8, 9), slice(8 * RATE, 9 * RATE)
    made = done(tmp_path, "a.wav", before, after)
    if region_only:
        output = write(tmp_path / made.output, after[:, region])
        digest = hashlib.sha256(output.read_bytes()).hexdigest()
        made = dataclasses.replace(made, sha256=digest, size=output.stat().st_size)
    facts = facts_of(before[:, region], after[:, region], start=region.start)
    return dataclasses.replace(made, facts=facts), before, after


def test_around_a_region_the_recording_is_shown_as_it_was(tmp_path):
    outcome, before, after = of_region(tmp_path, region_only=False)
    found = excerpt_of(outcome)
    assert found.region_s == (8, 9) and found.start_s == 5.5
    np.testing.assert_array_equal(found.result, after[:, round(5.5 * RATE) : round(11.5 * RATE)])
    np.testing.assert_array_equal(found.result[:, : 2 * RATE], before[:, round(5.5 * RATE) : round(7.5 * RATE)])


def test_of_a_result_that_is_the_region_alone_the_region_is_shown(tmp_path):
    outcome, before, after = of_region(tmp_path, region_only=True)
    found = excerpt_of(outcome)
    assert found.start_s == 8
    np.testing.assert_array_equal(found.reference, before[:, 8 * RATE : 9 * RATE])
    np.testing.assert_array_equal(found.result, after[:, 8 * RATE : 9 * RATE])


@pytest.mark.parametrize(("rate", "first", "last"), [(16000, 0, 5000), (16000, 30001, 39000), (11025, 777, 21000)])
def test_a_stretch_at_another_rate_is_that_of_the_whole_resampled(write_sound, rate, first, last):
    path = write_sound(sound(4, rate=8000), 8000)
    whole = soxr.resample(soundfile.read(path, dtype="float32")[0], 8000, rate, quality="VHQ")
    with open_clip(path) as clip:
        read = read_at_rate(clip, rate, first, last)
    np.testing.assert_allclose(read[0], whole[first:last], atol=1e-4)


def test_past_the_end_of_what_was_resampled_there_is_silence(write_sound):
    with open_clip(write_sound(sound(1, rate=8000), 8000)) as clip:
        read = read_at_rate(clip, 16000, 15000, 16500)
    assert read.shape == (1, 1500) and not read[:, -400:].any()


def test_a_result_at_a_higher_rate_is_compared_with_the_original_resampled(tmp_path):
    before = sound(3, rate=8000)
    wide = soxr.resample(before[0], 8000, RATE, quality="VHQ")[None].astype(np.float32)
    made = done(tmp_path, "a.wav", wide, wide * np.float32(0.5))
    write(tmp_path / "narrow.wav", before, 8000)
    found = excerpt_of(dataclasses.replace(made, source=str(tmp_path / "narrow.wav")))
    np.testing.assert_allclose(found.reference, wide, atol=1e-4)


@pytest.fixture
def outcome(tmp_path):
    before = sound(1)
    return done(tmp_path, "a.wav", before, before * np.float32(0.5))


def test_a_result_that_is_gone_is_refused(outcome, tmp_path):
    (tmp_path / outcome.output).unlink()
    with pytest.raises(RecordingError, match=r"out\.wav: can't be read: No such file"):
        excerpt_of(outcome)


def test_an_original_that_is_gone_is_refused(outcome, tmp_path):
    (tmp_path / outcome.source).unlink()
    with pytest.raises(RecordingError, match=r"in\.wav: no such file"):
        excerpt_of(outcome)


@pytest.mark.parametrize("frames", [RATE, RATE // 2])
def test_a_result_that_was_written_again_is_refused(outcome, tmp_path, frames):
    write(tmp_path / outcome.output, sound(1, seed=5)[:, :frames])
    with pytest.raises(RecordingError, match="was changed since the result was made"):
        excerpt_of(outcome)


@pytest.mark.parametrize("other", [sound(0.5), sound(1, channels=2)])
def test_an_original_that_does_not_fit_any_more_is_refused(outcome, tmp_path, other):
    write(tmp_path / outcome.source, other)
    with pytest.raises(RecordingError, match="changed"):
        excerpt_of(outcome)


def test_a_record_without_a_region_is_refused(outcome):
    with pytest.raises(RecordingError, match="tells no region"):
        excerpt_of(dataclasses.replace(outcome, facts={"measures": {}}))

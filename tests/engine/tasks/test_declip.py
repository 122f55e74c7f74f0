from __future__ import annotations

import numpy as np
import pytest
import soundfile

from engine.audio import open_clip
from engine.errors import InputError
from engine.export import write_patched
from engine.metrics import compare
from engine.settings import DeclipSettings, RestoreSettings, SpliceSettings

RATE = 16000
DECLIP = RestoreSettings(method="vae", task="declip")


def clipped_at(sound: np.ndarray, share: float) -> tuple[np.ndarray, float]:
    level = float(np.float32(share * np.abs(sound).max()))
    return np.clip(sound, np.float32(-level), np.float32(level)), level


def test_clipped_speech_comes_back_6_db_closer(taken, speech) -> None:
    clipped, _ = clipped_at(speech, 0.2)
    take = taken(clipped, DECLIP)
    gained = compare(speech, take.patch.samples, RATE).si_sdr_db - compare(speech, clipped, RATE).si_sdr_db
    assert gained > 6
    assert any("made anew, from" in note for note in take.notes)


def test_clipped_samples_keep_their_sign_and_lie_at_or_beyond_the_threshold(taken, speech) -> None:
    clipped, level = clipped_at(speech, 0.3)
    out = taken(clipped, DECLIP).patch.samples
    up, down = clipped >= level, clipped <= -level
    assert up.sum() > 50 and down.sum() > 50
    assert out[up].min() >= 0.9999 * level and out[down].max() <= -0.9999 * level


@pytest.mark.parametrize("subtype", ["PCM_24", "FLOAT"])
def test_samples_that_were_not_clipped_keep_every_bit_in_the_file(taken, speech, tmp_path, subtype) -> None:
    clipped, level = clipped_at(0.5 * speech / np.abs(speech).max(), 0.5)
    take = taken(clipped, DECLIP, subtype=subtype, start_s=0.5, end_s=2.0)
    with open_clip(tmp_path / "sound.wav") as clip:
        write_patched(clip, [take.patch], tmp_path / "out.wav")
    before, after = (soundfile.read(tmp_path / name, dtype="float64")[0] for name in ("sound.wav", "out.wav"))
    whole = np.abs(before) < 0.999 * level
    np.testing.assert_array_equal(after[whole], before[whole])
    np.testing.assert_array_equal(after[: RATE // 2], before[: RATE // 2])
    assert (after[~whole] != before[~whole]).any()


def test_unclipped_samples_are_exact_inside_the_cross_fade_too(taken, speech) -> None:
    clipped, level = clipped_at(speech, 0.3)
    settings = RestoreSettings(method="vae", task="declip", splice=SpliceSettings(fade_ms=500))
    patch = taken(clipped, settings, start_s=0.5, end_s=2.0).patch
    recorded = clipped[:, patch.start_frame : patch.stop_frame]
    whole = np.abs(recorded) < level
    np.testing.assert_array_equal(patch.samples[whole], recorded[whole])
    assert np.abs(patch.samples[~whole]).min() >= 0.9999 * level


def test_only_the_clipped_channel_of_a_stereo_recording_changes(taken, speech) -> None:
    stereo = np.concatenate([speech, clipped_at(speech[:, ::-1], 0.3)[0]])
    out = taken(stereo, DECLIP, end_s=1.5).patch.samples
    np.testing.assert_array_equal(out[0], stereo[0, : out.shape[1]])
    assert (out[1] != stereo[1, : out.shape[1]]).any()


def test_a_recording_that_is_not_clipped_stays_as_it_is(taken, speech) -> None:
    take = taken(speech, DECLIP)
    np.testing.assert_array_equal(take.patch.samples, speech)
    assert any("no clipped sample was found" in note for note in take.notes)


def test_a_threshold_that_is_named_is_used(taken, speech) -> None:
    peak_db = 20 * np.log10(np.abs(speech).max())
    threshold_db = f"{peak_db - 3:.2f}"
    take = taken(speech, RestoreSettings(method="vae", task="declip", task_settings=DeclipSettings(threshold_db)))
    beyond = np.abs(speech) >= 10 ** (float(threshold_db) / 20)
    assert any(f"from {threshold_db} dBFS up" in note for note in take.notes)
    np.testing.assert_array_equal(take.patch.samples[~beyond], speech[~beyond])


def test_the_headroom_that_a_take_needs_is_told(taken, speech) -> None:
    loud, _ = clipped_at(4 * speech / np.abs(speech).max(), 0.25)
    take = taken(loud, DECLIP)
    over_db = 20 * np.log10(np.abs(take.patch.samples).max())
    assert any(f"peaks {over_db:.1f} dB above full scale" in note for note in take.notes)


def test_no_headroom_is_told_where_nothing_was_declipped(taken, speech) -> None:
    take = taken(4 * speech / np.abs(speech).max(), DECLIP)
    assert np.abs(take.patch.samples).max() > 1
    assert [note for note in take.notes if "full scale" in note] == []


def test_a_band_is_declipped_with_unclipped_samples_exact(taken, speech) -> None:
    clipped, level = clipped_at(speech, 0.3)
    patch = taken(clipped, DECLIP, start_s=0.5, end_s=1.5, low_hz=100.0, high_hz=3000.0).patch
    recorded = clipped[:, patch.start_frame : patch.stop_frame]
    whole = np.abs(recorded) < level
    np.testing.assert_array_equal(patch.samples[whole], recorded[whole])


@pytest.mark.parametrize("kind", ["square", "offset"])
def test_what_is_clipped_throughout_is_left_as_it_is(taken, kind) -> None:
    square = np.sign(np.sin(np.arange(RATE) / 20 + 0.1))[None].astype(np.float32)
    sound = square if kind == "square" else np.full((1, RATE), 0.7, np.float32)
    settings = RestoreSettings(method="vae", task="declip", task_settings=DeclipSettings("-6"))
    take = taken(sound, settings)
    np.testing.assert_array_equal(take.patch.samples, sound)
    assert any("leaves nothing to go by" in note for note in take.notes)
    assert not any("no clipped sample" in note for note in take.notes)


@pytest.mark.parametrize("frames", [1, 30])
def test_tiny_recordings_give_finite_samples(taken, frames) -> None:
    sound = np.clip(np.random.default_rng(0).standard_normal((1, frames)), -0.5, 0.5).astype(np.float32)
    settings = RestoreSettings(method="vae", task="declip", task_settings=DeclipSettings("-6.1"))
    out = taken(sound, settings).patch.samples
    assert out.shape == sound.shape and np.isfinite(out).all()


@pytest.mark.parametrize("threshold_db", ["loud", "nan", "30", "-90", ""])
def test_a_threshold_that_is_no_level_is_refused(threshold_db) -> None:
    with pytest.raises(InputError, match="accepted: auto, or a level from -60 to 20 dBFS"):
        DeclipSettings(threshold_db)


def test_the_models_share_is_limited() -> None:
    with pytest.raises(InputError, match="model_db is 30; accepted is 0 to 24"):
        DeclipSettings(model_db=30)
